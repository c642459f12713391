//! Policy variables: `${aws:PrincipalOrgID}` in the value of a condition.

use std::borrow::Cow;

use anyhow::{Context as _, ensure};

use super::{Context, keys};

/// Fails for a text with a variable that is not understood.
pub(super) fn check(text: &str) -> anyhow::Result<()> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let (key, after) = after.split_once('}').context("a `${` without its `}`")?;
        ensure!(keys::is_variable(key), "the policy variable `{key}` is not understood");
        rest = after;
    }
    Ok(())
}

pub(super) fn has_one(text: &str) -> bool {
    text.contains("${")
}

/// The text with its variables filled in. `None` when the request lacks one: then nothing equals
/// the text.
pub(super) fn filled<'t>(text: &'t str, context: &Context) -> Option<Cow<'t, str>> {
    if !has_one(text) {
        return Some(Cow::Borrowed(text));
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (key, after) = after.split_once('}')?;
        let [value] = context.values(key) else { return None };
        filled.extend([before, value]);
        rest = after;
    }
    filled.push_str(rest);
    Some(Cow::Owned(filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let mut context = Context::default();
        context.add("aws:PrincipalOrgID", "o-1");
        context.add("aws:PrincipalAccount", "1");
        let text = "${aws:PrincipalOrgID}/${aws:PrincipalAccount}.";
        check(text).unwrap();
        assert_eq!(filled(text, &context).as_deref(), Some("o-1/1."));
        assert_eq!(filled("plain", &context).as_deref(), Some("plain"));
        assert_eq!(filled("${aws:RequestedRegion}", &context), None);
    }

    #[test]
    fn an_unknown_variable_is_refused() {
        for text in ["${aws:username}", "${aws:TagKeys}", "${*}", "${aws:PrincipalOrgID"] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
