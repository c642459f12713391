//! What the doctor asks PostgreSQL with the user's own session. Changes nothing.

use super::{Session, refuse_dual};
use crate::{
    engine::Finding,
    fault::{Code, Fault},
    plan::{set::Strategy, version::judge},
    secret::login::EngineName,
};

pub(super) async fn of_user(session: &Session, strategy: Strategy) -> Result<Vec<Finding>, Fault> {
    let sql = "SELECT current_setting('server_version'), pg_catalog.pg_is_in_recovery()";
    let rows = session.query("a look at the server", sql).await?;
    let text = |at: usize| rows.first().and_then(|row| row.get(at)?.clone()).unwrap_or_default();
    let mut findings = judge(EngineName::Postgres, strategy, &text(0));
    if text(1) == "t" {
        let what = format!("{} is a replica", session.whom);
        findings.push(match strategy {
            Strategy::Alternating => {
                Finding::Warning(format!("{what}: the admin has to be at its writer"))
            }
            Strategy::Single | Strategy::Dual => Fault::new(Code::DbReadOnly, what).into(),
        });
    }
    findings.extend(refuse_dual(strategy).err().map(Finding::from));
    Ok(findings)
}
