//! What a step of a rotation does, decided from what Secrets Manager and the database have said.
//! Pure: no SDK, no clock, no environment, and no password is compared but for being the same.

pub mod admin;
pub mod create;
pub mod finding;
pub mod finish;
pub mod gate;
pub mod set;
pub mod stages;
pub mod version;
