//! A believable fleet: three offices, their databases, a night shift, and what goes wrong in every
//! account. Puts it into a world; never moves the clock.

use jiff::{SignedDuration, Timestamp};

use crate::aws::{
    autoscaling::{self, Group, Size},
    ec2::{self, StartFailure},
    rds,
    site::Site,
    world::World,
};

/// What a resource is, as the function's report calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Instance,
    Database,
    Cluster,
    Group,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Database => "database",
            Self::Cluster => "cluster",
            Self::Group => "group",
        }
    }
}

/// One resource and everything that the demo says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resource {
    pub name: &'static str,
    pub kind: Kind,
    /// An instance type or a database class.
    pub size: &'static str,
    /// The value of the tag `Schedule`; without one, the resource is nobody's business.
    pub schedule: Option<&'static str>,
    pub group: Option<&'static str>,
    pub remark: &'static str,
}

/// The resource that AWS cannot start, because the role may not use the key of its volume.
pub(super) const WITHOUT_KEY: &str = "berlin-build";
/// The Auto Scaling group, and how many instances it has by day.
pub(super) const GROUP_SIZE: Size = Size { min: 2, max: 6, desired: 3 };

const fn resource(
    name: &'static str,
    kind: Kind,
    size: &'static str,
    schedule: &'static str,
    remark: &'static str,
) -> Resource {
    Resource { name, kind, size, schedule: Some(schedule), group: None, remark }
}

impl Resource {
    const fn in_group(self, group: &'static str) -> Self {
        Self { group: Some(group), ..self }
    }
}

pub(super) const FLEET: [Resource; 14] = [
    resource("berlin-db", Kind::Database, "db.r6g.large", "berlin", "starts first, stops last")
        .in_group("shop 1"),
    resource("berlin-app", Kind::Instance, "m7g.large", "berlin", "waits for its database")
        .in_group("shop 2"),
    resource(
        "berlin-lab",
        Kind::Instance,
        "c7g.xlarge",
        "berlin",
        "needed on Saturday, by a person",
    ),
    resource(
        WITHOUT_KEY,
        Kind::Instance,
        "m7g.xlarge",
        "berlin",
        "encrypted; its key is not granted",
    ),
    resource(
        "berlin-web",
        Kind::Group,
        "t4g.medium",
        "mon-fri 06:30-20:00",
        "3 instances; its tag is a schedule",
    ),
    resource("newyork-erp", Kind::Instance, "m7g.large", "new-york", "closed on Thanksgiving"),
    resource("newyork-dwh", Kind::Cluster, "aurora-mysql", "new-york", "its members go with it"),
    resource(
        "newyork-load",
        Kind::Instance,
        "c7g.2xlarge",
        "new-york",
        "a load test on Tuesday night",
    ),
    resource("kolkata-dev", Kind::Instance, "t4g.large", "kolkata", "closed on Guru Nanak Jayanti"),
    resource("kolkata-qa", Kind::Database, "db.t4g.medium", "kolkata", "closed with it"),
    resource("kolkata-new", Kind::Instance, "t4g.large", "kolkatta", "misspelled"),
    resource("night-batch", Kind::Instance, "c7g.4xlarge", "night-shift", "works over midnight"),
    resource("domain-ctl", Kind::Instance, "t4g.small", "ignore", "never to be touched"),
    Resource {
        name: "vpn",
        kind: Kind::Instance,
        size: "t4g.nano",
        schedule: None,
        group: None,
        remark: "without a tag it does not exist for us",
    },
];

/// The schedules and calendars of the offices. `night-shift` is one of the template's examples.
const DOCUMENTS: [(&str, &str); 5] = [
    ("schedules/berlin", include_str!("documents/berlin.yaml")),
    ("schedules/new-york", include_str!("documents/new-york.yaml")),
    ("schedules/kolkata", include_str!("documents/kolkata.yaml")),
    ("calendars/us", include_str!("documents/holidays-us.yaml")),
    ("calendars/india", include_str!("documents/holidays-india.yaml")),
];

/// Long enough ago that nothing is new to the function.
const AGE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Puts the fleet, all of it running as before anybody scheduled it, and its documents into a
/// place. `path` is where the function looks for documents.
pub(super) fn build(world: &mut World, site: &Site<'_>, path: &str) {
    let place = world.place(site.account, site.region);
    for (name, text) in DOCUMENTS {
        place.ssm.set(&format!("{path}/{name}"), text, site.now);
    }
    let born = site.now - AGE;
    for resource in &FLEET {
        match resource.kind {
            Kind::Instance => place.ec2.add(instance(resource, site, born)),
            Kind::Database => place.rds.add(database(resource, site, born)),
            Kind::Cluster => {
                let cluster = cluster(resource, born);
                let member = format!("{}-1", resource.name);
                let member = rds::Instance::new(member, zone(site)).member_of(&cluster);
                place.rds.add(member.of_class("db.r6g.large").created(born));
                place.rds.add_cluster(cluster);
            }
            Kind::Group => autoscaling::add(place, site, group(resource, site, born)),
        }
    }
}

impl Resource {
    /// What AWS calls it: an instance has an id, everything else its name.
    pub(super) fn id(&self, site: &Site<'_>) -> String {
        match self.kind {
            Kind::Instance => {
                let number = FLEET.iter().position(|other| other.name == self.name);
                // Far from the numbers of the instances that groups launch.
                format!("i-0{}", site.digits(1_000 + number.unwrap_or_default() as u64))
            }
            Kind::Database | Kind::Cluster | Kind::Group => self.name.to_owned(),
        }
    }

    fn tags(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let schedule = self.schedule.map(|schedule| ("Schedule", schedule));
        let group = self.group.map(|group| ("caretaker:group", group));
        schedule.into_iter().chain(group)
    }
}

fn zone(site: &Site<'_>) -> String {
    format!("{}a", site.region)
}

fn instance(resource: &Resource, site: &Site<'_>, born: Timestamp) -> ec2::Instance {
    let instance = ec2::Instance::new(resource.id(site), zone(site))
        .of_type(resource.size)
        .launched(born)
        .tag("Name", resource.name);
    let instance =
        resource.tags().fold(instance, |instance, (key, value)| instance.tag(key, value));
    if resource.name == WITHOUT_KEY {
        return instance.failing_to_start(StartFailure::MissingKeyGrant);
    }
    instance
}

fn database(resource: &Resource, site: &Site<'_>, born: Timestamp) -> rds::Instance {
    let database = rds::Instance::new(resource.name, zone(site));
    let database = database.of_class(resource.size).created(born);
    resource.tags().fold(database, |database, (key, value)| database.tag(key, value))
}

fn cluster(resource: &Resource, born: Timestamp) -> rds::Cluster {
    let cluster = rds::Cluster::new(resource.name).engine(resource.size).created(born);
    resource.tags().fold(cluster, |cluster, (key, value)| cluster.tag(key, value))
}

fn group(resource: &Resource, site: &Site<'_>, born: Timestamp) -> Group {
    let group = Group::new(resource.name, &[&zone(site)], GROUP_SIZE);
    let group = group.of_type(resource.size).created(born);
    resource.tags().fold(group, |group, (key, value)| group.tag(key, value))
}
