//! The tests of whole programs.

#![expect(clippy::unwrap_used, reason = "what is not a test here serves one")]

mod failures;
mod aws_faults;
mod aws_identity;
mod aws_services;
mod clients;
mod lambda;
mod tidy;
