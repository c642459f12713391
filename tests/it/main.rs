//! The tests of whole programs.

#![expect(clippy::unwrap_used, reason = "what is not a test here serves one")]

mod failures;
mod lambda;
mod tidy;
