//! What the demo plays on: the database, the account with the secrets, the deployed function. Also
//! the hands of people, at Secrets Manager and at the database; rotates nothing by itself.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{FUNCTION, database};
use crate::{
    aws::{
        LocalAws,
        secretsmanager::{Secret, rotation::Rotation},
        site::Site,
        world::World,
    },
    demo,
    lambda::Function,
    servers::Server,
    stage::{Deployed, Stage},
    template::Stack,
};

/// The secret of the application, and its user.
pub(super) const SHOP: &str = "shop";
/// The secret of the database's administrator.
pub(super) const ADMIN: &str = "shop-admin";
/// When the demo begins.
const NOW: &str = "2026-11-23T09:00:00Z";

#[derive(Debug)]
pub(super) struct Theatre {
    pub server: Server,
    pub aws: LocalAws,
    pub lambda: Function,
    stack: Stack,
}

/// User and password of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub user: String,
    pub password: String,
}

impl Theatre {
    pub(super) fn build(version: u32) -> anyhow::Result<Self> {
        let server = database::start(version, &[SHOP])?;
        let now: Timestamp = NOW.parse()?;
        let deployed = demo::deploy(Stage::at(now))?;
        let spec = deployed.spec(FUNCTION)?.variable("SSL_CA_PEM", server.ca_pem());
        let lambda = Function::start(spec)?;
        let Deployed { aws, stack } = deployed;
        aws.with(|world| {
            let site = Site { account: &stack.account, region: &stack.region, now };
            add_secrets(world, &site, &server, SHOP, ADMIN);
            // Both has been seen of AWS; a label that is gone is easier to read.
            world.place(site.account, site.region).secretsmanager.clears_pending = true;
        });
        Ok(Self { server, aws, lambda, stack })
    }

    /// User and password of the version with this label, if it has a value.
    pub(super) fn credentials(&self, secret: &str, label: &str) -> Option<Credentials> {
        let text = self.secret(secret, |secret| secret.text(label).map(str::to_owned))?;
        let text: Value = serde_json::from_str(&text).ok()?;
        let field = |name: &str| Some(text.get(name)?.as_str()?.to_owned());
        Some(Credentials { user: field("username")?, password: field("password")? })
    }

    /// Whether a version has this label, with a value or without.
    pub(super) fn has_label(&self, secret: &str, label: &str) -> bool {
        self.secret(secret, |secret| secret.holder(label).map(str::to_owned)).is_some()
    }

    /// The tags of a secret, one a line.
    pub(super) fn tags(&self, secret: &str) -> Vec<String> {
        let tags = self.secret(secret, |secret| Some(secret.tags.clone())).unwrap_or_default();
        tags.into_iter().map(|(key, value)| format!("{key} = {value}")).collect()
    }

    /// A person tags a secret.
    pub(super) fn tag(&self, secret: &str, key: &str, value: &str) {
        self.aws.with(|world| {
            let state = &mut world.place(&self.stack.account, &self.stack.region).secretsmanager;
            if let Some(secret) = state.secret_mut(secret) {
                secret.tags.insert(key.to_owned(), value.to_owned());
            }
        });
    }

    /// Asks for a rotation every thirty days, and for one now or only for a test.
    pub(super) fn rotate_secret(&self, immediately: bool) -> anyhow::Result<Rotation> {
        self.call(
            "RotateSecret",
            &json!({
                "SecretId": SHOP,
                "ClientRequestToken": token(if immediately { 2 } else { 1 }),
                "RotationLambdaARN": self.stack.function_arn(FUNCTION),
                "RotationRules": { "AutomaticallyAfterDays": 30 },
                "RotateImmediately": immediately,
            }),
        )?;
        self.due()
    }

    /// The rotation whose time has come.
    pub(super) fn due(&self) -> anyhow::Result<Rotation> {
        let mut due = Rotation::due(&self.aws);
        ensure!(due.len() == 1, "{} rotations are due, not one", due.len());
        due.pop().context("no rotation is due")
    }

    /// A person puts a new text into a secret.
    pub(super) fn put(&self, secret: &str, text: &str) -> anyhow::Result<()> {
        let token = token(3);
        let put = json!({ "SecretId": secret, "SecretString": text, "ClientRequestToken": token });
        self.call("PutSecretValue", &put)
    }

    fn call(&self, operation: &str, members: &Value) -> anyhow::Result<()> {
        let Stack { account, region, .. } = &self.stack;
        let site = Site { account, region, now: self.aws.clock().now() };
        let answer =
            self.aws.with(|world| world.by_hand("secretsmanager", &site, operation, members));
        answer.map(drop).with_context(|| format!("a person calls {operation}"))
    }

    fn secret<T>(&self, name: &str, look: impl FnOnce(&Secret) -> Option<T>) -> Option<T> {
        self.aws.with(|world| {
            look(world.place(&self.stack.account, &self.stack.region).secretsmanager.secret(name)?)
        })
    }
}

/// The secret of a user who takes turns with a second one, and the administrator's. Each is tagged
/// for what the function may do with it.
pub(super) fn add_secrets(
    world: &mut World,
    site: &Site<'_>,
    server: &Server,
    user: &str,
    admin: &str,
) {
    let state = &mut world.place(site.account, site.region).secretsmanager;
    let text = database::secret(server, user, database::FIRST_PASSWORD, Some(admin));
    let login = server.admin();
    let admins = database::secret(server, login.user, login.password, None);
    let mut add = |name: &str, text: &str, tags: &[(&str, &str)]| {
        state.add(site, name, text);
        if let Some(secret) = state.secret_mut(name) {
            let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            secret.tags.extend(tags);
        }
    };
    let turns = ("caretaker:rotation:strategy", "alternating");
    add(user, &text, &[("caretaker:rotation", "true"), turns]);
    add(admin, &admins, &[("caretaker:rotation", "admin")]);
}

/// The id of a version that a person asked for.
fn token(number: u32) -> String {
    format!("5ac3b1de-0f5c-4a39-9a3e-{number:012}")
}
