//! Looks at one account in one region and turns the SDK's types into ours. Changes nothing and
//! decides nothing.

mod autoscaling;
pub(crate) mod documents;
mod ec2;
mod rds;
pub(crate) mod untagged;
pub(crate) mod windows;

use std::{collections::BTreeSet, rc::Rc};

use aws_config::SdkConfig;
use shared::{
    error::AwsError,
    tag::{MAX_TAGS, Tags},
};

use crate::{
    config::Config,
    resource::{
        CAPACITY_TAG, Extra, GROUP_TAG, INSTANCE_TYPES_TAG, OVERRIDE_TAG, PROBLEM_TAG, Resource,
        STATE_TAG,
    },
};

/// What was found, and the listings that failed: one service that cannot be listed does not hide
/// the others.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub resources: Vec<Resource>,
    pub failed: Vec<AwsError>,
}

/// Lists every resource that carries the schedule tag.
pub(crate) async fn fleet(aws: &SdkConfig, config: &Config) -> Fleet {
    let mut fleet = Fleet::default();
    let key = config.schedule_tag.as_str();
    let services = config.services;
    let (instances, databases, groups) = tokio::join!(
        async { if services.ec2 { Some(ec2::instances(aws, key).await) } else { None } },
        async { if services.rds { Some(rds::databases(aws, key).await) } else { None } },
        async {
            if services.autoscaling { Some(autoscaling::groups(aws, key).await) } else { None }
        },
    );
    for listing in [instances, databases, groups].into_iter().flatten() {
        match listing {
            Ok(resources) if fleet.resources.is_empty() => fleet.resources = resources,
            Ok(resources) => fleet.resources.extend(resources),
            Err(err) => fleet.failed.push(err),
        }
    }
    fleet
}

/// Keeps one copy of texts that 100,000 resources share: schedule names, instance types, states.
#[derive(Debug, Default)]
struct Texts(BTreeSet<Rc<str>>);

impl Texts {
    fn get(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.0.get(text) {
            return Rc::clone(known);
        }
        let text: Rc<str> = Rc::from(text);
        self.0.insert(Rc::clone(&text));
        text
    }
}

/// What people call a resource.
const NAME_TAG: &str = "Name";

/// Fewer than the function may want to write are worth counting.
const FEW_TAGS: usize = 3;

/// The tags that every kind of resource may have. `extra` carries what the service itself says.
fn with_tags(tags: &Tags, extra: Extra) -> (Option<Box<str>>, Option<Box<Extra>>) {
    let text = |key| tags.get(key).map(str::to_owned);
    let left = MAX_TAGS.saturating_sub(tags.n_counted());
    let extra = Extra {
        override_tag: text(OVERRIDE_TAG),
        problem_tag: text(PROBLEM_TAG),
        instance_types: text(INSTANCE_TYPES_TAG),
        group_tag: text(GROUP_TAG),
        capacity_tag: text(CAPACITY_TAG),
        tags_left: u8::try_from(left).ok().filter(|_| left <= FEW_TAGS),
        ..extra
    };
    let handled = tags.get(STATE_TAG).map(Box::from);
    (handled, (extra != Extra::default()).then(|| Box::new(extra)))
}
