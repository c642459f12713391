//! A text that nobody may see: it prints as nothing, and its memory is wiped when it goes. What the
//! AWS SDK and the database clients copy for themselves is beyond it.

use std::fmt;

use zeroize::Zeroizing;

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
        f.write_str("<hidden>")
    }
}

/// `text` without any of the `secrets`, for texts that a database wrote. Secrets of fewer than four
/// characters are left: they would tear words apart, and a server that prints them prints more.
pub fn scrubbed(text: &str, secrets: &[&Hidden]) -> String {
    const SHORTEST: usize = 4;
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.expose().len() >= SHORTEST) {
        text = text.replace(secret.expose(), "<hidden>");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_as_nothing() {
        let hidden = Hidden::new("s3cret");
        assert_eq!(format!("{hidden:?} {:#?}", Some(&hidden)), "<hidden> Some(\n    <hidden>,\n)");
    }

    #[test]
    fn a_text_is_rid_of_every_secret() {
        let (one, two) = (Hidden::new("s3cret"), Hidden::new("ab"));
        assert_eq!(
            scrubbed("near 's3cret' and s3cret: ab", &[&one, &two]),
            "near '<hidden>' and <hidden>: ab"
        );
    }
}
