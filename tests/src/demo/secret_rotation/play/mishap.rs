//! Something goes wrong, is said, and is mended.

use super::{
    super::{
        database,
        story::Answer,
        theatre::{ADMIN, SHOP},
    },
    BY_HAND, Play,
};
use crate::aws::secretsmanager::rotation::Ended;

/// How long Secrets Manager waits before it tries again.
const PAUSE_SECS: i64 = 60;

impl Play<'_, '_> {
    /// Somebody changes a password and forgets the secret.
    pub(super) fn mishap(&mut self) -> anyhow::Result<()> {
        self.screen.heading("What goes wrong", "and how it says so")?;
        let admin = self.story.theatre.server.admin();
        let statement = format!("ALTER ROLE {} PASSWORD '{BY_HAND}'", admin.user);
        self.story.theatre.server.session(admin.user, admin.password)?.execute(&statement)?;
        self.person(&format!("a person runs, as the admin: {statement}"))?;
        self.month();
        let rotation = self.story.theatre.due()?;
        let failed = self.steps(&rotation)?;
        let code = failed.steps.last().map(|step| match &step.answer {
            Answer::Done(_) => "",
            Answer::Failed { code, .. } => code,
        });
        self.checks.hold(code == Some("E_ADMIN_SECRET"), "the step that fails names the cause");
        self.checks.hold(matches!(failed.ended, Ended::Failed { .. }), "that try fails");
        self.checks.hold(failed.before == failed.after, "a try that fails moves no label");
        let pending = self.story.theatre.credentials(SHOP, "AWSPENDING");

        let text = database::secret(&self.story.theatre.server, admin.user, BY_HAND, None);
        self.story.theatre.put(ADMIN, &text)?;
        self.person(&format!(
            "a person puts the password into {ADMIN}; Secrets Manager tries again"
        ))?;
        self.story.theatre.aws.clock().advance_secs(PAUSE_SECS);
        let again = self.story.theatre.due()?;
        self.checks.hold(again == rotation, "Secrets Manager tries again with the same token");
        let tried = self.steps(&again)?;
        self.check_rotation(&tried, &format!("{SHOP}_clone"));
        self.checks.hold(
            pending.as_ref() == Some(&tried.after),
            "the next try takes the password that the first has made",
        );
        Ok(())
    }
}
