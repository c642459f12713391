//! The most that a tag, a document or a mistake in one may bring about.

use std::{fmt, str::FromStr};

use anyhow::{Context as _, bail, ensure};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use shared::error::quoted;

/// How much of what is managed one run may stop that no edge explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxChanges {
    /// Any number.
    Off,
    /// So many resources.
    Count(usize),
    /// So many of a hundred.
    Share(u8),
}

impl FromStr for MaxChanges {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let limit = match text.strip_suffix('%') {
            Some(share) => digits(share).filter(|share| *share <= 100).map(Self::Share),
            None => digits(text).map(Self::Count),
        };
        limit.context("it is neither a count such as `120`, nor a share such as `50%`, nor `off`")
    }
}

impl fmt::Display for MaxChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Share(share) => write!(f, "{share}%"),
        }
    }
}

/// A number without the sign that the standard library would take.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How long an override may last.
pub(super) fn max_override(text: &str) -> anyhow::Result<SignedDuration> {
    let span: Option<Span> = text.parse().ok();
    let longest = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let longest = longest
        .with_context(|| format!("`{}` is not a duration such as `14d` or `72h`", quoted(text)))?;
    ensure!(longest.is_positive(), "`{}` is not longer than nothing", quoted(text));
    Ok(longest)
}

/// Fails for a list with a name that cannot be one of an instance type.
pub(super) fn check_instance_types(types: &[String]) -> anyhow::Result<()> {
    let is_part = |part: &str| {
        let is_legal =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(is_legal)
    };
    for name in types {
        if !name.split_once('.').is_some_and(|(family, size)| is_part(family) && is_part(size)) {
            bail!("`{}` is not an instance type such as `m6i.large`", quoted(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_bounded_by_a_count_or_a_share_or_not_at_all() {
        let limits = [
            ("off", MaxChanges::Off),
            ("0", MaxChanges::Count(0)),
            ("120", MaxChanges::Count(120)),
            ("0%", MaxChanges::Share(0)),
            ("100%", MaxChanges::Share(100)),
        ];
        for (text, expected) in limits {
            let limit: MaxChanges = text.parse().unwrap();
            assert_eq!(limit, expected);
            assert_eq!(limit.to_string(), text);
        }
        for text in ["", "OFF", "none", "-1", "+1", "+1%", "%", "101%", "50 %", "0.5", "half"] {
            assert!(text.parse::<MaxChanges>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_override_lasts_hours_or_days_of_24_hours() {
        let hours = |text| max_override(text).unwrap().as_hours();
        assert_eq!((hours("72h"), hours("14d"), hours("2w"), hours("P1DT2H")), (72, 336, 336, 26));
        for text in ["14", "1 month", "1y", "-1h", "0h", "soon", "99999999999999999999d"] {
            assert!(max_override(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instance_type_has_a_family_and_a_size() {
        let check = |name: &str| check_instance_types(&[name.to_owned()]);
        for name in ["m6i.large", "u7i-12tb.224xlarge", "mac2-m2.metal", "m7i.metal-24xl"] {
            check(name).unwrap();
        }
        for name in ["m6i", "m6i.", ".large", "M6i.large", "m6i large", "m6i.*", "m6i.large.x"] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
