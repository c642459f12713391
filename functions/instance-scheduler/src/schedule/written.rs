//! What may be written in a schedule document, field by field, before it means anything.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use shared::document::{Flag, Joined, Parsed, Text, Texts};
use shared::error::quoted;

use super::period::ClockTime;
use super::recurrence::{Monthdays, Months, Weekdays};
use super::values::{Grace, Name, Order, OverrideStatus, Zone};

/// Defines an object of a document. A field without a value is the same as none. Names are compared
/// without case, `_` and `-`: AWS Instance Scheduler writes the same field as `override_status` in
/// its table, `--override-status` in its CLI and `OverrideStatus` in `CloudFormation`.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* } $(without $ignored:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name { $(pub(super) $field: Option<$type>,)* }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let known = &[$(stringify!($field),)* $(stringify!($ignored),)*];
                        let mut given = Vec::new();
                        let mut object = $name::default();
                        while let Some(name) = map.next_key_seed(Known { known, given: &mut given })? {
                            $(if name == stringify!($field) {
                                object.$field = map.next_value()?;
                                continue;
                            })*
                            map.next_value::<IgnoredAny>()?;
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_any(Fields)
            }
        }
    };
}

/// Finds the known name of a field that has not been given yet.
struct Known<'a> {
    known: &'static [&'static str],
    given: &'a mut Vec<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Known<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let Self { known, given } = self;
        let written = String::deserialize(deserializer)?;
        let plain = |name: &str| -> String {
            name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
        };
        let Some(name) = known.iter().find(|name| plain(name) == plain(&written)) else {
            return Err(de::Error::unknown_field(&written, known));
        };
        if given.contains(name) {
            return Err(de::Error::custom("given twice"));
        }
        given.push(name);
        Ok(name)
    }
}

object! {
    Document {
        name: Parsed<Name>,
        description: Text,
        timezone: Parsed<Zone>,
        periods: Vec<PeriodOrName>,
        exceptions: Vec<ExceptionFields>,
        calendars: Texts,
        override_status: Parsed<OverrideStatus>,
        stop_new_instances: Flag,
        enforced: Flag,
        retain_running: Flag,
        hibernate: Flag,
        ssm_maintenance_window: Texts,
        use_maintenance_window: Flag,
        grace: Parsed<Grace>,
        group: GroupFields,
    }
    // These of AWS Instance Scheduler say nothing about when anything runs.
    without configured_in_stack without no_stack_prefix without use_metrics
}

object! {
    PeriodFields {
        name: Parsed<Name>,
        description: Text,
        begintime: Parsed<ClockTime>,
        endtime: Parsed<ClockTime>,
        weekdays: Joined<Weekdays>,
        monthdays: Joined<Monthdays>,
        months: Joined<Months>,
        instance_type: Parsed<Name>,
    }
    without configured_in_stack
}

object! {
    ExceptionFields {
        name: Parsed<Name>,
        dates: Texts,
        from: Text,
        to: Text,
        calendar: Parsed<Name>,
        mode: Text,
        periods: Vec<PeriodOrName>,
    }
}

object! {
    GroupFields {
        name: Parsed<Name>,
        order: Parsed<Order>,
    }
}

object! {
    /// An override as an object instead of the text of its tag.
    OverrideFields {
        state: Text,
        until: Text,
    }
}

object! {
    CalendarFields {
        dates: Texts,
    }
}

object! {
    /// A maintenance window of SSM or RDS, as AWS describes it.
    WindowFields {
        kind: Text,
        next_execution: Text,
        timezone: Parsed<Zone>,
        duration_hours: Parsed<u32>,
        scheduler_interval_minutes: Parsed<u32>,
        preferred_maintenance_window: Text,
    }
}

/// A whole document, which may also be an inline schedule.
#[derive(Debug)]
pub(super) enum Written {
    Inline(String),
    Document(Box<Document>),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Inline(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
                let document = Document::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Written::Document(Box::new(document)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A period in its place. AWS Instance Scheduler has names here.
#[derive(Debug)]
pub(super) struct PeriodOrName(pub(super) PeriodFields);

impl<'de> Deserialize<'de> for PeriodOrName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PeriodOrName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<PeriodOrName, E> {
                Err(E::custom(format_args!(
                    "`{}` is a name; write the period itself here",
                    quoted(name)
                )))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PeriodOrName, A::Error> {
                PeriodFields::deserialize(MapAccessDeserializer::new(map)).map(PeriodOrName)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
