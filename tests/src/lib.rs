//! The local AWS, the Lambda runtime harness, real database servers and the demo. Never shipped.

pub mod aws;
pub mod demo;
pub mod lambda;
pub mod local;
pub mod servers;
pub mod stage;
pub mod template;
