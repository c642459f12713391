//! Every AWS call of a rotation fails in every way, the process dies before and after each, and
//! Secrets Manager's next attempt with the same token comes to the end.

use anyhow::{Context as _, ensure};
use tests::lambda::{
    Killer,
    failures::{Scenario, try_every_failure},
};

use super::*;

struct Disturbed;

impl Scenario for Disturbed {
    type World = (Vault, Rotation);

    fn world(&self) -> anyhow::Result<Self::World> {
        let secret = r#"{"engine": "random", "password": "first"}"#;
        let vault = Vault::with(hooks::PARAMETERS, Spec::impatient, &[("key", secret)]);
        vault.state(|state| tag(state, "key", hooks::COPIES.0, hooks::COPIES.1));
        let rotation = vault.begin("key", T);
        Ok((vault, rotation))
    }

    fn aws<'world>(&self, (vault, _): &'world Self::World) -> &'world LocalAws {
        &vault.aws
    }

    fn killers(&self, (vault, _): &Self::World) -> Vec<Killer> {
        vec![vault.function.killer()]
    }

    fn step(&self, (vault, rotation): &mut Self::World) {
        vault.attempt(rotation);
    }

    /// All steps once more, as Secrets Manager does.
    fn again(&self, (vault, rotation): &mut Self::World) {
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            vault.function.invoke(&rotation.event(step));
        }
    }

    fn always(&self, (vault, _): &Self::World) -> anyhow::Result<()> {
        let current = vault.password("key", "AWSCURRENT").context("AWSCURRENT has no password")?;
        let pending = vault.password("key", "AWSPENDING");
        let is_first = current == "first";
        ensure!(is_first || pending.is_none_or(|pending| pending == current), "two new passwords");
        Ok(())
    }

    fn finally(&self, (vault, _): &Self::World) -> anyhow::Result<()> {
        let current = vault.password("key", "AWSCURRENT").context("AWSCURRENT has no password")?;
        ensure!(current != "first", "the rotation did not come to its end");
        ensure!(
            vault.password("key", "AWSPREVIOUS").as_deref() == Some("first"),
            "the first is gone"
        );
        ensure!(hooks::copy(vault).as_deref() == Some(current.as_str()), "there is no copy");
        let events = hooks::events(vault);
        ensure!(!events.is_empty(), "nobody was told");
        ensure!(events.iter().all(|event| event["version"] == T), "somebody was told of another");
        Ok(())
    }
}

#[test]
fn a_rotation_survives_every_failure_of_every_call() {
    let tried = try_every_failure(&Disturbed).unwrap();
    assert!(tried.operations.len() >= 13, "{:?}", tried.operations);
}
