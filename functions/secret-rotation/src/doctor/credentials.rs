//! The passwords that a secret has, and one that it has not: which of them the server takes. Changes
//! nothing.

use super::unfinished;
use crate::{
    engine::{Engine, Finding, Refusal},
    fault::{Code, Fault},
    hidden::Hidden,
    plan::{
        create::check_pending,
        gate::PENDING,
        set::{Answer, Known, Strategy, next},
    },
    rotate::set::Logins,
    secret::login::Login,
    secrets,
    settings::Settings,
    work::Work,
};

/// What a healthy rotation would miss first.
pub(super) fn lacks_admin<E: Engine>(
    engine: &E,
    session: &E::Session,
    strategy: Strategy,
    logins: &Logins,
) -> Option<Finding> {
    let known = Known {
        current: Some(Answer::Accepted),
        pending: Some(Answer::WrongPassword),
        has_admin: logins.admin.is_some(),
        dual_needs_admin: engine.dual_needs_admin(session),
        ..Known::default()
    };
    next(strategy, known).err().map(Finding::from)
}

/// Whether a password matters at all. On a server where it does this is a failed login, which no
/// rotation makes: only the doctor does, and only where it cannot lock the user out.
pub(super) async fn look_at_trust<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    current: &Login,
    wrong: Option<Hidden>,
) -> Option<Finding> {
    let password = wrong.filter(|_| engine.may_take_any_password())?;
    let stranger = Login { password, ..current.clone() };
    match engine.log_in(&stranger, work.budget).await {
        Ok(_) => {
            let what = format!("{current} logs in with any password");
            let fault = Fault::new(Code::AuthNotEnforced, what);
            Some(Finding::Warning(fault.coded()))
        }
        Err(Refusal::WrongPassword(_)) => {
            Some(Finding::Fine("a wrong password is refused".to_owned()))
        }
        Err(_) => None,
    }
}

/// The current password is wrong: a rotation that has changed the database and not finished is the
/// usual reason.
pub(super) async fn look_at_unfinished<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    settings: &Settings,
    current: &Login,
) -> Option<Finding> {
    let version = unfinished(work.secret)?;
    let value = secrets::pending_if_any(work.client, work.secret, version).await.ok()??;
    let document = secrets::document(work.secret, PENDING, &value).ok()?;
    let pending = Login::read(&document).ok()?;
    check_pending(current, &pending, settings.strategy, &settings.clone_suffix).ok()?;
    engine.log_in(&pending, work.budget).await.ok()?;
    Some(Finding::Warning(format!(
        "the password of the version {version} logs in: its rotation has changed the database and \
         not finished. Leave the label {PENDING} where it is, and finish it with `aws \
         secretsmanager rotate-secret --secret-id {}`",
        work.secret.arn
    )))
}
