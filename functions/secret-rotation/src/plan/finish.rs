//! Whether the label `AWSCURRENT` has to move, and from where. Whose value it is taken off, the step
//! itself has looked at.

use super::gate::{CURRENT, Described};

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
