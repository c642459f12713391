//! Fields that are made of others, such as a `DATABASE_URL`, made anew at every rotation. A template
//! names fields of the secret: `postgres://{username}:{password|url}@{host}:{port}/{dbname}`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::document::Document;

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

/// The templates of `{"DATABASE_URL": "postgres://{username}..."}`.
pub fn templates(text: &str) -> Result<BTreeMap<String, Template>, String> {
    let templates: BTreeMap<String, String> = serde_json::from_str(text)
        .map_err(|err| format!("it is no JSON object of names and templates: {err}"))?;
    let parse = |(name, text): (String, String)| match Template::parse(&text) {
        Ok(template) => Ok((name, template)),
        Err(err) => Err(format!("the template of `{name}`: {err}")),
    };
    templates.into_iter().map(parse).collect()
}

impl Template {
    /// `{{` and `}}` stand for the braces themselves.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let (field, after) = match rest.split_once('}') {
                Some(split) if brace == "{" => split,
                _ => return Err(format!("a brace at character {at} stands alone")),
            };
            rest = after;
            let (name, filter) = field.split_once('|').unwrap_or((field, ""));
            let as_url = match filter {
                "" => false,
                "url" => true,
                other => return Err(format!("`{other}` is not a filter; there is `url`")),
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

    /// The text for a secret, or the field that it does not have.
    pub fn render(&self, document: &Document) -> Result<String, String> {
        let mut rendered = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => rendered.push_str(text),
                Part::Field { name, as_url } => {
                    let value = value(document, name)?;
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

/// Renders every template into its field.
pub fn render_all(
    templates: &BTreeMap<String, Template>,
    document: &mut Document,
) -> Result<(), String> {
    for (name, template) in templates {
        let rendered = template.render(document).map_err(|field| {
            format!("the template of `{name}` asks for `{field}`, which is missing")
        })?;
        document.set(name, &rendered);
    }
    Ok(())
}

/// A text or a number, as it is written into a URL.
fn value(document: &Document, name: &str) -> Result<String, String> {
    let raw = document.raw(name).ok_or_else(|| name.to_owned())?;
    if raw.starts_with('"') {
        return serde_json::from_str(raw).map_err(|_| name.to_owned());
    }
    let is_plain = raw != "null" && !raw.starts_with(['{', '[']);
    is_plain.then(|| raw.to_owned()).ok_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hidden::Hidden;

    const SECRET: &str = r#"{"username": "a pp", "password": "p@ss/w?rd%é", "host": "db", "port": 5432, "none": null}"#;

    #[track_caller]
    fn check(template: &str, expected: Result<&str, &str>) {
        let document = Document::parse(&Hidden::new(SECRET)).unwrap();
        let rendered = Template::parse(template).and_then(|template| template.render(&document));
        assert_eq!(rendered.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn fields_are_put_in_and_encoded_on_request() {
        check(
            "postgres://{username|url}:{password|url}@{host}:{port}/x",
            Ok("postgres://a%20pp:p%40ss%2Fw%3Frd%25%C3%A9@db:5432/x"),
        );
        check("{password}", Ok("p@ss/w?rd%é"));
        check("{{\"host\": \"{host}\"}}", Ok("{\"host\": \"db\"}"));
        check("plain", Ok("plain"));
    }

    #[test]
    fn what_is_not_there_or_not_understood_is_named() {
        check("{nobody}", Err("nobody"));
        check("{none}", Err("none"));
        check("{host|sql}", Err("`sql` is not a filter; there is `url`"));
        check("{host", Err("a brace at character 0 stands alone"));
        check("a}", Err("a brace at character 1 stands alone"));
    }

    #[test]
    fn every_template_is_rendered_into_its_field() {
        let templates = templates(r#"{"URL": "db://{host}", "port": "{port}"}"#).unwrap();
        let mut document = Document::parse(&Hidden::new(r#"{"host":"db","port":5432}"#)).unwrap();
        render_all(&templates, &mut document).unwrap();
        assert_eq!(document.text().expose(), r#"{"host":"db","port":"5432","URL":"db://db"}"#);
        assert!(super::templates("[]").is_err());
    }
}
