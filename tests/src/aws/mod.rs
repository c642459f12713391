//! The local AWS: an HTTP endpoint on 127.0.0.1 with a world behind it.

pub mod autoscaling;
pub mod call;
pub mod ec2;
pub mod events;
pub mod form;
pub mod page;
#[cfg(test)]
mod probe;
pub mod rds;
pub mod site;
pub mod ssm;
pub mod world;
pub mod xml;
