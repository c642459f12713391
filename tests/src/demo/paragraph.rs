//! Text beside something else, broken between words where it is too long. Pure.

use super::paint::{Colour, Paint};

/// No line of the demo is longer: that is what a window shows.
const WIDTH: usize = 100;

/// The text in lines that fit beside `indent` characters, with a faint remark after its end. The
/// first line is not indented: something stands there.
pub(super) fn paragraph(text: &str, remark: Option<&str>, indent: usize, paint: Paint) -> String {
    narrow(text, remark, WIDTH, indent, paint)
}

/// The same with lines of at most `width` characters.
pub(super) fn narrow(
    text: &str,
    remark: Option<&str>,
    width: usize,
    indent: usize,
    paint: Paint,
) -> String {
    let width = width.saturating_sub(indent);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map(|line| (length(line), line));
        match line {
            Some((0, line)) => line.push_str(word),
            Some((used, line)) if used + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if let Some(remark) = remark {
        let remark = format!("· {remark}");
        let used = lines.last().map_or(0, |line| length(line));
        if used > 0 && used + 2 + length(&remark) > width {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            let gap = if last.is_empty() { "" } else { "  " };
            *last = format!("{last}{gap}{}", paint.paint(Colour::Dim, remark));
        }
    }
    lines.join(&format!("\n{:indent$}", ""))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, remark: Option<&str>, expected: &str) {
        assert_eq!(paragraph(text, remark, WIDTH - 12, Paint::off()).replace("  ", ""), expected);
    }

    #[test]
    fn words_stay_whole() {
        check("a short one", None, "a short one");
        check("this is a longer one", None, "this is a\nlonger one");
        check("unbreakable-but-long x", None, "unbreakable-but-long\nx");
    }

    #[test]
    fn the_remark_goes_where_it_fits() {
        check("abc", Some("twice"), "abc· twice");
        check("abcdef", Some("twice"), "abcdef\n· twice");
    }

    #[test]
    fn lines_after_the_first_are_indented() {
        let text = paragraph(&"word ".repeat(20), None, 20, Paint::off());
        let second = text.lines().nth(1).unwrap();
        assert!(second.starts_with(&format!("{:20}word", "")), "{text}");
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        let text = narrow(&"word ".repeat(20), None, 60, 20, Paint::off());
        let longest = text.lines().map(str::len).max();
        assert_eq!(longest, Some(20 + "word word word word word word word word".len()), "{text}");
    }
}
