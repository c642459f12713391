//! The tests of whole programs.

#![expect(clippy::unwrap_used, reason = "what is not a test here serves one")]

mod aws_faults;
mod aws_identity;
mod aws_s3;
mod aws_secrets;
mod aws_services;
mod clients;
mod demo;
mod failures;
mod instance_scheduler;
mod lambda;
mod local;
mod secret_rotation;
mod servers;
mod template;
mod tidy;
