//! `finishSecret`: the label `AWSCURRENT` moves to the pending version, in one call, and who should
//! know learns of it.

use shared::error::AwsErrorKind;

use crate::{
    fault::{Code, Fault},
    hooks,
    plan::{
        create::check_pending,
        finish::{Promotion, promotion},
        gate::{CURRENT, PENDING},
    },
    rotate::{Done, Work, is_random},
    secret::document::Document,
    secrets,
};

/// What every step of such a rotation answers.
pub const FINISHED_ALREADY: &str = "the rotation has finished already";

/// How often the labels are looked at: they may change between the look and the move.
const LOOKS: usize = 2;

pub async fn finish(work: &Work<'_>) -> Result<Done, Fault> {
    // A version without a value would be a secret without a value.
    let pending = secrets::pending(work.client, work.secret, work.token()).await?;
    let outcome = move_label(work, &pending).await?;
    Ok(Done { outcome, warnings: hooks::run(work, Some(pending)).await })
}

/// `finishSecret` of a rotation that has finished: the first may have died before its hooks, and
/// they do nothing twice but tell.
pub async fn finish_again(work: &Work<'_>) -> Done {
    Done { outcome: FINISHED_ALREADY, warnings: hooks::run(work, None).await }
}

async fn move_label(work: &Work<'_>, pending: &Document) -> Result<&'static str, Fault> {
    let mut secret = work.secret.clone();
    for look in 1..=LOOKS {
        let Promotion::Move { remove_from } = promotion(&secret, work.token()) else {
            return Ok("the pending version is the current one already");
        };
        if remove_from.is_some() && !is_random(pending) {
            let current = secrets::current(work.client, &secret).await?;
            let settings = work.settings(&current)?;
            let current = work.login(&current, CURRENT)?;
            let pending = work.login(pending, PENDING)?;
            if pending != current {
                check_pending(&current, &pending, settings.strategy, &settings.clone_suffix)
                    .map_err(|fault| Fault::new(Code::Abandoned, fault.what().to_owned()))?;
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
                let what = format!("the labels of `{}` changed: {}", secret.name, error.reason());
                return Err(Fault::new(Code::StageRace, what));
            }
            Err(error) => return Err(Fault::of_aws(&error, &secret.name)),
        }
    }
    Err(Fault::new(Code::StageRace, format!("the labels of `{}` keep changing", secret.name)))
}
