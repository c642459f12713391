//! What a person finds in the account of `cargo local`: secrets to rotate, and one in the midst of
//! the rotation that the sample events belong to. Rotates none.

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    FUNCTION, database,
    theatre::{ADMIN, SHOP, add_secrets},
};
use crate::{
    aws::{secretsmanager::State, site::Site, world::World},
    servers::Server,
    template::Stack,
};

/// A value that opens nothing.
const KEY: &str = "api-key";

/// The secret of the sample events.
const APP: &str = "app";

/// One of them: it names the secret and the version.
const EVENT: &str = include_str!("../../../../events/secret-rotation/create.json");

/// Puts what the function looks after into the account. Without a PostgreSQL on this machine, that
/// is values only.
pub(in crate::demo) fn populate(
    world: &mut World,
    stack: &Stack,
    now: Timestamp,
) -> anyhow::Result<Option<Server>> {
    let site = Site { account: &stack.account, region: &stack.region, now };
    let value = json!({ "engine": "random", "password": database::FIRST_PASSWORD }).to_string();
    let (server, app) = match database::version() {
        Some(version) => {
            let server = database::start(version, &[SHOP, APP])?;
            if version >= database::ADMIN_OPTION_SINCE {
                server.execute(&database::grant_to_admin(&server, SHOP))?;
            }
            add_secrets(world, &site, &server, SHOP, ADMIN);
            let app = database::secret(&server, APP, database::FIRST_PASSWORD, None);
            (Some(server), app)
        }
        None => (None, value.clone()),
    };
    let state = &mut world.place(&stack.account, &stack.region).secretsmanager;
    for (name, text) in [(KEY, &value), (APP, &app)] {
        state.add(&site, name, text);
        if let Some(secret) = state.secret_mut(name) {
            secret.tags.insert("caretaker:rotation".to_owned(), "true".to_owned());
        }
    }
    for name in [KEY, APP, SHOP] {
        if let Some(secret) = state.secret_mut(name) {
            secret.rotation_function = Some(stack.function_arn(FUNCTION));
        }
    }
    begin(state, now)?;
    Ok(server)
}

/// Brings the secret of the sample events to where they find it: with an empty version whose turn
/// it is. Secrets Manager has no hand in that rotation.
fn begin(state: &mut State, now: Timestamp) -> anyhow::Result<()> {
    let event: Value = serde_json::from_str(EVENT).context("the sample event is not JSON")?;
    let text = |name: &str| {
        let text = event[name].as_str().map(str::to_owned);
        text.with_context(|| format!("the sample event has no `{name}`"))
    };
    let (arn, token) = (text("SecretId")?, text("ClientRequestToken")?);
    let secret = state.secret_mut(APP).context("there is no such secret")?;
    secret.arn = arn;
    secret.rotation_enabled = Some(true);
    secret.set(&token, None, &["AWSPENDING"], now);
    Ok(())
}
