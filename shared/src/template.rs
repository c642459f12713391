//! Text with fields in it, `postgres://{username}:{password|url}@{host}`. Knows no fields: whoever
//! renders a template looks them up.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what RFC 3986 calls unreserved: right in every part of a URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A template in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field { name: String, as_url: bool },
}

/// Why a text is not a template.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("a brace at character {0} stands alone")]
    Brace(usize),
    #[error("`{0}` is not a filter; there is `url`")]
    Filter(String),
}

/// A field that a template names and nothing has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("asks for `{0}`, which is missing")]
pub struct Missing(pub String);

impl Template {
    /// Parses `{field}` and `{field|url}`, which is percent-encoded; `{{` and `}}` stand for the
    /// braces themselves.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let start = text.len() - rest.len() + at;
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let (field, after) = match rest.split_once('}') {
                Some(split) if brace == "{" => split,
                _ => return Err(Malformed::Brace(text[..start].chars().count())),
            };
            rest = after;
            let (name, filter) = field.split_once('|').unwrap_or((field, ""));
            let as_url = match filter {
                "" => false,
                "url" => true,
                other => return Err(Malformed::Filter(other.to_owned())),
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Field { name: name.trim().to_owned(), as_url });
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self(parts))
    }

    /// Parses the templates of a JSON object, `{"DATABASE_URL": "postgres://{username}..."}`.
    pub fn parse_all(json: &str) -> anyhow::Result<BTreeMap<String, Self>> {
        let templates: BTreeMap<String, String> = serde_json::from_str(json).map_err(|err| {
            anyhow::anyhow!("it is not a JSON object of names and templates: {err}")
        })?;
        let parse = |(name, text): (String, String)| match Self::parse(&text) {
            Ok(template) => Ok((name, template)),
            Err(err) => Err(anyhow::anyhow!("the template of `{name}`: {err}")),
        };
        templates.into_iter().map(parse).collect()
    }

    /// Returns the text with the value that each field has.
    pub fn render(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, Missing> {
        let mut rendered = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Field { name, as_url } => {
                    let value = value(name).ok_or_else(|| Missing(name.clone()))?;
                    if *as_url {
                        rendered.extend(utf8_percent_encode(&value, RESERVED));
                    } else {
                        rendered.push_str(&value);
                    }
                }
            }
        }
        Ok(rendered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<String> {
        let values = [("username", "a pp"), ("password", "p@ss/w?rd%é"), ("host", "db")];
        let found = values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }

    #[track_caller]
    fn check(template: &str, expected: Result<&str, &str>) {
        let rendered = match Template::parse(template) {
            Ok(template) => template.render(value).map_err(|err| err.to_string()),
            Err(err) => Err(err.to_string()),
        };
        assert_eq!(rendered.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn fields_are_put_in_and_encoded_on_request() {
        check(
            "postgres://{username|url}:{password|url}@{host}/x",
            Ok("postgres://a%20pp:p%40ss%2Fw%3Frd%25%C3%A9@db/x"),
        );
        check("{password}", Ok("p@ss/w?rd%é"));
        check("{{\"host\": \"{host}\"}}", Ok("{\"host\": \"db\"}"));
        check("plain", Ok("plain"));
    }

    #[test]
    fn what_is_not_there_or_not_understood_is_named() {
        check("{nobody}", Err("asks for `nobody`, which is missing"));
        check("{host|sql}", Err("`sql` is not a filter; there is `url`"));
        check("{host", Err("a brace at character 0 stands alone"));
        check("é {host} a}", Err("a brace at character 10 stands alone"));
    }

    #[test]
    fn several_templates_are_an_object() {
        let templates = Template::parse_all(r#"{"URL": "db://{host}"}"#).unwrap();
        assert_eq!(templates["URL"], Template::parse("db://{host}").unwrap());
        let error = |json| Template::parse_all(json).unwrap_err().to_string();
        assert!(error("[]").starts_with("it is not a JSON object of names and templates: "));
        assert!(error(r#"{"URL": "{x"}"#).starts_with("the template of `URL`: a brace"));
    }
}
