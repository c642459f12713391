//! The local AWS, the Lambda runtime harness and the demo. Never shipped.

pub mod aws;
pub mod demo;
pub mod lambda;
pub mod template;
