//! The tests of whole programs.

mod aws_faults;
mod aws_identity;
mod aws_services;
mod clients;
mod lambda;
