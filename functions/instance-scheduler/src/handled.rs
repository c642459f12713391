//! The last edge handled, as kept in the tag `caretaker:scheduler`. Written by us, shown to
//! people, read by the next run. No decision is made here.

use std::fmt;

use jiff::Timestamp;
use shared::error::quoted;

use crate::schedule::{Override, State};

/// What the tag says. Its text begins with an instant and a state, e.g.
/// `2026-06-01T09:00:00Z running`; the rest are words that few resources have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "words of the tag, one to one")]
pub struct Handled {
    /// The edge: since when the state holds by the schedule.
    pub at: Timestamp,
    /// `Running` or `Stopped`.
    pub state: State,
    /// `retained`: found running at the edge, so the next stop is left out (`retain_running`).
    pub retained: bool,
    /// `retries=<n>`: so often the start or the stop of this edge was tried again.
    pub retries: u32,
    /// `retry=<instant>`: the last try failed, or may have; not to be tried again before.
    pub retry: Option<Timestamp>,
    /// `override=<instant>`, or `override=open`: the override that was acted on.
    pub override_mark: Option<OverrideMark>,
    /// `window=<instant>`: a maintenance window holds the resource until then. SSM names only the
    /// next execution of a window, so a running one is remembered here.
    pub window: Option<Timestamp>,
    /// `type=<instance type>`: the type that the schedule asked for.
    pub instance_type: Option<String>,
    /// `resizing`: stopped by us, to change its type.
    pub resizing: bool,
    /// `own=<instance type>`: what it was before it was made another type, and is to be again.
    pub own: Option<String>,
    /// `acted=<instant>`: when an RDS resource was stopped, because RDS starts it after 7 days.
    pub acted: Option<Timestamp>,
    /// `manual`: a person has started it since.
    pub manual: bool,
    /// `refused`: AWS can never stop it, so that asking again before the next edge would not help.
    pub refused: bool,
    /// `starting`: about to be started by us, so that a run that dies then does not make the next
    /// take it for started by a person (`retain_running`).
    pub starting: bool,
}

/// Which override was acted on: an override whose end changes is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverrideMark {
    Until(Timestamp),
    Open,
}

impl OverrideMark {
    pub fn of(overridden: &Override) -> Self {
        overridden.until.map_or(Self::Open, Self::Until)
    }
}

impl Handled {
    pub fn new(at: Timestamp, state: State) -> Self {
        Self {
            at,
            state,
            retained: false,
            retries: 0,
            retry: None,
            override_mark: None,
            window: None,
            instance_type: None,
            resizing: false,
            own: None,
            acted: None,
            manual: false,
            refused: false,
            starting: false,
        }
    }

    /// Whether the last start or stop failed, or may have.
    pub fn has_failed(&self) -> bool {
        self.retries > 0 || self.retry.is_some()
    }

    /// Reads what `Display` wrote, or says which word it does not know.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |word: &str| {
            format!(
                "`{word}` in the tag value `{text}` is not understood",
                word = quoted(word),
                text = quoted(text)
            )
        };
        let instant = |word: &str| word.parse::<Timestamp>().map_err(|_| wrong(word));
        let mut words = text.split_ascii_whitespace();
        let at = instant(words.next().unwrap_or_default())?;
        let state = match words.next() {
            Some("running") => State::Running,
            Some("stopped") => State::Stopped,
            other => return Err(wrong(other.unwrap_or_default())),
        };
        let mut handled = Self::new(at, state);
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("retained", "") => handled.retained = true,
                ("resizing", "") => handled.resizing = true,
                ("manual", "") => handled.manual = true,
                ("refused", "") => handled.refused = true,
                ("starting", "") => handled.starting = true,
                ("retries", n) => handled.retries = n.parse().map_err(|_| wrong(word))?,
                ("retry", at) => handled.retry = Some(instant(at)?),
                ("override", "open") => handled.override_mark = Some(OverrideMark::Open),
                ("override", at) => handled.override_mark = Some(OverrideMark::Until(instant(at)?)),
                ("window", at) => handled.window = Some(instant(at)?),
                ("acted", at) => handled.acted = Some(instant(at)?),
                ("own", name) if !name.is_empty() => handled.own = Some(name.to_owned()),
                ("type", name) if !name.is_empty() => handled.instance_type = Some(name.to_owned()),
                _ => return Err(wrong(word)),
            }
        }
        Ok(handled)
    }
}

