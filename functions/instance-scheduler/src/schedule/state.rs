//! What a resource should be doing; the one word that every part of a schedule ends in.

use std::fmt;

use serde::Serialize;

/// What a resource should be doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Running,
    Stopped,
    /// Nothing is asked: leave it as it is.
    Any,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Any => "any",
        })
    }
}
