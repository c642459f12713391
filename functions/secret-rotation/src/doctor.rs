//! Everything that a rotation needs, looked at before one begins: the secret's shape, the way to the
//! database, the login, the admin's rights, the rules for passwords. Changes nothing.

use serde_json::{Value, json};

use crate::{
    engine::{Engine, Finding, Turn},
    fault::Fault,
    plan::{create::pending_user, set::Strategy},
    rotate::{Work, admin::log_in_as_admin, first_user, set::Logins, test::check},
    secret::login::Login,
    secrets,
    settings::Settings,
};

/// What was found, in the order in which a rotation would need it.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn note(&mut self, result: Result<String, Fault>) {
        self.0.push(match result {
            Ok(text) => Finding::Fine(text),
            Err(fault) => Finding::Wrong(fault.coded()),
        });
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

/// What needs no database.
pub async fn look_at_rules(
    work: &Work<'_>,
    current: &Login,
    settings: &Settings,
    findings: &mut Findings,
) {
    let user = pending_user(current, settings.strategy, &settings.clone_suffix);
    findings.note(user.map(|user| format!("the next version is for `{user}`")));
    let password = secrets::random_password(work.client, &settings.rules).await;
    findings.note(password.map(|_| "passwords can be made by the rules".to_owned()));
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
        }
        Err(refusal) => findings.note(Err(refusal.into_fault())),
    }
    if admin.is_none() && settings.strategy != Strategy::Alternating {
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
