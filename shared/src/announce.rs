//! Sends events to a bus and digests to a topic, split to the sizes that the services take. Decides
//! nothing about what is worth sending.

#[cfg(feature = "sns")]
mod digest;
#[cfg(feature = "events")]
mod events;

#[cfg(feature = "sns")]
pub use digest::{LINES_PER_DIGEST, publish};
#[cfg(feature = "events")]
pub use events::put_events;
