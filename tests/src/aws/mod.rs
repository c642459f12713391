//! The local AWS: an HTTP endpoint on 127.0.0.1 with a world behind it.

pub mod autoscaling;
pub mod call;
pub mod clock;
mod credentials;
pub mod dice;
pub mod ec2;
pub mod events;
pub mod faults;
pub mod form;
mod hand;
pub mod identity;
mod json;
pub mod log;
pub mod organizations;
pub mod page;
pub mod policy;
#[cfg(test)]
mod probe;
pub mod rds;
mod refusal;
pub mod s3;
pub mod secretsmanager;
mod serve;
mod server;
mod service;
pub mod site;
pub mod sns;
pub mod ssm;
pub mod sts;
pub mod token;
mod wire;
pub mod world;
pub mod xml;

pub use server::{LocalAws, Options};
