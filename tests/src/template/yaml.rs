//! YAML to JSON, with CloudFormation's short tags in their long forms. Resolves nothing.

use anyhow::{Context as _, bail};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

pub(super) fn parse(text: &str) -> anyhow::Result<Value> {
    let documents = Yaml::load_from_str(text)?;
    let [document] = &documents[..] else {
        bail!("there are {} YAML documents, not one", documents.len());
    };
    value(document)
}

fn value(node: &Yaml<'_>) -> anyhow::Result<Value> {
    Ok(match node {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(flag) => json!(flag),
            Scalar::Integer(number) => json!(number),
            Scalar::FloatingPoint(number) => json!(number.into_inner()),
            Scalar::String(text) => json!(text),
        },
        Yaml::Sequence(nodes) => {
            Value::Array(nodes.iter().map(value).collect::<anyhow::Result<_>>()?)
        }
        Yaml::Mapping(nodes) => {
            let mut members = Map::new();
            for (key, node) in nodes {
                let key = match value(key)? {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                members.insert(key, value(node)?);
            }
            Value::Object(members)
        }
        Yaml::Tagged(tag, node) => tagged(&tag.suffix, value(node)?)?,
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            bail!("a YAML node that is not understood: {node:?}")
        }
    })
}

fn tagged(tag: &str, value: Value) -> anyhow::Result<Value> {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        _ => format!("Fn::{tag}"),
    };
    // The short form of GetAtt is text, `Resource.Attribute`.
    let value = match (tag, &value) {
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) =
                text.split_once('.').with_context(|| format!("`!GetAtt {text}` has no dot"))?;
            json!([resource, attribute])
        }
        _ => value,
    };
    Ok(json!({ name: value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_short_tags() {
        let value = parse(
            "a: !Ref X\nb: !GetAtt Q.Arn\nc: !If [C, !Sub \"${Y}-z\", 3]\nd: !Not [!Condition K]",
        )
        .unwrap();
        assert_eq!(
            value,
            json!({
                "a": { "Ref": "X" },
                "b": { "Fn::GetAtt": ["Q", "Arn"] },
                "c": { "Fn::If": ["C", { "Fn::Sub": "${Y}-z" }, 3] },
                "d": { "Fn::Not": [{ "Condition": "K" }] },
            })
        );
    }

    #[test]
    fn refuses_two_documents() {
        assert!(parse("a: 1\n---\nb: 2").is_err());
    }
}
