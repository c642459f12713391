//! Finds the known name nearest to a misspelled one, for error messages; it never corrects anything.

use crate::error::quoted;

/// A typing error or two. More than a third of the name wrong is another name.
const MAX_EDITS: usize = 2;

/// Returns ``, did you mean `office`?`` or nothing.
pub fn suggestion<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let lower = text.to_lowercase();
    let n_chars = lower.chars().count();
    // The distance costs the product of both lengths, and is at least their difference.
    let is_near = |name: &&str| name.chars().count().abs_diff(n_chars) <= MAX_EDITS;
    let edits = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    known
        .into_iter()
        .filter(is_near)
        .map(|name| (edits(name), name))
        .filter(|(edits, name)| *edits <= MAX_EDITS && edits * 3 <= name.chars().count())
        .min()
        .map_or_else(String::new, |(_, name)| format!(", did you mean `{}`?", quoted(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        assert_eq!(suggestion("ofice", ["night", "office"]), ", did you mean `office`?");
        assert_eq!(suggestion("Office", ["office"]), ", did you mean `office`?");
        assert_eq!(suggestion("weekend", ["night", "office"]), "");
        assert_eq!(suggestion("a", ["b"]), "");
    }
}
