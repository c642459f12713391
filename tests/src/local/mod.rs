//! What `cargo local` does beside serving: tells a person what to type, and does what AWS does by
//! itself, by invoking functions where `cargo lambda watch` runs them. Runs no function.

mod functions;
mod instructions;
mod rotations;

pub use functions::{Answer, Functions};
pub use instructions::instructions;
pub use rotations::drive;
