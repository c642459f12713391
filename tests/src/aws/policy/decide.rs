//! The decision: an explicit denial wins, then one statement that allows is enough, for every
//! resource that the call touches.

use std::{collections::BTreeSet, fmt};

use super::{
    super::{call::Touched, identity::Caller},
    Context, Effect, Role, Statement, pattern,
};

/// One granted action: the ARN of a role, one of its statements, an action of it as written there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub role: String,
    pub statement: String,
    pub action: String,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, statement, action } = self;
        write!(f, "{role} {statement} {action}")
    }
}

/// The resource on which an action is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub resource: String,
}

impl Role {
    /// Whether the role may do this to all of these. Names the grants that allowed it.
    pub fn allows(
        &self,
        action: &str,
        resources: &[Touched],
        context: &Context,
    ) -> Result<BTreeSet<Grant>, Refused> {
        let service = action.split(':').next().unwrap_or_default();
        let mut used = BTreeSet::new();
        for resource in resources {
            let context = context.with_resource(service, resource);
            let mut is_allowed = false;
            for statement in &self.permissions {
                let Some(granted) = statement.covers(action, &resource.arn, &context) else {
                    continue;
                };
                match statement.effect {
                    Effect::Deny => return Err(Refused { resource: resource.arn.clone() }),
                    Effect::Allow => is_allowed = true,
                }
                let grant = Grant {
                    role: self.arn(),
                    statement: statement.id.clone(),
                    action: granted.to_owned(),
                };
                used.insert(grant);
            }
            if !is_allowed {
                return Err(Refused { resource: resource.arn.clone() });
            }
        }
        Ok(used)
    }

    /// Everything the role's policies allow, for the test that each of it is used.
    pub fn grants(&self) -> impl Iterator<Item = Grant> {
        let allows = self.permissions.iter().filter(|statement| statement.effect == Effect::Allow);
        allows.flat_map(|statement| {
            statement.actions.iter().map(|action| Grant {
                role: self.arn(),
                statement: statement.id.clone(),
                action: action.clone(),
            })
        })
    }

    /// Whether the trust policy lets the caller assume the role.
    pub fn trusts(&self, caller: &Caller, external_id: Option<&str>) -> bool {
        let mut context = Context::of_caller(caller);
        if let Some(external_id) = external_id {
            context.add("sts:ExternalId", external_id);
        }
        let mut covering = self.trust.iter().filter(|statement| {
            statement.names(caller)
                && statement.covers_action("sts:AssumeRole").is_some()
                && statement.conditions.iter().all(|condition| condition.holds(&context))
        });
        let is_allowed = covering.clone().any(|statement| statement.effect == Effect::Allow);
        is_allowed && covering.all(|statement| statement.effect == Effect::Allow)
    }
}

impl Statement {
    /// The action pattern by which the statement covers this, if it does.
    fn covers(&self, action: &str, arn: &str, context: &Context) -> Option<&str> {
        let granted = self.covers_action(action)?;
        let covers_resource = self.resources.iter().any(|resource| pattern::matches(resource, arn));
        let holds = self.conditions.iter().all(|condition| condition.holds(context));
        (covers_resource && holds).then_some(granted)
    }

    fn covers_action(&self, action: &str) -> Option<&str> {
        let mut actions = self.actions.iter().map(String::as_str);
        actions.find(|granted| pattern::matches_action(granted, action))
    }

    /// Whether the caller is one of the principals: itself, its role, or its account.
    fn names(&self, caller: &Caller) -> bool {
        let role = caller.role.as_ref().map(|role| role.arn());
        let root = format!("arn:aws:iam::{}:root", caller.account);
        self.principals.iter().any(|principal| {
            principal == "*"
                || *principal == caller.account
                || *principal == root
                || *principal == caller.arn
                || Some(principal) == role.as_ref()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use serde_json::json;

    use super::{super::parse_document, *};

    fn role() -> Role {
        let permissions = parse_document(&json!({ "Version": "2012-10-17", "Statement": [
            { "Sid": "Look", "Effect": "Allow", "Action": ["ec2:Describe*", "rds:ListX"], "Resource": "*" },
            { "Sid": "Act", "Effect": "Allow", "Action": "ec2:StopInstances",
              "Resource": "arn:aws:ec2:*:*:instance/*",
              "Condition": { "Null": { "aws:ResourceTag/Schedule": "false" } } },
            { "Effect": "Deny", "Action": "ec2:*", "Resource": "*",
              "Condition": { "StringEquals": { "ec2:ResourceTag/Env": "prod" } } },
        ] }))
        .unwrap();
        let trust = parse_document(&json!({ "Statement": {
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "AWS": "arn:aws:iam::111111111111:root" },
            "Condition": { "StringEquals": { "sts:ExternalId": "x" } },
        } }))
        .unwrap();
        let (account, name) = ("222222222222".to_owned(), "target".to_owned());
        Role { account, name, permissions, trust }
    }

    fn instance(tags: &[(&str, &str)]) -> Touched {
        let tags: BTreeMap<_, _> =
            tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let arn = "arn:aws:ec2:eu-west-1:222222222222:instance/i-1".to_owned();
        Touched { arn, tags, ..Touched::default() }
    }

    #[track_caller]
    fn check(action: &str, resources: &[Touched], expected: Result<&str, &str>) {
        let allowed = role().allows(action, resources, &Context::default());
        let allowed = allowed
            .map(|used| used.into_iter().map(|grant| grant.action).collect::<Vec<_>>().join(" "))
            .map_err(|refused| refused.resource);
        assert_eq!(allowed.as_deref().map_err(String::as_str), expected, "{action}");
    }

    #[test]
    fn allows_what_a_statement_grants_and_names_the_grant() {
        check("ec2:DescribeInstances", &Touched::everything(), Ok("ec2:Describe*"));
        check("ec2:StopInstances", &[instance(&[("Schedule", "x")])], Ok("ec2:StopInstances"));
    }

    #[test]
    fn every_touched_resource_must_be_allowed() {
        let arn = "arn:aws:ec2:eu-west-1:222222222222:instance/i-1";
        let tagged = instance(&[("Schedule", "x")]);
        check("ec2:StopInstances", &[tagged, instance(&[])], Err(arn));
        check("ec2:StopInstances", &Touched::everything(), Err("*"));
        check("ec2:StartInstances", &[instance(&[("Schedule", "x")])], Err(arn));
    }

    #[test]
    fn a_denial_wins() {
        let arn = "arn:aws:ec2:eu-west-1:222222222222:instance/i-1";
        let production = instance(&[("Schedule", "x"), ("Env", "prod")]);
        check("ec2:StopInstances", &[production], Err(arn));
    }

    #[test]
    fn trusts_the_account_that_knows_the_external_id() {
        let function = Role { account: "111111111111".to_owned(), ..Role::default() };
        let caller = |account: &str| Caller {
            account: account.to_owned(),
            arn: "arn:aws:sts::1:assumed-role/f/f".to_owned(),
            user_id: String::new(),
            organization: None,
            role: Some(Arc::new(function.clone())),
        };
        assert!(role().trusts(&caller("111111111111"), Some("x")));
        assert!(!role().trusts(&caller("111111111111"), None));
        assert!(!role().trusts(&caller("333333333333"), Some("x")));
    }
}
