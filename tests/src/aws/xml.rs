//! Writes the XML of the query protocols. Escapes text; knows nothing of any service.

/// A fragment of XML under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    pub fn new() -> Self {
        Self::default()
    }

    /// `<name>value</name>`
    pub fn text(&mut self, name: &str, value: impl AsRef<str>) -> &mut Self {
        self.open(name);
        escape(value.as_ref(), &mut self.0);
        self.close(name)
    }

    /// `<name>value</name>`, or nothing.
    pub fn maybe(&mut self, name: &str, value: Option<impl AsRef<str>>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    /// `<name>...</name>` around what `body` writes.
    pub fn element(&mut self, name: &str, body: impl FnOnce(&mut Self)) -> &mut Self {
        self.open(name);
        body(self);
        self.close(name)
    }

    /// `<name><item>..</item><item>..</item></name>`: one `item` per value.
    pub fn list<T>(
        &mut self,
        name: &str,
        item: &str,
        values: impl IntoIterator<Item = T>,
        mut body: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.open(name);
        for value in values {
            self.open(item);
            body(self, value);
            self.close(item);
        }
        self.close(name)
    }

    pub fn into_string(self) -> String {
        self.0
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    // Nearly no text needs it, and a large listing escapes tens of millions of bytes.
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
