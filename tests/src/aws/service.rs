//! The services that are served: how each is spoken to, who answers, and how it refuses.

use super::{
    autoscaling,
    call::{Call, Outcome, ServiceError, Touched},
    ec2, events, organizations, rds, secretsmanager, sns, ssm, sts,
    world::World,
};

/// One service.
#[derive(Debug)]
pub(super) struct Service {
    /// Its signing name.
    pub(super) name: &'static str,
    pub(super) wire: Wire,
    pub(super) handle: fn(&mut World, Call) -> Outcome,
    /// What a call touches, for policies that name resources or their tags.
    pub(super) resources: fn(&mut World, &Call) -> Vec<Touched>,
}

/// The wire protocol of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Ec2Query { version: &'static str },
    AwsQuery { version: &'static str },
    Json { version: &'static str, target: &'static str },
}

static SERVICES: &[Service] = &[
    Service {
        name: "ec2",
        wire: Wire::Ec2Query { version: "2016-11-15" },
        handle: ec2::handle,
        resources: ec2::resources,
    },
    Service {
        name: "rds",
        wire: Wire::AwsQuery { version: "2014-10-31" },
        handle: rds::handle,
        resources: rds::resources,
    },
    Service {
        name: "autoscaling",
        wire: Wire::AwsQuery { version: "2011-01-01" },
        handle: autoscaling::handle,
        resources: autoscaling::resources,
    },
    Service {
        name: "sts",
        wire: Wire::AwsQuery { version: "2011-06-15" },
        handle: sts::handle,
        resources: sts::resources,
    },
    Service {
        name: "sns",
        wire: Wire::AwsQuery { version: "2010-03-31" },
        handle: sns::handle,
        resources: sns::resources,
    },
    Service {
        name: "ssm",
        wire: Wire::Json { version: "1.1", target: "AmazonSSM" },
        handle: ssm::handle,
        resources: ssm::resources,
    },
    Service {
        name: "secretsmanager",
        wire: Wire::Json { version: "1.1", target: "secretsmanager" },
        handle: secretsmanager::handle,
        resources: secretsmanager::resources,
    },
    Service {
        name: "events",
        wire: Wire::Json { version: "1.1", target: "AWSEvents" },
        handle: events::handle,
        resources: events::resources,
    },
    Service {
        name: "organizations",
        wire: Wire::Json { version: "1.1", target: "AWSOrganizationsV20161128" },
        handle: organizations::handle,
        resources: organizations::resources,
    },
];

/// The service of a signing name.
pub(super) fn service(name: &str) -> Result<&'static Service, ServiceError> {
    SERVICES.iter().find(|service| service.name == name).ok_or_else(|| {
        let served: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
        let message =
            format!("the local AWS does not serve `{name}`, only: {}, s3", served.join(", "));
        ServiceError::client("UnknownOperationException", message)
    })
}
