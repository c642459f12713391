//! The instances of one account in one region. State only: it answers no call.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::Ipv4Addr,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    instance::Instance,
    life::{Power, StartFailure, Timings},
};
use crate::aws::{page::Paging, site::Site};

/// What a place says when it has no room for an instance type in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// The call is refused with `InsufficientInstanceCapacity`.
    Refused,
    /// The call succeeds and the instance falls back to `stopped`.
    Late,
}

/// What one account has of EC2 in one region.
#[derive(Debug, Default)]
pub struct State {
    pub timings: Timings,
    pub paging: Paging,
    /// How long listings go on showing the power and the tags from before a change.
    pub lag: SignedDuration,
    /// By instance type and zone.
    pub shortages: BTreeMap<(String, String), Shortage>,
    /// In the order of launch, which is the order of every listing.
    pub(super) instances: BTreeMap<u64, Instance>,
    numbers: HashMap<String, u64>,
    next_number: u64,
    next_reservation: u64,
    /// When to forget which terminated instance.
    graves: BTreeSet<(Timestamp, u64)>,
    /// What `RunInstances` made for a client token.
    pub(super) client_tokens: HashMap<String, Vec<String>>,
}

impl State {
    /// Puts an instance into the world as it is, in a reservation of its own.
    pub fn add(&mut self, instance: Instance) {
        self.next_reservation += 1;
        self.insert(instance, format!("r-{:017x}", self.next_reservation));
    }

    /// Launches instances at `site.now`, in one reservation, with fresh ids.
    pub fn launch(&mut self, site: &Site<'_>, instances: Vec<Instance>) -> Vec<String> {
        self.next_reservation += 1;
        let reservation = format!("r-0{}", site.digits(self.next_reservation));
        let timings = self.timings;
        let mut ids = Vec::new();
        for mut instance in instances {
            instance.id = format!("i-0{}", site.digits(self.next_number + 1));
            if let Some(spot) = &mut instance.spot {
                spot.request = format!("sir-{}", &site.digits(self.next_number + 1)[8..]);
            }
            let failure = self.start_failure(&instance);
            instance.launch(site.now, &timings, failure);
            ids.push(instance.id.clone());
            let number = self.insert(instance, reservation.clone());
            if failure.is_some() {
                self.graves.insert((site.now + timings.start + timings.forget, number));
            }
        }
        ids
    }

    /// Terminates what exists of `ids` at `now`, whatever protects it.
    pub fn terminate(&mut self, ids: &[String], now: Timestamp) {
        let timings = self.timings;
        for id in ids {
            let Some(number) = self.number(id) else { continue };
            let Some(instance) = self.instances.get_mut(&number) else { continue };
            instance.settle(now);
            if !instance.power().is_gone() {
                instance.terminate(now, &timings);
                self.graves.insert((now + timings.terminate + timings.forget, number));
            }
        }
    }

    /// Forgets what was terminated long ago.
    pub fn settle(&mut self, now: Timestamp) {
        while self.graves.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, number)) = self.graves.pop_first() else { break };
            if let Some(instance) = self.instances.remove(&number) {
                self.numbers.remove(&instance.id);
            }
        }
    }

    /// The instance as it is at `now`.
    pub fn instance(&mut self, id: &str, now: Timestamp) -> Option<&mut Instance> {
        let number = self.number(id)?;
        self.instances.get_mut(&number).map(|instance| instance.settled(now))
    }

    /// Every instance as it is at `now`, in the order of launch.
    pub fn instances(&mut self, now: Timestamp) -> impl Iterator<Item = &mut Instance> {
        self.instances.values_mut().map(move |instance| instance.settled(now))
    }

    pub fn len(&self) -> usize {
        self.instances.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    pub fn shortage(&self, instance_type: &str, zone: &str) -> Option<Shortage> {
        if self.shortages.is_empty() {
            return None;
        }
        self.shortages.get(&(instance_type.to_owned(), zone.to_owned())).copied()
    }

    /// How a start of this instance would fail after it was accepted.
    pub(super) fn start_failure(&self, instance: &Instance) -> Option<StartFailure> {
        let late = self.shortage(&instance.instance_type, &instance.zone) == Some(Shortage::Late);
        instance.start_failure.or(late.then_some(StartFailure::NoCapacity))
    }

    pub(super) fn number(&self, id: &str) -> Option<u64> {
        self.numbers.get(id).copied()
    }

    fn insert(&mut self, mut instance: Instance, reservation: String) -> u64 {
        self.next_number += 1;
        let number = self.next_number;
        instance.reservation = reservation;
        // 10.0.0.0/8 has room for 16 million instances; more would share addresses.
        let [_, a, b, c] = u32::try_from(number & 0x00ff_ffff).unwrap_or_default().to_be_bytes();
        instance.address = Ipv4Addr::new(10, a, b, c);
        self.numbers.insert(instance.id.clone(), number);
        self.instances.insert(number, instance);
        number
    }
}

/// For tests and the demo: where things stand.
impl State {
    pub fn power(&mut self, id: &str, now: Timestamp) -> Option<Power> {
        self.instance(id, now).map(|instance| instance.power())
    }
}
