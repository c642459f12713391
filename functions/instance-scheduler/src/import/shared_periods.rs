//! Periods as documents of their own, which schedules name.

use std::collections::BTreeMap;

use shared::error::quoted;

use super::draft::Draft;
use super::found::Found;
use super::lost::{Code, Lost};
use super::{names, write};

#[derive(Debug, Default)]
pub(super) struct SharedPeriods {
    /// Name and text.
    pub(super) documents: Vec<(String, String)>,
    pub(super) lost: Vec<Lost>,
    /// The name of a document by that of its period.
    new_names: BTreeMap<String, String>,
}

impl SharedPeriods {
    pub(super) fn of(found: &Found, drafts: &[Draft<'_>]) -> Self {
        let known = found.periods.iter().filter_map(|known| {
            let period = known.period.as_ref()?;
            Some((known.name.clone(), known.place.as_str(), period))
        });
        // Those of templates have the name of their schedule before them.
        let own = drafts.iter().filter(|draft| draft.is_whole()).flat_map(|draft| {
            let own = draft.periods.iter().enumerate().filter(|(_, period)| period.name.is_none());
            own.map(|(index, own)| (draft.period_name(index), draft.place, own.period))
        });
        let all: Vec<_> = known.chain(own).collect();
        let old: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
        let mut shared = Self::default();
        for ((old, place, period), new) in all.iter().zip(names::assign(&old)) {
            if *old != new {
                let message = format!(
                    "`{}` cannot be the name of a document here, so it is `{new}`, also in the \
                     schedules that name it",
                    quoted(old)
                );
                shared.lost.push(Lost::new(*place, Code::Name, message));
            }
            shared.documents.push((new.clone(), write::period(period)));
            shared.new_names.insert(old.clone(), new);
        }
        shared
    }

    /// How a schedule names a period, if that has a document.
    pub(super) fn reference(&self, name: &str, instance_type: Option<&str>) -> Option<String> {
        let new = self.new_names.get(name)?;
        Some(match instance_type {
            Some(instance_type) => format!("{new}@{instance_type}"),
            None => new.clone(),
        })
    }
}
