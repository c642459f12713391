//! The accounts and regions of the local AWS. State only: no protocol, no network.

use std::collections::BTreeMap;

use super::{
    autoscaling,
    call::Touched,
    credentials::Credentials,
    dice::Dice,
    ec2, events,
    identity::{Caller, Identities, Unknown},
    organizations, rds, s3, secretsmanager, sns, ssm,
};

/// The account of a caller that has assumed no role.
pub const HOME_ACCOUNT: &str = "111111111111";
/// The region in which a stack is deployed that names none.
pub const HOME_REGION: &str = "eu-west-1";

/// Everything that exists, per account and region. An account or a region that nobody has used
/// is empty, not an error.
#[derive(Debug, Default)]
pub struct World {
    /// Who may call, and the roles of all accounts.
    pub identities: Identities,
    /// At most one: every account of the world is in it or outside.
    pub organization: organizations::State,
    pub s3: s3::State,
    /// Where everything random comes from.
    pub dice: Dice,
    places: BTreeMap<(String, String), Place>,
}

/// What one account has in one region. Each service owns its part.
#[derive(Debug, Default)]
pub struct Place {
    pub ec2: ec2::State,
    pub rds: rds::State,
    pub autoscaling: autoscaling::State,
    pub secretsmanager: secretsmanager::State,
    pub sns: sns::State,
    pub ssm: ssm::State,
    pub events: events::State,
}

impl World {
    pub fn place(&mut self, account: &str, region: &str) -> &mut Place {
        self.places.entry((account.to_owned(), region.to_owned())).or_default()
    }

    pub fn places(&self) -> impl Iterator<Item = (&str, &str, &Place)> {
        self.places
            .iter()
            .map(|((account, region), place)| (account.as_str(), region.as_str(), place))
    }

    /// Who signed with these credentials.
    pub(super) fn caller(&self, credentials: &Credentials) -> Result<Caller, Unknown> {
        self.identities.caller(credentials).map(|caller| self.in_organization(caller))
    }

    /// Whose access key this is.
    pub(super) fn caller_of_key(&self, key: &str) -> Option<Caller> {
        self.identities.caller_of_key(key).map(|caller| self.in_organization(caller))
    }

    /// The same with the organization of the account that each is in.
    pub(super) fn with_organization(&self, mut resources: Vec<Touched>) -> Vec<Touched> {
        for resource in &mut resources {
            let organization = resource.account().and_then(|account| self.organization.of(account));
            let key = organization.map(|id| ("aws:ResourceOrgID".to_owned(), id.to_owned()));
            resource.keys.extend(key);
        }
        resources
    }

    fn in_organization(&self, caller: Caller) -> Caller {
        Caller { organization: self.organization.of(&caller.account), ..caller }
    }
}
