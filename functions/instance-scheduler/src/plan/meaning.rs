//! What the values of the schedule tag mean, each found out once for all that carry it.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use crate::schedule::{Catalog, Followed};

/// What one value means.
pub(super) struct Meaning<'a> {
    pub(super) followed: Result<Followed<'a>, Rc<str>>,
    /// Why nothing is done by this schedule: it is not whole.
    pub(super) lack: Option<Rc<str>>,
    /// What the metrics call it: the document, or what it is instead of one.
    pub(super) label: Rc<str>,
    pub(super) is_document: bool,
}

pub(super) struct Meanings<'a> {
    catalog: &'a Catalog,
    known: HashMap<Rc<str>, Rc<Meaning<'a>>>,
    /// The names of groups that documents give.
    groups: BTreeSet<&'a str>,
}

impl<'a> Meanings<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let groups = catalog.schedules().filter_map(|(_, schedule)| schedule.group.as_ref());
        let groups = groups.map(|group| group.name.as_str()).collect();
        Self { catalog, known: HashMap::new(), groups }
    }

    pub(super) fn of(&mut self, tag: &Rc<str>) -> Rc<Meaning<'a>> {
        if let Some(meaning) = self.known.get(tag) {
            return Rc::clone(meaning);
        }
        let meaning = Rc::new(self.find(tag));
        self.known.insert(Rc::clone(tag), Rc::clone(&meaning));
        meaning
    }

    fn find(&self, tag: &Rc<str>) -> Meaning<'a> {
        let followed = self.catalog.follow(tag).map_err(|err| format!("{err:#}").into());
        let named = match &followed {
            Ok(Followed::Named(schedule)) => Some(*schedule),
            _ => None,
        };
        let is_document = self.catalog.has(tag);
        let lack = if self.catalog.is_unknowable(tag) {
            Some("the schedules could not be read".to_owned())
        } else {
            named.and_then(|schedule| self.catalog.lacks(schedule).next())
        };
        let label = match &followed {
            _ if is_document => Rc::clone(tag),
            Ok(Followed::Ignore) => "ignore".into(),
            Ok(_) => "inline".into(),
            Err(_) => "unknown".into(),
        };
        Meaning { lack: lack.map(Rc::from), label, is_document, followed }
    }

    /// Whether documents give this group, so that a tag alone cannot join it.
    pub(super) fn is_documented(&self, group: &str) -> bool {
        self.groups.contains(group)
    }
}
