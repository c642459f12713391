//! The Lambda service, as far as a function can tell: runs real binaries on real events. Knows no
//! function and no AWS service by name.

mod binary;
pub mod failures;
mod function;
mod memory;
mod output;
mod runtime_api;
mod sandbox;
mod spec;

pub use binary::{binary, build_visibly};
pub use function::{Function, Invocation, Killer, Outcome, Told};
pub use spec::Spec;
