//! The ways in which others write a text: a database quotes, escapes or encodes what it repeats, and
//! cuts it off. Finds where a secret is spelled; hides nothing itself.

use std::ops::Range;

/// So many letters in a row of a longer secret are the secret. Fewer are in many words.
const PIECE: usize = 10;

/// Where `text` spells the secret, or a piece of it.
pub(crate) fn places(text: &str, secret: &str) -> Vec<Range<usize>> {
    let letters: Vec<char> = secret.chars().collect();
    let enough = letters.len().min(PIECE);
    let starts = text.char_indices().map(|(start, _)| start);
    let place = |start: usize| {
        let pieces = (0..=letters.len() - enough).map(|from| &letters[from..]);
        let end = pieces.filter_map(|piece| reach(text, start, piece, enough)).max()?;
        Some(start..end)
    };
    starts.filter_map(place).collect()
}

/// How far the text spells these letters from `start` on, if it spells enough of them.
fn reach(text: &str, start: usize, letters: &[char], enough: usize) -> Option<usize> {
    // A text can be read in several ways: two quotes are two, or one that is doubled.
    let mut ends = vec![start];
    let mut furthest = None;
    for (index, letter) in letters.iter().enumerate() {
        let mut next = Vec::new();
        for end in ends {
            spelled(text, end, *letter, &mut next);
        }
        next.sort_unstable();
        next.dedup();
        let Some(last) = next.last() else { break };
        if index + 1 >= enough {
            furthest = furthest.max(Some(*last));
        }
        ends = next;
    }
    furthest
}

/// Where the spellings of one letter end that begin at `start`.
fn spelled(text: &str, start: usize, letter: char, ends: &mut Vec<usize>) {
    let rest = &text[start..];
    let mut end = |length: usize| ends.push(start + length);
    let n_backslashes = rest.bytes().take_while(|byte| *byte == b'\\').count();
    if letter == '\\' {
        // Escaped, and perhaps once more.
        (1..=n_backslashes.min(4)).for_each(&mut end);
    }
    // Plain, or after backslashes.
    let bare = &rest[n_backslashes.min(3)..];
    if bare.starts_with(letter) {
        end(n_backslashes.min(3) + letter.len_utf8());
    }
    let is_doubled = matches!(letter, '\'' | '"' | '`' | '%');
    if is_doubled && bare.chars().take(2).eq([letter, letter]) {
        end(n_backslashes.min(3) + 2);
    }
    if n_backslashes > 0 && control(letter).is_some_and(|control| bare.starts_with(control)) {
        end(n_backslashes.min(3) + 1);
    }
    if letter == ' ' && rest.starts_with('+') {
        end(1);
    }
    // Whoever knows no such letter writes another in its place.
    let stranger = rest.chars().next().filter(|it| matches!(it, '?' | '\u{fffd}'));
    if let Some(stranger) = stranger.filter(|_| !letter.is_ascii()) {
        end(stranger.len_utf8());
    }
    if rest.starts_with(|it: char| matches!(it, '%' | '\\') || it.is_ascii_hexdigit()) {
        by_number(rest, letter, &mut end);
    }
}

/// The spellings by the number of a letter, or by those of its bytes.
fn by_number(rest: &str, letter: char, end: &mut impl FnMut(usize)) {
    let (mut bytes, mut units) = ([0; 4], [0; 2]);
    let bytes = letter.encode_utf8(&mut bytes).bytes();
    let units = letter.encode_utf16(&mut units).iter();
    let code = u32::from(letter);
    let ways = [
        numbers(rest, bytes.clone().map(|byte| format!("%{byte:02x}"))),
        numbers(rest, bytes.clone().map(|byte| format!("\\x{byte:02x}"))),
        numbers(rest, bytes.clone().map(|byte| format!("{byte:02x}"))),
        numbers(rest, bytes.map(|byte| format!("\\{byte:03o}"))),
        numbers(rest, units.map(|unit| format!("\\u{unit:04x}"))),
        numbers(rest, [format!("\\u{{{code:x}}}")].into_iter()),
        numbers(rest, [format!("\\U{code:08x}")].into_iter()),
    ];
    ways.into_iter().flatten().for_each(end);
}

/// What follows a backslash in place of a letter that cannot be shown.
fn control(letter: char) -> Option<char> {
    Some(match letter {
        '\0' => '0',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1a}' => 'Z',
        _ => return None,
    })
}

/// How long the parts are at the beginning of a text, whose digits may be in capitals.
fn numbers(rest: &str, parts: impl Iterator<Item = String>) -> Option<usize> {
    let mut length = 0;
    for part in parts {
        let found = rest.as_bytes().get(length..length + part.len())?;
        if !found.eq_ignore_ascii_case(part.as_bytes()) {
            return None;
        }
        length += part.len();
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, secret: &str, expected: &str) {
        let place = places(text, secret).into_iter().next();
        assert_eq!(place.map(|place| &text[place]).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn a_letter_is_known_in_every_spelling() {
        check("near 'O''Hara\\\\x' at", "O'Hara\\x", "O''Hara\\\\x");
        check(r#"said "O\'Hara\\x""#, "O'Hara\\x", r"O\'Hara\\x");
        check("O%27Hara%5Cx&y", "O'Hara\\x", "O%27Hara%5Cx");
        check("\\x4F27486172615c78.", "O'Hara\\x", "\\x4F27486172615c78");
        check(r"O\x27Hara\134x", "O'Hara\\x", r"O\x27Hara\134x");
        check(r"caf\u00e9 \ud83d\ude00!", "caf\u{e9} \u{1f600}", r"caf\u00e9 \ud83d\ude00");
        check(r"caf\u{e9}\t\u{1f600}!", "caf\u{e9}\t\u{1f600}", r"caf\u{e9}\t\u{1f600}");
        check("caf? ?uro", "caf\u{e9} \u{20ac}uro", "caf? ?uro");
        check("a+b+cd", "a b cd", "a+b+cd");
        check("nothing of it", "O'Hara", "");
    }

    #[test]
    fn a_piece_is_enough_if_it_is_long() {
        check("near '0123456789' at line 1", "xyz0123456789abc", "0123456789");
        check("near '012345678' at line 1", "xyz0123456789abc", "");
        check("near '567' at line 1", "4567", "");
    }
}