impl fmt::Display for Handled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            state,
            retained,
            retries,
            retry,
            override_mark,
            window,
            instance_type,
            resizing,
            own,
            acted,
            manual,
            refused,
            starting,
        } = self;
        write!(f, "{at} {state}")?;
        if *retained {
            f.write_str(" retained")?;
        }
        if *retries > 0 {
            write!(f, " retries={retries}")?;
        }
        if let Some(retry) = retry {
            write!(f, " retry={retry}")?;
        }
        match override_mark {
            Some(OverrideMark::Until(until)) => write!(f, " override={until}")?,
            Some(OverrideMark::Open) => f.write_str(" override=open")?,
            None => (),
        }
        if let Some(window) = window {
            write!(f, " window={window}")?;
        }
        if let Some(instance_type) = instance_type {
            write!(f, " type={instance_type}")?;
        }
        if *resizing {
            f.write_str(" resizing")?;
        }
        if let Some(own) = own {
            write!(f, " own={own}")?;
        }
        if let Some(acted) = acted {
            write!(f, " acted={acted}")?;
        }
        if *manual {
            f.write_str(" manual")?;
        }
        if *refused {
            f.write_str(" refused")?;
        }
        if *starting {
            f.write_str(" starting")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn survives(text: &str) {
        assert_eq!(Handled::parse(text).map(|handled| handled.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn every_word_survives_the_tag() {
        survives("2026-06-01T09:00:00Z running");
        survives("2026-06-01T17:00:00Z stopped");
        survives("2026-06-01T09:00:00Z running retained");
        survives("2026-06-01T09:00:00Z running retries=2 retry=2026-06-01T09:15:00Z");
        survives("2026-06-01T09:00:00Z stopped override=2026-06-08T00:00:00Z");
        survives("2026-06-01T09:00:00Z running override=open window=2026-06-01T12:00:00Z");
        survives("2026-06-01T09:00:00Z running type=m5.large resizing own=t3.large");
        survives("2026-06-01T17:00:00Z stopped acted=2026-06-01T17:02:11Z manual");
        survives("2026-06-01T17:00:00Z stopped refused");
        survives("2026-06-01T09:00:00Z running starting");
    }

    #[test]
    fn the_longest_value_fits_into_a_tag() {
        let at = "2026-06-01T09:00:00Z".parse().unwrap();
        let handled = Handled {
            retained: true,
            retries: 5,
            retry: Some(at),
            override_mark: Some(OverrideMark::Until(at)),
            window: Some(at),
            instance_type: Some("u7inh-32tb.480xlarge".to_owned()),
            resizing: true,
            own: Some("u7inh-32tb.480xlarge".to_owned()),
            acted: Some(at),
            manual: true,
            refused: true,
            starting: true,
            ..Handled::new(at, State::Running)
        };
        let text = handled.to_string();
        assert!(text.chars().count() <= shared::tag::MAX_VALUE_CHARS, "{}", text.len());
        assert_eq!(shared::tag::portable_value(&text), text);
    }

    #[test]
    fn what_a_person_wrote_there_is_refused_by_word() {
        assert_eq!(
            Handled::parse("2026-06-01T09:00:00Z running soon").unwrap_err(),
            "`soon` in the tag value `2026-06-01T09:00:00Z running soon` is not understood"
        );
        for text in ["", "now running", "2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z any"] {
            assert!(Handled::parse(text).is_err(), "{text}");
        }
    }
}
