//! `createSecret`: the pending version gets a value, once.

use crate::{
    fault::{Code, Fault},
    plan::{
        create::{check_pending, pending_user},
        gate::{CURRENT, PENDING},
    },
    rotate::is_random,
    secret::{derived::render_all, document::Document},
    secrets::{self, Put},
    settings::Settings,
    work::Work,
};

pub async fn create(work: &Work<'_>) -> Result<&'static str, Fault> {
    let current = secrets::current(work.client, work.secret).await?;
    let settings = work.settings(&current)?;
    let user = if is_random(&current) {
        None
    } else {
        let login = work.login(&current, CURRENT)?;
        Some(pending_user(&login, settings.strategy, &settings.clone_suffix)?)
    };
    if is_there(work, &current, &settings).await? {
        return Ok("the pending version is there already");
    }
    let password = secrets::random_password(work.client, &settings.rules).await?;
    let mut pending = current.clone();
    pending.set("password", password.expose());
    if let Some(user) = &user {
        pending.set("username", user);
    }
    render_all(&settings.derived, &mut pending)
        .map_err(|err| Fault::new(Code::Settings, format!("DERIVED: {err}")))?;
    let rotation_token = work.event.rotation_token.as_ref();
    let put = secrets::put_pending(
        work.client,
        work.secret,
        work.token(),
        rotation_token,
        pending.text(),
    );
    let put = match put.await {
        // What AWS says to somebody whose rotation is over.
        Err(fault) if fault.code == Code::SmDenied && !is_going_on(work).await => {
            let what = format!("the rotation to {} is over", work.token());
            return Err(Fault::new(Code::Abandoned, what).with_source(fault));
        }
        put => put?,
    };
    match put {
        Put::Done => Ok("made the pending version"),
        Put::SomebodyElseWas => {
            if is_there(work, &current, &settings).await? {
                return Ok("the same step has made the pending version meanwhile");
            }
            Err(Fault::new(Code::PendingEmpty, "the pending version was there and is not readable"))
        }
    }
}

/// Whether the version is still the pending one, or nobody knows.
async fn is_going_on(work: &Work<'_>) -> bool {
    let now = secrets::describe(work.client, &work.secret.arn).await;
    now.map_or(true, |now| now.is_pending(work.token()))
}

/// Whether the pending version has a value, and one that can be used.
async fn is_there(work: &Work<'_>, current: &Document, settings: &Settings) -> Result<bool, Fault> {
    let value = secrets::pending_if_any(work.client, work.secret, work.token()).await?;
    let Some(value) = value else { return Ok(false) };
    let pending = secrets::document(work.secret, PENDING, &value).map_err(secrets::corrupt)?;
    if is_random(current) {
        return Ok(true);
    }
    let current = work.login(current, CURRENT)?;
    let pending = work.login(&pending, PENDING).map_err(secrets::corrupt)?;
    // The value of a test of the rotation is the current one.
    if pending != current {
        check_pending(&current, &pending, settings.strategy, &settings.clone_suffix)
            .map_err(secrets::corrupt)?;
    }
    Ok(true)
}
