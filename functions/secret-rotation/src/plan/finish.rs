//! Whether the pending version becomes the current one. Never moves the label off a value that
//! somebody has put there meanwhile.

use super::gate::{CURRENT, Described};
use crate::{
    fault::{Code, Fault},
    secret::login::Login,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promotion {
    /// Move the label here, from the version that has it.
    Move {
        remove_from: Option<String>,
    },
    AlreadyDone,
}

pub fn promotion(secret: &Described, token: &str) -> Promotion {
    match secret.version(CURRENT) {
        Some(version) if version == token => Promotion::AlreadyDone,
        version => Promotion::Move { remove_from: version.map(str::to_owned) },
    }
}

/// The current version as it is now must still be the one that the pending version was made from.
pub fn check_not_abandoned(made_from: &Login, current: &Login) -> Result<(), Fault> {
    if current.is_same_user(made_from) {
        return Ok(());
    }
    let what =
        format!("the current version is for {current} now, the pending one came from {made_from}");
    Err(Fault::new(Code::Abandoned, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_moves_once() {
        let described = |stages: &[(&str, &str)]| Described {
            stages: stages
                .iter()
                .map(|(id, label)| ((*id).to_owned(), vec![(*label).to_owned()]))
                .collect(),
            ..Described::default()
        };
        assert_eq!(
            promotion(&described(&[("C", "AWSCURRENT"), ("T", "AWSPENDING")]), "T"),
            Promotion::Move { remove_from: Some("C".to_owned()) }
        );
        assert_eq!(promotion(&described(&[("T", "AWSCURRENT")]), "T"), Promotion::AlreadyDone);
        assert_eq!(
            promotion(&described(&[("T", "AWSPENDING")]), "T"),
            Promotion::Move { remove_from: None }
        );
    }
}
