//! A database instance and a cluster: what they are. Refuses nothing; the operations decide what
//! is allowed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::life::{Life, Status};

pub type Tags = BTreeMap<String, String>;

/// A database instance, alone or as a member of a cluster.
#[derive(Debug, Clone)]
pub struct Instance {
    pub id: String,
    pub engine: String,
    pub class: String,
    pub zone: String,
    pub multi_az: bool,
    pub created: Timestamp,
    /// `ddd:hh24:mi-ddd:hh24:mi`; AWS leaves the element out where there is none.
    pub maintenance_window: Option<String>,
    pub tags: Tags,
    pub replica_of: Option<String>,
    /// A member starts and stops with its cluster.
    pub cluster: Option<String>,
    /// Where a test has it; else where AWS would.
    pub(super) endpoint: Option<(String, u16)>,
    pub(super) life: Life,
}

#[derive(Debug, Clone)]
pub struct Cluster {
    pub id: String,
    pub engine: String,
    pub multi_az: bool,
    pub created: Timestamp,
    pub maintenance_window: Option<String>,
    pub tags: Tags,
    /// Where a test has its writer; else where AWS would.
    pub(super) endpoint: Option<(String, u16)>,
    pub(super) life: Life,
}

/// A snapshot that a stop made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub instance: String,
    pub created: Timestamp,
}

const MAINTENANCE_WINDOW: &str = "sun:03:00-sun:03:30";

impl Instance {
    /// An available Postgres `db.t4g.micro`, created at the epoch.
    pub fn new(id: impl Into<String>, zone: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            engine: "postgres".to_owned(),
            class: "db.t4g.micro".to_owned(),
            zone: zone.into(),
            multi_az: false,
            created: Timestamp::UNIX_EPOCH,
            maintenance_window: Some(MAINTENANCE_WINDOW.to_owned()),
            tags: Tags::new(),
            replica_of: None,
            cluster: None,
            endpoint: None,
            life: Life::resting(Status::Available),
        }
    }

    #[must_use]
    pub fn engine(mut self, engine: impl Into<String>) -> Self {
        self.engine = engine.into();
        self
    }

    /// Where it really is.
    #[must_use]
    pub fn at(mut self, host: impl Into<String>, port: u16) -> Self {
        self.endpoint = Some((host.into(), port));
        self
    }

    #[must_use]
    pub fn of_class(mut self, class: impl Into<String>) -> Self {
        self.class = class.into();
        self
    }

    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    #[must_use]
    pub fn created(mut self, at: Timestamp) -> Self {
        self.created = at;
        self
    }

    #[must_use]
    pub fn replica_of(mut self, source: impl Into<String>) -> Self {
        self.replica_of = Some(source.into());
        self
    }

    /// A member of the cluster, with its engine.
    #[must_use]
    pub fn member_of(mut self, cluster: &Cluster) -> Self {
        self.cluster = Some(cluster.id.clone());
        self.engine(cluster.engine.clone())
    }

    #[must_use]
    pub fn maintained(mut self, window: impl Into<String>) -> Self {
        self.maintenance_window = Some(window.into());
        self
    }

    #[must_use]
    pub fn stopped_since(mut self, then: Timestamp) -> Self {
        self.life = Life::stopped_since(then);
        self
    }

    /// In this status until then, and available afterwards.
    #[must_use]
    pub fn busy(mut self, status: &'static str, until: Timestamp) -> Self {
        self.life = Life::until(Status::Busy(status), until);
        self
    }
}

impl Cluster {
    /// An available `aurora-postgresql` cluster, created at the epoch.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            engine: "aurora-postgresql".to_owned(),
            multi_az: false,
            created: Timestamp::UNIX_EPOCH,
            maintenance_window: Some(MAINTENANCE_WINDOW.to_owned()),
            tags: Tags::new(),
            endpoint: None,
            life: Life::resting(Status::Available),
        }
    }

    #[must_use]
    pub fn engine(mut self, engine: impl Into<String>) -> Self {
        self.engine = engine.into();
        self
    }

    /// Where its writer really is.
    #[must_use]
    pub fn at(mut self, host: impl Into<String>, port: u16) -> Self {
        self.endpoint = Some((host.into(), port));
        self
    }

    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    #[must_use]
    pub fn created(mut self, at: Timestamp) -> Self {
        self.created = at;
        self
    }

    #[must_use]
    pub fn maintained(mut self, window: impl Into<String>) -> Self {
        self.maintenance_window = Some(window.into());
        self
    }

    #[must_use]
    pub fn stopped_since(mut self, then: Timestamp) -> Self {
        self.life = Life::stopped_since(then);
        self
    }
}
