//! `testSecret`: the pending version logs in, is who it should be, and can work.

use shared::error::quoted_id;

use crate::{
    engine::{Engine, Refusal},
    fault::{Code, Fault},
    rotate::set::Logins,
    secret::login::Login,
    settings::Settings,
    work::Work,
};

pub async fn test<E: Engine>(
    work: &Work<'_>,
    engine: &E,
    settings: &Settings,
    logins: &Logins,
) -> Result<&'static str, Fault> {
    let mut session = match engine.log_in(&logins.pending, work.budget).await {
        Ok(session) => session,
        Err(Refusal::WrongPassword(fault)) => {
            return Err(fault.recoded(Code::TestAuth));
        }
        Err(refusal) => return Err(refusal.into_fault()),
    };
    check(engine, &mut session, &logins.pending, settings).await?;
    Ok("the pending password works")
}

/// Whether the login is the right user and can work.
pub async fn check<E: Engine>(
    engine: &E,
    session: &mut E::Session,
    login: &Login,
    settings: &Settings,
) -> Result<(), Fault> {
    let user = engine.user(session).await?;
    if user != login.username {
        let what = format!("{login} is `{}` there", quoted_id(&user));
        return Err(Fault::new(Code::IdentityMismatch, what));
    }
    if let Some(sql) = &settings.test_sql {
        let tested = engine.query(session, "TEST_SQL", sql).await;
        tested.map_err(|fault| fault.recoded(Code::TestQuery))?;
    }
    Ok(())
}
