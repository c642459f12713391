//! Where a demo writes: lines, headings, text in columns. Never wraps or cuts what it is given.

use std::{fmt, io};

use super::paint::{Colour, Paint};

/// The output of a demo and its colours.
pub struct Screen<'a> {
    out: &'a mut dyn io::Write,
    pub paint: Paint,
}

impl fmt::Debug for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { out: _, paint } = self;
        f.debug_struct("Screen").field("paint", paint).finish_non_exhaustive()
    }
}

impl<'a> Screen<'a> {
    pub fn new(out: &'a mut dyn io::Write, paint: Paint) -> Self {
        Self { out, paint }
    }

    /// One line, or several. Seen at once, also in the middle of long work.
    pub fn line(&mut self, text: impl fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// An empty line, then what the following lines are about.
    pub fn heading(&mut self, title: &str, remark: &str) -> io::Result<()> {
        let (title, remark) =
            (self.paint.paint(Colour::Bold, title), self.paint.paint(Colour::Dim, remark));
        self.line(format_args!("\n{title}  {remark}"))
    }
}
