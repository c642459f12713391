//! Prints text that others wrote: tags, documents, names, answers of services. Such a text cannot
//! add lines to a log or sentences to a report, whatever is in it.

use std::fmt::{self, Write as _};

/// What a value of a tag or a document may fill of a line.
const MAX_CHARS: usize = 60;
const MAX_NAME_CHARS: usize = 200;
/// The longest name that an Auto Scaling group, which may have any character, or a host may have.
const MAX_ID_CHARS: usize = 255;
/// A refused batch is answered with the id of each of its members.
const MAX_REASON_CHARS: usize = 300;

/// A foreign text that prints on one line and is cut when it is long.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a> {
    text: &'a str,
    max_chars: usize,
}

/// Quotes a value, to be put between backticks: no control characters, at most 60 characters.
pub fn quoted(text: &str) -> Quoted<'_> {
    quoted_to(text, MAX_CHARS)
}

/// Quotes the name of a period or a holiday, which people write as a sentence.
pub fn quoted_name(text: &str) -> Quoted<'_> {
    quoted_to(text, MAX_NAME_CHARS)
}

/// Quotes what a resource, a host or a user is called: cut, it would be another one.
pub fn quoted_id(text: &str) -> Quoted<'_> {
    quoted_to(text, MAX_ID_CHARS)
}

/// Quotes what AWS answered, short enough for a report that has many such answers.
pub fn quoted_reason(text: &str) -> Quoted<'_> {
    quoted_to(text, MAX_REASON_CHARS)
}

/// The same with another limit.
pub fn quoted_to(text: &str, max_chars: usize) -> Quoted<'_> {
    Quoted { text, max_chars }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, max_chars } = *self;
        let is_long = text.chars().nth(max_chars).is_some();
        let n_chars = if is_long { max_chars.saturating_sub(3) } else { max_chars };
        for character in text.chars().take(n_chars) {
            f.write_char(if is_printable(character) { character } else { ' ' })?;
        }
        if is_long { f.write_str("...") } else { Ok(()) }
    }
}

/// Line and paragraph separators are line breaks to some readers; characters that turn the
/// direction of the text make it read as something else.
fn is_printable(character: char) -> bool {
    let turns_or_breaks = matches!(
        character,
        '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !character.is_control() && !turns_or_breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(quoted("office\nstop i-1").to_string(), "office stop i-1");
        assert_eq!(quoted("a\r\u{1b}[31m\u{85}\u{2028}b\u{202e}").to_string(), "a  [31m  b ");
        assert_eq!(quoted("Fête nationale").to_string(), "Fête nationale");
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(quoted(&"é".repeat(60)).to_string(), "é".repeat(60));
        assert_eq!(quoted(&"é".repeat(61)).to_string(), "é".repeat(57) + "...");
        assert_eq!(quoted_to("holiday", 200).to_string(), "holiday");
    }
}
