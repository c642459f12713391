//! An answer in XML as a tree: names without their namespaces, texts, and no attributes, which no
//! answer needs. Takes no document that does not end as it began.

use xmlparser::{ElementEnd, Token, Tokenizer};

use super::Garbled;

const WRONG: Garbled = Garbled("XML");

/// One element, and what is in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub fn parse(document: &str) -> Result<Self, Garbled> {
        // The elements around, from the outermost; a document is in one without a name.
        let mut open = vec![Self::default()];
        for token in Tokenizer::from(document) {
            match token.map_err(|_| WRONG)? {
                Token::ElementStart { local, .. } => {
                    open.push(Self { name: local.as_str().to_owned(), ..Self::default() });
                }
                Token::ElementEnd { end: ElementEnd::Open, .. } | Token::Attribute { .. } => (),
                Token::ElementEnd { end, .. } => {
                    let element = open.pop().ok_or(WRONG)?;
                    if matches!(end, ElementEnd::Close(_, name) if name.as_str() != element.name) {
                        return Err(WRONG);
                    }
                    open.last_mut().ok_or(WRONG)?.children.push(element);
                }
                Token::Text { text } => {
                    open.last_mut().ok_or(WRONG)?.text.push_str(&unescaped(text.as_str())?);
                }
                Token::Cdata { text, .. } => {
                    open.last_mut().ok_or(WRONG)?.text.push_str(text.as_str());
                }
                _ => (),
            }
        }
        let [Self { children, .. }] = &mut open[..] else { return Err(WRONG) };
        if children.len() == 1 { children.pop().ok_or(WRONG) } else { Err(WRONG) }
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All that the list `name` has.
    pub fn list(&self, name: &str) -> &[Self] {
        self.child(name).map_or(&[], |list| &list.children)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text)
    }

    /// The first child of this name, taken out.
    pub fn take(&mut self, name: &str) -> Option<Self> {
        let index = self.children.iter().position(|child| child.name == name)?;
        Some(self.children.swap_remove(index))
    }
}

/// The text, where `&amp;` is `&`.
fn unescaped(text: &str) -> Result<String, Garbled> {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (reference, rest) = part.split_once(';').ok_or(WRONG)?;
        let code = |digits, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        let character = match reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match (reference.strip_prefix("#x"), reference.strip_prefix('#')) {
                (Some(digits), _) => code(digits, 16),
                (None, Some(digits)) => code(digits, 10),
                (None, None) => None,
            },
        };
        plain.push(character.ok_or(WRONG)?);
        plain.push_str(rest);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_by_names() {
        let document = "<?xml version=\"1.0\"?>\n<r:Answer xmlns:r=\"u\" a=\"1\">\n  <List>\n    \
                        <Item><Id>a</Id></Item><Item><Id/></Item>\n  </List>\n  <!-- <Id>no</Id> -->\
                        <Id>b</Id><Id>c</Id></r:Answer>\n";
        let answer = Element::parse(document).unwrap();
        assert_eq!(answer.name, "Answer");
        let ids: Vec<_> = answer.list("List").iter().map(|item| item.text_of("Id")).collect();
        assert_eq!(ids, [Some("a"), Some("")]);
        assert_eq!(answer.text_of("Id"), Some("b"));
        assert_eq!(answer.text_of("Item"), None);
        assert!(answer.list("Items").is_empty());
    }

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = Element::parse(&format!("<A>{text}</A>")).map(|element| element.text);
        assert_eq!(found.ok().as_deref(), expected, "{text}");
    }

    #[test]
    fn texts_are_what_they_stand_for() {
        check("a &amp;&lt;&gt;&quot;&apos; b", Some("a &<>\"' b"));
        check("&#233;&#xe9;&#x1F600;", Some("\u{e9}\u{e9}\u{1f600}"));
        check("&amp;lt;", Some("&lt;"));
        check("<![CDATA[a & <b>]]>", Some("a & <b>"));
        check("&nbsp;", None);
        check("&#xd800;", None);
        check("a & b", None);
    }

    #[test]
    fn what_does_not_end_as_it_began_is_refused() {
        const DOCUMENT: &str = "<A><B>text</B><C/></A>";
        assert!(Element::parse(DOCUMENT).is_ok());
        for end in 0..DOCUMENT.len() {
            assert_eq!(Element::parse(&DOCUMENT[..end]), Err(WRONG), "{}", &DOCUMENT[..end]);
        }
        for document in ["<A><B></A></B>", "<A></A><B></B>", "</A>", "<A/></A>", "busy", "{}"] {
            assert_eq!(Element::parse(document), Err(WRONG), "{document}");
        }
    }
}
