//! The four steps. Each may come twice, late, or beside another, and each begins by looking at what
//! is there already.

pub mod admin;
pub mod create;
pub mod finish;
pub mod set;
pub mod test;

use crate::{plan::create::owner, secret::document::Document, settings::Settings};

/// The outcome of a step that came too late to do anything.
pub const FINISHED: &str = "the rotation has finished already";

/// What a step did, and what failed beside it without making it fail.
#[derive(Debug)]
pub struct Done {
    pub outcome: &'static str,
    pub warnings: Vec<String>,
}

impl From<&'static str> for Done {
    fn from(outcome: &'static str) -> Self {
        Self { outcome, warnings: Vec::new() }
    }
}

/// Whether the secret is no login, but a value that only has to be new.
pub fn is_random(document: &Document) -> bool {
    matches!(document.string("engine"), Ok(Some(engine)) if engine == "random")
}

/// The first of two users that take turns.
pub fn first_user<'a>(username: &'a str, settings: &Settings) -> &'a str {
    owner(username, &settings.clone_suffix)
}
