//! What AWS does by itself, for `cargo local`: invokes functions where `cargo lambda watch` runs
//! them. Runs no function, and serves nothing.

mod functions;
mod rotations;

pub use functions::{Answer, Functions};
pub use rotations::drive;
