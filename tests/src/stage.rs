//! The template, deployed into a local AWS of its own, and its functions as they run there. Knows no
//! function by name.

use std::{env, time::Duration};

use jiff::Timestamp;

use crate::{
    aws::{
        LocalAws, Options,
        clock::Clock,
        world::{HOME_ACCOUNT, World},
    },
    lambda::{Function, Spec},
    template::{Deployment, Stack, Template},
};

/// A file to which every stage appends the granted actions that its calls needed.
const USED_GRANTS: &str = "CARETAKER_USED_GRANTS";

/// What is deployed and where, before it is: the template in the home account.
#[derive(Debug)]
#[must_use = "a stage is empty until it is deployed"]
pub struct Stage {
    deployment: Deployment,
    clock: Clock,
    port: u16,
}

/// A local AWS with the stack in it. Nothing else is there yet: a test adds what the functions look
/// after by `aws.with(|world| ..)`.
#[derive(Debug)]
pub struct Deployed {
    pub aws: LocalAws,
    pub stack: Stack,
}

impl Stage {
    /// Time stands still at `now` until a test moves it.
    pub fn at(now: Timestamp) -> Self {
        Self::on(Clock::at(now))
    }

    /// Time goes as this clock does.
    pub fn on(clock: Clock) -> Self {
        Self { deployment: Deployment::default(), clock, port: 0 }
    }

    /// Sets the parameters of the template that differ from their defaults.
    pub fn parameters(mut self, parameters: &[(&str, &str)]) -> Self {
        self.deployment = self.deployment.with_all(parameters);
        self
    }

    /// Serves on this port instead of any that is free.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Starts the local AWS and installs the stack.
    pub fn deploy(self) -> anyhow::Result<Deployed> {
        let Self { deployment, clock, port } = self;
        let stack = Template::of_workspace()?.deploy(&deployment)?;
        let mut world = World::default();
        stack.install(&mut world, clock.now());
        let used_grants = env::var_os(USED_GRANTS).map(Into::into);
        let aws = LocalAws::start(Options { port, clock: Some(clock), world, used_grants })?;
        Ok(Deployed { aws, stack })
    }
}

impl Deployed {
    /// A function as the template deploys it, with the event's time as its clock. Its process starts
    /// with the first event.
    pub fn function(&self, name: &str) -> anyhow::Result<Function> {
        Function::start(self.spec(name)?)
    }

    /// The same before it starts, so that a test can change its limits and variables.
    pub fn spec(&self, name: &str) -> anyhow::Result<Spec> {
        let Stack { account, region, .. } = &self.stack;
        let function = self.stack.function(name)?;
        let mut spec = Spec::new(name)?
            .endpoint(self.aws.endpoint())
            .timeout(Duration::from_secs(function.timeout_secs))
            .memory_mib(u32::try_from(function.memory_mb)?);
        spec.account.clone_from(account);
        spec.region.clone_from(region);
        spec.variables.clone_from(&function.variables);
        Ok(spec.variable("CLOCK", "event"))
    }
}

/// The same template in an account that is looked after from the home account: what it creates
/// there, to be installed into the world of a stage.
pub fn target(account: &str, parameters: &[(&str, &str)]) -> anyhow::Result<Stack> {
    let deployment = Deployment::default().in_account(account).with("HubAccount", HOME_ACCOUNT);
    Template::of_workspace()?.deploy(&deployment.with_all(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-06-01T08:00:00Z";

    fn deployed() -> Deployed {
        Stage::at(NOW.parse().unwrap()).deploy().unwrap()
    }

    #[test]
    fn every_function_of_the_template_runs_with_its_limits_and_variables() {
        let deployed = deployed();
        for function in &deployed.stack.functions {
            let spec = deployed.spec(&function.name).unwrap();
            assert_eq!(spec.timeout.as_secs(), function.timeout_secs);
            assert_eq!(u64::from(spec.memory_mib), function.memory_mb);
            assert_eq!(spec.arn(), deployed.stack.function_arn(&function.name));
            assert_eq!(spec.endpoint, Some(deployed.aws.endpoint()));
            let mut variables = function.variables.clone();
            variables.insert("CLOCK".to_owned(), "event".to_owned());
            assert_eq!(spec.variables, variables);
        }
        assert!(deployed.spec("coffee-maker").is_err());
    }

    #[test]
    fn time_stands_still_and_two_stages_share_nothing() {
        let (one, other) = (deployed(), deployed());
        one.aws.clock().advance_secs(60);
        assert_eq!(other.aws.clock().now(), NOW.parse().unwrap());
        assert_ne!(one.aws.endpoint(), other.aws.endpoint());
    }

    #[test]
    fn a_target_has_roles_and_no_functions() {
        let stack = target("222222222222", &[]).unwrap();
        assert_eq!(stack.account, "222222222222");
        assert!(stack.functions.is_empty());
        assert!(!stack.roles.is_empty());
    }
}
