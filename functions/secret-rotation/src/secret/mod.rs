//! What is in a secret: its JSON, the login that it describes, the fields made from others.

pub mod derived;
pub mod document;
pub mod login;
