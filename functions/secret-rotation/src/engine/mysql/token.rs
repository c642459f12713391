//! Cuts a statement of MySQL or MariaDB into tokens, so that a name that contains ` TO ` is a name.
//! Understands quotes and nothing else.

/// A piece of a statement, with the space before it left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// As it is written, quotes and all.
    pub(super) text: &'a str,
    /// Where it begins in the statement.
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// What a quoted name or text says.
    pub(super) fn unquoted(&self) -> String {
        let mut characters = self.text.chars();
        let Some(quote) = characters.next().filter(|it| matches!(it, '\'' | '"' | '`')) else {
            return self.text.to_owned();
        };
        let inner = characters.as_str();
        let inner = inner.strip_suffix(quote).unwrap_or(inner);
        let doubled: String = [quote, quote].iter().collect();
        let plain = inner.replace(&doubled, &quote.to_string());
        if quote == '`' { plain } else { plain.replace("\\\\", "\\").replace("\\'", "'") }
    }
}

pub(super) fn tokens(statement: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = statement.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        if matches!(first, '\'' | '"' | '`') {
            while let Some((at, character)) = rest.next() {
                end = at + character.len_utf8();
                if character == '\\' && first != '`' {
                    end = rest.next().map_or(end, |(at, skipped)| at + skipped.len_utf8());
                } else if character == first && rest.next_if(|(_, next)| *next == first).is_none() {
                    break;
                }
            }
        } else if is_word(first) {
            while let Some((at, character)) = rest.next_if(|(_, next)| is_word(*next)) {
                end = at + character.len_utf8();
            }
        }
        tokens.push(Token { text: &statement[start..end], start });
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '*' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_together() {
        let texts = |statement| tokens(statement).iter().map(|it| it.text).collect::<Vec<_>>();
        assert_eq!(
            texts("GRANT SELECT (`a`, b) ON `a TO b`.* TO `x``y`@'10.%'"),
            [
                "GRANT", "SELECT", "(", "`a`", ",", "b", ")", "ON", "`a TO b`", ".*", "TO",
                "`x``y`", "@", "'10.%'"
            ]
        );
        assert_eq!(texts(r"AS '\'$A' é"), ["AS", r"'\'$A'", "é"]);
    }

    #[test]
    fn a_name_is_read_without_its_quotes() {
        let unquoted = |text| Token { text, start: 0 }.unquoted();
        assert_eq!(unquoted("`x``y`"), "x`y");
        assert_eq!(unquoted("'it''s'"), "it's");
        assert_eq!(unquoted("plain"), "plain");
    }
}
