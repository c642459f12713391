//! EC2 as a client sees it, one call at a time.

mod attributes;
mod listing;
mod power;
mod run;
mod tags;
mod touched;

use super::Instance;
use crate::aws::probe::Probe;

const ONE: &str = "i-00000000000000001";
const TWO: &str = "i-00000000000000002";
const MISSING: &str = "i-0dead00000000beef";

fn instance(number: u64) -> Instance {
    Instance::numbered(number, "eu-west-1a")
}

fn with(instances: impl IntoIterator<Item = Instance>) -> Probe {
    let mut probe = Probe::new();
    for instance in instances {
        probe.place().ec2.add(instance);
    }
    probe
}

/// The states of all instances, in the order of the listing.
fn states(probe: &mut Probe) -> Vec<&'static str> {
    let now = probe.now;
    probe.place().ec2.instances(now).map(|instance| instance.power().name()).collect()
}
