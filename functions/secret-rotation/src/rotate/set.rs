//! `setSecret`: the database learns the pending password. Plays the moves that `plan::set` decides,
//! and believes in a change only when the pending password logs in.

use std::time::Duration;

use crate::{
    engine::{Engine, Refusal, Turn},
    event::StepEvent,
    fault::{Code, Fault},
    plan::{
        create::check_pending,
        gate::{CURRENT, Gate, PENDING, gate},
        set::{Answer, Credential, Known, Move, Strategy, next},
    },
    rotate::{
        FINISHED,
        admin::{Admin, log_in_as_admin},
        first_user,
    },
    secret::{document::Document, login::Login},
    secrets,
    settings::Settings,
    work::Work,
};

/// How often the new password is tried after a change while the database is away: it may be starting
/// again, and may still count the session that made the change.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long a replica may take to learn what its writer was told. Few looks: until
/// then, each is a wrong password.
const REPLICATION_LOOKS: u32 = 2;
const REPLICATION_PAUSE: Duration = Duration::from_secs(2);

/// The versions of the secret as logins.
pub struct Logins {
    pub current: Login,
    pub pending: Login,
    pub previous: Option<Login>,
    /// The ARN or name of the admin's secret.
    pub admin: Option<String>,
}

impl Logins {
    pub async fn read(
        work: &Work<'_>,
        current: &Document,
        pending: &Document,
        settings: &Settings,
    ) -> Result<Self, Fault> {
        let admin = current.string("masterarn").ok().flatten();
        if admin
            .as_deref()
            .is_some_and(|admin| admin == work.secret.arn || admin == work.secret.name)
        {
            let what = format!("`{}` names itself in `masterarn`", work.secret.name);
            return Err(Fault::new(Code::AdminSecret, what));
        }
        let current = work.login(current, CURRENT)?;
        let pending = work.login(pending, PENDING).map_err(secrets::corrupt)?;
        if pending != current {
            check_pending(&current, &pending, settings.strategy, &settings.clone_suffix)?;
        }
        let mut logins = Self { current, pending, previous: None, admin };
        if settings.strategy != Strategy::Alternating {
            let previous = secrets::previous(work.client, work.secret).await;
            let previous = previous.and_then(|document| Login::read(&document).ok());
            // A password never goes to a host that it was not made for.
            logins.previous = previous.filter(|previous| previous.is_same_user(&logins.pending));
        }
        Ok(logins)
    }

    /// Those of a version that only has to prove itself.
    pub fn only(pending: &Login) -> Self {
        let pending = pending.clone();
        Self { current: pending.clone(), pending, previous: None, admin: None }
    }

    fn of(&self, credential: Credential) -> &Login {
        match credential {
            Credential::Current => &self.current,
            Credential::Pending => &self.pending,
            Credential::Previous => self.previous.as_ref().unwrap_or(&self.current),
        }
    }
}

pub async fn set<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    settings: &Settings,
    logins: &Logins,
) -> Result<&'static str, Fault> {
    let Settings { strategy, .. } = *settings;
    let mut known = Known {
        is_unchanged: logins.current == logins.pending,
        has_previous: logins.previous.is_some(),
        has_admin: logins.admin.is_some(),
        ..Known::default()
    };
    let mut session = None;
    let mut refused: Option<Fault> = None;
    loop {
        let decided = next(strategy, known).map_err(|fault| match refused.take() {
            Some(refused) => fault.with_source(refused),
            None => fault,
        });
        match decided? {
            Move::Try(credential) => {
                let answer = match engine.log_in(logins.of(credential), work.budget).await {
                    Ok(opened) => {
                        known.dual_needs_admin = engine.dual_needs_admin(&opened);
                        session = Some(opened);
                        Answer::Accepted
                    }
                    Err(Refusal::WrongPassword(fault)) => {
                        refused.get_or_insert(fault);
                        Answer::WrongPassword
                    }
                    Err(Refusal::Expired(fault)) => {
                        refused.get_or_insert(fault);
                        Answer::Expired
                    }
                    Err(Refusal::Other(fault)) => return Err(fault),
                };
                match credential {
                    Credential::Current => known.current = Some(answer),
                    Credential::Pending => known.pending = Some(answer),
                    Credential::Previous => known.previous = Some(answer),
                }
            }
            Move::Done => return Ok("the pending password works already"),
            Move::ChangeAs(_) => {
                let session =
                    session.take().ok_or_else(|| Fault::new(Code::DbAuth, "no session"))?;
                change_own(work, engine, strategy, logins, session).await?;
                return Ok("changed the password");
            }
            Move::ChangeAsAdmin(strategy) => {
                let account = match session.as_mut() {
                    // Who has to change an expired password may not even ask who it is.
                    Some(session) => engine.account(session).await.ok(),
                    None => None,
                };
                // A user may have no more than one connection.
                drop(session.take());
                let mut admin = log_in_as_admin(work, engine, logins).await?;
                if !is_still_wanted(work, engine, &mut admin.session).await? {
                    return Ok(FINISHED);
                }
                let (account, Logins { current, pending, .. }) = (account.as_deref(), logins);
                engine
                    .change_other(&mut admin.session, account, current, pending, strategy)
                    .await?;
                verify_after(&admin, work, engine, logins).await?;
                return Ok("changed the password as the admin");
            }
            Move::PrepareClone => {
                let Logins { current, pending, .. } = logins;
                let account = match session.as_mut() {
                    Some(session) => engine.account(session).await?,
                    None => current.username.clone(),
                };
                let mut admin = log_in_as_admin(work, engine, logins).await?;
                if !is_still_wanted(work, engine, &mut admin.session).await? {
                    return Ok(FINISHED);
                }
                let owner = first_user(&current.username, settings);
                let turn = Turn { current, account: &account, pending, owner };
                engine.prepare_clone(&mut admin.session, turn).await?;
                verify_after(&admin, work, engine, logins).await?;
                return Ok("prepared the other user");
            }
        }
    }
}

