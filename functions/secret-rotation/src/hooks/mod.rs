//! What happens when a rotation has finished: others are told, and copies are made. Never makes a
//! rotation fail: it is done by then, and Secrets Manager would report otherwise.

mod announce;
mod parameters;

use shared::{
    error::FaultCode as _,
    metric::{Metrics, Unit},
};

use crate::{
    fault::{Code, Fault},
    plan::finding::Finding,
    secret::document::Document,
    secrets,
    settings::{Hooks, Settings},
    work::Work,
};

const NAMESPACE: &str = "Caretaker/SecretRotation";

/// Runs the hooks that the settings name, and returns what failed. `finished` is the new version,
/// where the caller has read it.
pub async fn run(work: &Work<'_>, finished: Option<Document>) -> Vec<String> {
    let failed: Vec<Fault> = match try_all(work, finished).await {
        Ok(failed) => failed,
        Err(fault) => vec![fault],
    };
    let warnings: Vec<String> =
        failed.into_iter().map(|fault| fault.recoded(Code::HookFailed).coded()).collect();
    for warning in &warnings {
        let code = Code::HookFailed.name();
        tracing::warn!(code, secret = work.secret.name, "{warning}");
    }
    if !warnings.is_empty() {
        // Without a dimension, so that one alarm sees every secret: the log says which it was.
        Metrics::new(NAMESPACE).metric("HooksFailed", Unit::Count, count(&warnings)).emit(work.now);
    }
    warnings
}

/// What the copies would miss. Whether the bus may be told is known when it is told.
pub async fn look(work: &Work<'_>, hooks: &Hooks, current: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    if hooks.parameters.is_empty() {
        return findings;
    }
    for (name, template) in &hooks.parameters {
        let looked = Box::pin(parameters::look(work.aws, name, template, current));
        let what = format!("the copy to the parameter `{name}`");
        findings.push(match work.budget.run(&what, looked).await {
            Ok(found) => Finding::Fine(format!("{what}: {found}")),
            // The rotation would succeed without.
            Err(fault) => Finding::Warning(fault.recoded(Code::HookFailed).within(&what).coded()),
        });
    }
    findings
}

/// One hook that fails stops no other.
async fn try_all(work: &Work<'_>, finished: Option<Document>) -> Result<Vec<Fault>, Fault> {
    let settings = Settings::read(&work.secret.tags, &work.config.defaults, None)?;
    let Hooks { event_bus, parameters } = &settings.hooks;
    if settings.hooks.is_empty() {
        return Ok(Vec::new());
    }
    let finished = match finished {
        Some(finished) => finished,
        None => secrets::finished(work.client, work.secret, work.token()).await?,
    };
    let mut failed = Vec::new();
    for (name, template) in parameters {
        // The futures of calls are large.
        let copied = Box::pin(parameters::copy(work.aws, name, template, &finished));
        let what = format!("the copy to the parameter `{name}`");
        let copied = work.budget.run(&what, copied).await;
        failed.extend(copied.err().map(|fault| fault.within(&what)));
    }
    // Last: who hears of it may read the copies.
    if let Some(bus) = event_bus {
        let what = format!("the event to the bus `{bus}`");
        let announced = Box::pin(announce::announce(work, bus, settings.strategy, &finished));
        let announced = work.budget.run(&what, announced).await;
        failed.extend(announced.err().map(|fault| fault.within(&what)));
    }
    Ok(failed)
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 hooks")]
fn count(warnings: &[String]) -> f64 {
    warnings.len() as f64
}
