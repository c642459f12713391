//! `finishSecret`: the label `AWSCURRENT` moves to the pending version, in one call, and never to a
//! password that does not log in, in whatever order the steps came. Then who should know learns of
//! it.

use shared::error::AwsErrorKind;

use crate::{
    fault::{Code, Fault, of_aws},
    hooks,
    plan::{
        create::check_pending,
        finish::{Promotion, promotion},
        gate::{CURRENT, PENDING},
    },
    rotate::{Done, FINISHED, is_random},
    secret::{document::Document, login::Login},
    secrets,
    settings::Settings,
    work::Work,
};

/// How often the labels are looked at: they may change between the look and the move.
const LOOKS: usize = 2;

/// `prove` shows that the pending version logs in and can work.
pub async fn finish(
    work: &Work<'_>,
    prove: impl AsyncFn(&Settings, &Login) -> Result<(), Fault>,
) -> Result<Done, Fault> {
    // A version without a value would be a secret without a value.
    let pending = secrets::pending(work.client, work.secret, work.token()).await?;
    let outcome = move_label(work, &pending, prove).await?;
    Ok(Done { outcome, warnings: hooks::run(work, Some(pending)).await })
}

/// `finishSecret` of a rotation that has finished: the first may have died before its hooks, and
/// they do nothing twice but tell.
pub async fn finish_again(work: &Work<'_>) -> Done {
    Done { outcome: FINISHED, warnings: hooks::run(work, None).await }
}

async fn move_label(
    work: &Work<'_>,
    pending: &Document,
    prove: impl AsyncFn(&Settings, &Login) -> Result<(), Fault>,
) -> Result<&'static str, Fault> {
    let mut is_proven = is_random(pending);
    let mut secret = work.secret.clone();
    let first = secret.version(CURRENT).map(str::to_owned);
    for look in 1..=LOOKS {
        let Promotion::Move { remove_from } = promotion(&secret, work.token()) else {
            return Ok("the pending version is the current one already");
        };
        if remove_from != first {
            let what = format!("`{}` has got another {CURRENT} meanwhile", secret.name);
            return Err(Fault::new(Code::Abandoned, what));
        }
        if !is_random(pending) {
            let settings = work.settings(pending)?;
            let pending = work.login(pending, PENDING)?;
            if remove_from.is_some() {
                let current = secrets::current(work.client, &secret).await?;
                let current = work.login(&current, CURRENT)?;
                if pending != current {
                    check_pending(&current, &pending, settings.strategy, &settings.clone_suffix)
                        .map_err(|fault| fault.recoded(Code::Abandoned))?;
                }
            }
            if !is_proven {
                prove(&settings, &pending).await?;
                is_proven = true;
            }
        }
        let moved =
            secrets::promote(work.client, &secret, work.token(), remove_from.as_deref()).await;
        match moved {
            Ok(()) => return Ok("the pending version is the current one now"),
            Err(error) if error.kind == AwsErrorKind::Invalid && look < LOOKS => {
                secret = secrets::describe(work.client, &secret.arn).await?;
            }
            Err(error) if error.kind == AwsErrorKind::Invalid => {
                let what = format!("the labels of `{}` changed", secret.name);
                return Err(Fault::new(Code::StageRace, what).with_source(error));
            }
            Err(error) => return Err(of_aws(error, &secret.name)),
        }
    }
    Err(Fault::new(Code::StageRace, format!("the labels of `{}` keep changing", secret.name)))
}