/// Waits for the other steps of this secret. Meanwhile the rotation may have come to its end, or
/// another have begun, whose password the pending one of this must not replace.
async fn is_still_wanted<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    session: &mut E::Session,
) -> Result<bool, Fault> {
    engine.lock(session, &work.secret.arn).await?;
    let StepEvent { secret, token, step, .. } = work.event;
    let secret = secrets::describe(work.client, secret).await?;
    let gate = gate(&secret, token, step, &work.config.aws.region)?;
    Ok(gate != Gate::AlreadyCurrent)
}

/// Another step may be at the same work: it is waited for, and its work not undone. When the
/// connection ends amid the change, nobody knows whether it was made, until the password is tried.
async fn change_own<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    strategy: Strategy,
    logins: &Logins,
    mut session: E::Session,
) -> Result<(), Fault> {
    if !is_still_wanted(work, engine, &mut session).await? {
        return Ok(());
    }
    let changed = engine.change_own(&mut session, &logins.pending, strategy).await;
    drop(session);
    match changed {
        Ok(()) => verify(work, engine, logins).await,
        Err(fault) if may_have_happened(fault.code) => {
            if log_in_changed(work, engine, logins).await?.is_some() { Ok(()) } else { Err(fault) }
        }
        Err(fault) => Err(fault),
    }
}

/// Errors after which the password may be the new one: a connection that ended, a database that will
/// not have the same password twice, or one whose first password is no longer the one we came with.
fn may_have_happened(code: Code) -> bool {
    matches!(
        code,
        Code::DbUnreachable | Code::DbTimeout | Code::DbStarting | Code::DbPolicy | Code::DbRefused
    )
}

/// The change is believed when the new password logs in.
async fn verify<E: Engine>(work: &Work<'_>, engine: &E, logins: &Logins) -> Result<(), Fault> {
    if log_in_changed(work, engine, logins).await?.is_some() {
        return Ok(());
    }
    let what = format!("{} was changed and is refused", logins.pending);
    Err(Fault::new(Code::NotTaken, what))
}

/// The pending password after a change. A database that is away for a moment is waited for, since
/// until then nobody knows which password is the right one.
async fn log_in_changed<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    logins: &Logins,
) -> Result<Option<E::Session>, Fault> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match log_in_pending(work, engine, logins).await {
            Err(fault) if will_pass(fault.code) && work.budget.query() > pause => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            other => return other,
        }
    }
    log_in_pending(work, engine, logins).await
}

fn will_pass(code: Code) -> bool {
    matches!(code, Code::DbUnreachable | Code::DbStarting | Code::DbConnections)
}

/// The same after an admin's change. A replica learns of it later than its writer.
async fn verify_after<E: Engine>(
    admin: &Admin<E::Session>,
    work: &Work<'_>,
    engine: &E,
    logins: &Logins,
) -> Result<(), Fault> {
    let n_early = if admin.is_elsewhere { REPLICATION_LOOKS } else { 0 };
    for _ in 0..n_early {
        match verify(work, engine, logins).await {
            Err(fault) if fault.code == Code::NotTaken => {
                tokio::time::sleep(REPLICATION_PAUSE).await;
            }
            verified => return verified,
        }
    }
    verify(work, engine, logins).await
}

async fn log_in_pending<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    logins: &Logins,
) -> Result<Option<E::Session>, Fault> {
    match engine.log_in(&logins.pending, work.budget).await {
        Ok(session) => Ok(Some(session)),
        Err(Refusal::WrongPassword(_)) => Ok(None),
        Err(refusal) => Err(refusal.into_fault()),
    }
}
