//! Fields that are made of others, such as a `DATABASE_URL`, made anew at every rotation. A template
//! names fields of the secret: `postgres://{username}:{password|url}@{host}:{port}/{dbname}`.

use std::collections::BTreeMap;

use shared::template::{Missing, Template};

use super::document::Document;
use crate::hidden::Hidden;

/// Returns the text for a secret.
pub fn render(template: &Template, document: &Document) -> Result<Hidden, Missing> {
    template.render(|name| value(document, name)).map(Hidden::new)
}

/// Renders every template into its field.
pub fn render_all(
    templates: &BTreeMap<String, Template>,
    document: &mut Document,
) -> Result<(), String> {
    for (name, template) in templates {
        let rendered = render(template, document)
            .map_err(|missing| format!("the template of `{name}` {missing}"))?;
        document.set(name, rendered.expose());
    }
    Ok(())
}

/// A text or a number, as it is written into a URL.
fn value(document: &Document, name: &str) -> Option<String> {
    let raw = document.raw(name)?;
    if raw.starts_with('"') {
        return serde_json::from_str(raw).ok();
    }
    let is_plain = raw != "null" && !raw.starts_with(['{', '[']);
    is_plain.then(|| raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        r#"{"password": "p@ss", "host": "db", "port": 5432, "none": null, "list": []}"#;

    #[track_caller]
    fn check(template: &str, expected: Result<&str, &str>) {
        let document = Document::parse(&Hidden::new(SECRET)).unwrap();
        let rendered = render(&Template::parse(template).unwrap(), &document);
        let rendered = rendered.map_err(|Missing(name)| name);
        assert_eq!(rendered.as_ref().map(Hidden::expose).map_err(String::as_str), expected);
    }

    #[test]
    fn texts_and_numbers_are_put_in() {
        check("{host}:{port}/{password|url}", Ok("db:5432/p%40ss"));
    }

    #[test]
    fn what_has_no_text_is_named() {
        check("{nobody}", Err("nobody"));
        check("{none}", Err("none"));
        check("{list}", Err("list"));
    }

    #[test]
    fn every_template_is_rendered_into_its_field() {
        let templates = Template::parse_all(r#"{"URL": "db://{host}", "port": "{port}"}"#).unwrap();
        let mut document = Document::parse(&Hidden::new(r#"{"host":"db","port":5432}"#)).unwrap();
        render_all(&templates, &mut document).unwrap();
        assert_eq!(document.text().expose(), r#"{"host":"db","port":"5432","URL":"db://db"}"#);
        let missing = Template::parse_all(r#"{"URL": "{nobody}"}"#).unwrap();
        assert_eq!(
            render_all(&missing, &mut document).unwrap_err(),
            "the template of `URL` asks for `nobody`, which is missing"
        );
    }
}
