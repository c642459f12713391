//! What may be written in a schedule document, field by field, before it means anything.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use shared::document::{Flag, Joined, Parsed, Text, Texts};

use super::period::ClockTime;
use super::recurrence::{Monthdays, Months, Weekdays};
use super::values::{All, Grace, Name, Order, OverrideStatus, Zone};

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
        periods: Periods,
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
        instance_types: Texts,
        expected: Parsed<All>,
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
        periods: Periods,
    }
}

object! {
    GroupFields {
        name: Parsed<Name>,
        order: Parsed<Order>,
    }
}

object! {
    CalendarFields {
        dates: Texts,
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

/// Periods: a list, or names as one text.
#[derive(Debug, Default)]
pub(super) struct Periods(pub(super) Vec<PeriodOrName>);

impl Periods {
    /// The names of those that are not written here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|period| match period {
            PeriodOrName::Here(_) => None,
            PeriodOrName::Named(name) => Some(name.as_str()),
        })
    }
}

impl<'de> Deserialize<'de> for Periods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Periods;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or names")
            }

            fn visit_str<E: de::Error>(self, names: &str) -> Result<Periods, E> {
                let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
                Ok(Periods(names.map(|name| PeriodOrName::Named(name.to_owned())).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Periods, A::Error> {
                let mut periods = Vec::new();
                while let Some(period) = items.next_element()? {
                    periods.push(period);
                }
                Ok(Periods(periods))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

/// A period in its place, or the name of one that has a document of its own.
#[derive(Debug)]
pub(super) enum PeriodOrName {
    Here(Box<PeriodFields>),
    Named(String),
}

impl<'de> Deserialize<'de> for PeriodOrName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PeriodOrName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<PeriodOrName, E> {
                Ok(PeriodOrName::Named(name.trim().to_owned()))
            }

            fn visit_u64<E: de::Error>(self, name: u64) -> Result<PeriodOrName, E> {
                Ok(PeriodOrName::Named(name.to_string()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PeriodOrName, A::Error> {
                let fields = PeriodFields::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PeriodOrName::Here(Box::new(fields)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
