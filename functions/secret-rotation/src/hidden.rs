//! A text that nobody may see: it prints as nothing, and its memory is wiped when it goes. What the
//! AWS SDK and the database clients copy for themselves is beyond it.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::spelling;

const HIDDEN: &str = "<hidden>";

#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hidden(Zeroizing<String>);

impl Hidden {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Every use is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// `text` without any of the `secrets`, however they are spelled, for texts that a database wrote.
/// Secrets of fewer than four characters are left: they would tear words apart, and a server that
/// prints them prints more.
pub fn scrubbed(text: &str, secrets: &[&Hidden]) -> String {
    const SHORTEST: usize = 4;
    let long = secrets.iter().filter(|secret| secret.expose().chars().count() >= SHORTEST);
    let mut places: Vec<_> =
        long.flat_map(|secret| spelling::places(text, secret.expose())).collect();
    places.sort_by_key(|place| (place.start, place.end));
    let mut scrubbed = String::new();
    let mut seen = 0;
    for place in places {
        if place.start >= seen {
            scrubbed.push_str(&text[seen..place.start]);
            scrubbed.push_str(HIDDEN);
        }
        seen = seen.max(place.end);
    }
    scrubbed.push_str(&text[seen..]);
    scrubbed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event,
        secret::{document::Document, login::Login},
    };

    #[test]
    fn it_prints_as_nothing() {
        let hidden = Hidden::new("s3cret");
        assert_eq!(format!("{hidden:?} {:#?}", Some(&hidden)), "<hidden> Some(\n    <hidden>,\n)");
    }

    #[test]
    fn f88_nothing_that_holds_a_password_prints_it() {
        let text = r#"{"engine": "mysql", "host": "db", "username": "app", "password": "s3cret"}"#;
        let document = Document::parse(&Hidden::new(text)).unwrap();
        let login = Login::read(&document).unwrap();
        let event = event::request(
            &serde_json::json!({
                "Step": "createSecret", "SecretId": "app", "RotationToken": "s3cret",
                "ClientRequestToken": "5ac3b1de-0f5c-4a39-9a3e-2f4b6c7d8e9f",
            }),
            jiff::Timestamp::UNIX_EPOCH,
        );
        let printed = format!("{document:#?} {login:#?} {:#?}", event.unwrap());
        assert!(printed.contains("app") && !printed.contains("s3cret"), "{printed}");
    }

    #[test]
    fn a_text_is_rid_of_every_secret() {
        let (one, two) = (Hidden::new("s3cret"), Hidden::new("ab"));
        assert_eq!(
            scrubbed("near 's3cret' and s3cret: ab", &[&one, &two]),
            "near '<hidden>' and <hidden>: ab"
        );
    }

    #[test]
    fn secrets_that_touch_are_one() {
        let (one, two) = (Hidden::new("s3cret"), Hidden::new("cret-two"));
        assert_eq!(scrubbed("a s3cret-two b", &[&one, &two]), "a <hidden> b");
        assert_eq!(scrubbed("s3crets3cret", &[&one]), "<hidden><hidden>");
    }

    fn within(quoted: &str) -> String {
        quoted[1..quoted.len() - 1].to_owned()
    }

    /// Every way in which a database or a library between may write a text.
    fn spellings(secret: &str) -> Vec<String> {
        let hex = |byte: u8| format!("{byte:02x}");
        let doubled = secret.replace('\'', "''");
        let url = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
        vec![
            secret.to_owned(),
            doubled.clone(),
            doubled.replace('\\', r"\\"),
            secret.replace('\\', r"\\").replace('\'', r"\'").replace('"', "\\\""),
            secret.replace('"', "\"\""),
            secret.bytes().map(hex).collect(),
            secret.bytes().map(hex).collect::<String>().to_uppercase(),
            url.to_string(),
            url.to_string().replace("%20", "+"),
            percent_encoding::utf8_percent_encode(secret, percent_encoding::CONTROLS).to_string(),
            within(&serde_json::Value::from(secret).to_string()),
            within(&format!("{secret:?}")),
            secret.escape_unicode().to_string(),
            secret.chars().map(|it| if it.is_ascii() { it } else { '?' }).collect(),
        ]
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(80))]

        /// In capitals, so that no word of the message is one of theirs.
        #[test]
        fn f88_no_spelling_of_a_secret_is_left(
            secret in "[A-Z0-9'\"\\\\%$@:/&=?`+\t\n \u{e9}\u{20ac}\u{1f600}-]{4,40}",
        ) {
            let hidden = Hidden::new(secret.as_str());
            for spelling in spellings(&secret) {
                let text = format!("near '{spelling}' at line");
                let scrubbed = scrubbed(&text, &[&hidden]);
                proptest::prop_assert!(scrubbed.starts_with("near "), "{text}: {scrubbed}");
                proptest::prop_assert!(scrubbed.ends_with(" at line"), "{text}: {scrubbed}");
                let left = scrubbed.replace(HIDDEN, "").len();
                proptest::prop_assert!(left <= "near '' at line".len(), "{text}: {scrubbed}");
            }
        }

        /// A server repeats so many bytes of a statement and no more.
        #[test]
        fn f88_no_long_piece_of_a_secret_is_left(
            secret in "[A-Z0-9'\"\\\\%$@]{24,40}",
            from in 0_usize..10,
            until in 22_usize..24,
        ) {
            let text = format!("near '{}' at line", &secret[from..until]);
            let scrubbed = scrubbed(&text, &[&Hidden::new(secret)]);
            let left = scrubbed.replace(HIDDEN, "").len();
            proptest::prop_assert!(left <= "near '' at line".len(), "{text}: {scrubbed}");
        }
    }
}
