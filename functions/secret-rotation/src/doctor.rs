//! Everything that a rotation needs, looked at before one begins: the secret's labels and shape, the
//! way to the database, the login, the admin's rights, the rules for passwords. Changes nothing.

mod credentials;

use serde_json::{Value, json};

use shared::error::quoted_id;

use crate::{
    engine::{Engine, Finding, Refusal, Turn},
    fault::{Code, Fault},
    hidden::Hidden,
    plan::{
        create::pending_user,
        gate::{CURRENT, Described, PENDING},
        stages,
    },
    rotate::{admin::log_in_as_admin, first_user, set::Logins, test::check},
    secrets,
    settings::Settings,
    work::Work,
};

/// What was found, in the order in which a rotation would need it.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn note(&mut self, result: Result<String, Fault>) {
        self.0.push(match result {
            Ok(text) => Finding::Fine(text),
            Err(fault) => fault.into(),
        });
    }

    pub fn extend(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.0.extend(found);
    }

    pub fn is_fine(&self) -> bool {
        !self.0.iter().any(|finding| matches!(finding, Finding::Wrong(_)))
    }

    pub fn wrong(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|finding| match finding {
            Finding::Wrong(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub fn to_json(&self) -> Value {
        let line = |finding: &Finding| match finding {
            Finding::Fine(text) => json!({ "fine": text }),
            Finding::Warning(text) => json!({ "warning": text }),
            Finding::Wrong(text) => json!({ "wrong": text }),
        };
        json!({ "ok": self.is_fine(), "findings": self.0.iter().map(line).collect::<Vec<_>>() })
    }
}

/// What the secret says of itself.
pub async fn look_at_secret(work: &Work<'_>, findings: &mut Findings) {
    let value = match unfinished(work.secret) {
        Some(version) => secrets::pending_if_any(work.client, work.secret, version).await,
        None => Ok(None),
    };
    // Who cannot read it does not know that there is none.
    let may_hold = value.map_or(true, |value| value.is_some());
    findings.extend(stages::look(work.secret, &work.config.aws.region, may_hold));
}

/// A pending version that is not the current one.
fn unfinished(secret: &Described) -> Option<&str> {
    secret.version(PENDING).filter(|pending| secret.version(CURRENT) != Some(*pending))
}

/// A new password, which nobody will use.
pub async fn look_at_passwords(
    work: &Work<'_>,
    settings: &Settings,
    findings: &mut Findings,
) -> Option<Hidden> {
    match secrets::random_password(work.client, &settings.rules).await {
        Ok(password) => {
            findings.note(Ok("passwords can be made by the rules".to_owned()));
            Some(password)
        }
        Err(fault) => {
            findings.note(Err(fault));
            None
        }
    }
}

/// Before the first rotation Secrets Manager asks for this one step, with the current value as the
/// pending one: the moment to find what is missing, before anything changes.
pub async fn preflight<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    settings: &Settings,
    logins: &Logins,
) -> Result<&'static str, Fault> {
    let mut findings = Findings::default();
    look_at_database(work, engine, settings, logins, &mut findings).await;
    tracing::info!(findings = findings.to_json().to_string(), "what a rotation needs");
    if findings.is_fine() {
        return Ok("a rotation has what it needs");
    }
    let wrong: Vec<&str> = findings.wrong().collect();
    Err(Fault::new(Code::Preflight, wrong.join("; ")))
}

/// What the database says.
pub async fn look_at_database<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    settings: &Settings,
    logins: &Logins,
    findings: &mut Findings,
) {
    let Logins { current, admin, .. } = logins;
    let user = pending_user(current, settings.strategy, &settings.clone_suffix);
    findings.note(user.map(|user| format!("the next version is for `{}`", quoted_id(&user))));
    let wrong = look_at_passwords(work, settings, findings).await;
    let mut account = current.username.clone();
    match engine.log_in(current, work.budget).await {
        Ok(mut session) => {
            findings.note(Ok(format!("{current} logs in")));
            let tested = check(engine, &mut session, current, settings).await;
            findings.note(tested.map(|()| "it is who it should be, and can work".to_owned()));
            match engine.account(&mut session).await {
                Ok(found) => account = found,
                Err(fault) => findings.note(Err(fault)),
            }
            match engine.examine_own(&mut session, settings.strategy).await {
                Ok(found) => findings.extend(found),
                Err(fault) => findings.note(Err(fault)),
            }
            findings.extend(credentials::lacks_admin(engine, &session, settings.strategy, logins));
            drop(session);
            findings.extend(credentials::look_at_trust(work, engine, current, wrong).await);
        }
        Err(refusal) => {
            let is_wrong = matches!(refusal, Refusal::WrongPassword(_));
            findings.note(Err(refusal.into_fault()));
            if is_wrong {
                findings
                    .extend(credentials::look_at_unfinished(work, engine, settings, current).await);
            }
        }
    }
    if admin.is_none() {
        return;
    }
    match log_in_as_admin(work, engine, logins).await {
        Ok(mut admin) => {
            findings.note(Ok("the admin logs in".to_owned()));
            let owner = first_user(&current.username, settings);
            let mut pending = current.clone();
            pending.username = pending_user(current, settings.strategy, &settings.clone_suffix)
                .unwrap_or_default();
            let turn = Turn { current, account: &account, pending: &pending, owner };
            match engine.examine(&mut admin.session, turn, settings.strategy).await {
                Ok(found) => findings.0.extend(found),
                Err(fault) => findings.note(Err(fault)),
            }
        }
        Err(fault) => findings.note(Err(fault)),
    }
}
