//! Colours for a terminal. Says nothing about what is worth a colour, and never looks at a terminal
//! itself.

use std::fmt;

use anyhow::bail;

/// Whether text gets colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

/// The colours that every terminal has, so that its own theme holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Magenta,
    Cyan,
}

impl Paint {
    pub fn off() -> Self {
        Self { on: false }
    }

    /// `choice` is the value of `--color`; without one, colours are for terminals whose owner has
    /// not set `NO_COLOR` (<https://no-color.org>).
    pub fn choose(choice: Option<&str>, is_terminal: bool, no_color: bool) -> anyhow::Result<Self> {
        let on = match choice {
            Some("always") => true,
            Some("never") => false,
            None | Some("auto") => is_terminal && !no_color,
            Some(other) => bail!("`--color {other}` is none of `always`, `never`, `auto`"),
        };
        Ok(Self { on })
    }

    pub fn paint(self, colour: Colour, text: impl fmt::Display) -> String {
        if !self.on {
            return text.to_string();
        }
        let code = match colour {
            Colour::Bold => 1,
            Colour::Dim => 2,
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Magenta => 35,
            Colour::Cyan => 36,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals() {
        let on = |choice, is_terminal, no_color| {
            Paint::choose(choice, is_terminal, no_color).unwrap() == Paint { on: true }
        };
        assert!(on(None, true, false));
        assert!(!on(None, true, true));
        assert!(!on(None, false, false));
        assert!(on(Some("always"), false, true));
        assert!(!on(Some("never"), true, false));
    }

    #[test]
    fn an_unknown_choice_is_refused_by_name() {
        let err = Paint::choose(Some("pink"), true, false).unwrap_err();
        assert_eq!(err.to_string(), "`--color pink` is none of `always`, `never`, `auto`");
    }

    #[test]
    fn text_without_colours_is_left_as_it_is() {
        assert_eq!(Paint::off().paint(Colour::Red, "x"), "x");
        assert_eq!(Paint { on: true }.paint(Colour::Red, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
