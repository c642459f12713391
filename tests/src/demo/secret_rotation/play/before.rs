//! What there is, what is missing, and Secrets Manager's own test.

use super::{
    super::{
        database,
        theatre::{ADMIN, SHOP},
    },
    Play, told,
};
use crate::{
    aws::secretsmanager::rotation::Ended,
    demo::{Colour, paragraph::narrow},
};

impl Play<'_, '_> {
    pub(super) fn account(&mut self) -> anyhow::Result<()> {
        let theatre = &self.story.theatre;
        let server = theatre.server.query("SELECT current_setting('server_version')")?;
        let server = server.into_iter().flatten().flatten().next().unwrap_or_default();
        let server = server.split(' ').next().unwrap_or_default();
        self.screen.line(format_args!(
            "A PostgreSQL {server} on this machine, over TLS, with every statement in its log;\n\
             Secrets Manager of a local AWS. The function is the real binary, invoked as\n\
             Secrets Manager does, allowed only what template.yaml grants it."
        ))?;
        self.screen.heading("The account", "")?;
        let users = [(SHOP, SHOP), (ADMIN, theatre.server.admin().user)];
        let dim = |text: String| self.screen.paint.paint(Colour::Dim, text);
        let mut lines = vec![dim(format!("{:<12}{:<9}tags", "secret", "user"))];
        for (secret, user) in users {
            for (place, tag) in theatre.tags(secret).iter().enumerate() {
                let (secret, user) = if place == 0 { (secret, user) } else { ("", "") };
                lines.push(format!("{secret:<12}{user:<9}{tag}"));
            }
        }
        self.screen.line(lines.join("\n"))?;
        self.screen.line(
            "\nTwo applications log in as fast as they can, each time through a new connection:\n\
             one reads the secret before every login, one keeps what it has read until the\n\
             next rotation. A third has one connection from before the first rotation.",
        )?;
        Ok(())
    }

    /// What the doctor says, and Secrets Manager's own test.
    pub(super) fn before(&mut self) -> anyhow::Result<()> {
        self.screen.heading("Before the first rotation", "{\"doctor\": {\"secret\": \"shop\"}}")?;
        let n_wrong = self.doctor()?;
        let lacks_right = self.version >= database::ADMIN_OPTION_SINCE;
        self.checks.hold(
            n_wrong == usize::from(lacks_right),
            "the doctor finds the missing right, and nothing else",
        );
        if lacks_right {
            let grant = database::grant_to_admin(&self.story.theatre.server, SHOP);
            self.story.theatre.server.execute(&grant)?;
            self.person(&format!("a person runs that: {grant}"))?;
            let n_wrong = self.doctor()?;
            self.checks.hold(n_wrong == 0, "the doctor is content when the right is granted");
        }
        let test = self.story.theatre.rotate_secret(false)?;
        let dim = "and Secrets Manager's own test, RotateImmediately = false";
        self.screen.line(format_args!("\n{}", self.screen.paint.paint(Colour::Dim, dim)))?;
        let tried = self.steps(&test)?;
        self.n_looks += 1;
        self.checks.hold(
            tried.ended == Ended::Succeeded && tried.steps.len() == 1,
            "the test is one step, and succeeds",
        );
        self.checks.hold(tried.before == tried.after, "the test changes no password");
        Ok(())
    }

    fn doctor(&mut self) -> anyhow::Result<usize> {
        let findings = self.story.doctor()?;
        self.n_looks += 1;
        for (kind, text) in &findings {
            let (mark, colour) = match kind.as_str() {
                "fine" => ("✓", Colour::Green),
                "warning" => ("!", Colour::Yellow),
                _ => ("✗", Colour::Red),
            };
            let mark = self.screen.paint.paint(colour, mark);
            let text = narrow(text, None, told::WIDTH, 2, self.screen.paint);
            self.screen.line(format_args!("{mark} {text}"))?;
        }
        Ok(findings.iter().filter(|(kind, _)| kind == "wrong").count())
    }
}
