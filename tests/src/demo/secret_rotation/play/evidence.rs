//! What the server's log knows, and what it does not.

use anyhow::Context as _;

use super::{
    super::{
        database,
        proof::{self, Search},
        theatre::SHOP,
    },
    BY_HAND, N_ROTATIONS, Play, told,
};
use crate::demo::{Colour, paragraph::narrow};

impl Play<'_, '_> {
    /// No password that the function had is in the log of the server, nor in our own.
    pub(super) fn proof(&mut self) -> anyhow::Result<()> {
        self.screen.heading("The proof", "the server's log, with log_statement = all")?;
        let log = self.story.theatre.server.log();
        let admin = self.story.theatre.server.admin();
        let made: Vec<&str> = self.story.made.iter().map(String::as_str).collect();
        let known = [made.as_slice(), &[database::FIRST_PASSWORD, admin.password]].concat();
        let n_made = made.len();
        self.checks.hold(
            n_made == N_ROTATIONS,
            format!("{N_ROTATIONS} passwords were made, not {n_made}"),
        );
        let Search { n_lines, n_statements, hits } = proof::search(log.lines(), &known);
        let paint = self.screen.paint;
        let n_known = known.len();
        self.screen.line(format_args!(
            "{n_known} passwords looked for in {n_lines} lines with {n_statements} statements: {}",
            paint.paint(Colour::Green, format_args!("{} hits", hits.len())),
        ))?;
        self.checks.hold(hits.is_empty(), format!("no password is in the server's log: {hits:?}"));
        let control = proof::search(log.lines(), &[BY_HAND]).hits.len();
        self.screen.line(format_args!(
            "the one that the person typed into a statement: {}",
            paint.paint(Colour::Yellow, format_args!("{control} hit")),
        ))?;
        self.checks.hold(control == 1, "the search finds the password that is there");
        let everything = [known.as_slice(), &[BY_HAND]].concat();
        let ours = proof::search(self.story.said.iter().map(String::as_str), &everything);
        self.screen.line(format_args!(
            "all of them in {} lines of the function's own log and answers: {}",
            ours.n_lines,
            paint.paint(Colour::Green, format_args!("{} hits", ours.hits.len())),
        ))?;
        self.checks.hold(ours.n_lines > 0 && ours.hits.is_empty(), "no password is in our log");

        let changes = proof::password_changes(&log);
        let is_of_function =
            |change: &&Vec<String>| change.iter().any(|part| part.contains("SCRAM-SHA-256$"));
        let n_changes = changes.iter().filter(is_of_function).count();
        self.checks.hold(
            n_changes == N_ROTATIONS,
            format!("{N_ROTATIONS} verifiers were sent, not {n_changes}"),
        );
        let first = changes.iter().find(is_of_function).context("no verifier in the log")?;
        self.screen
            .heading("What the server was sent instead", "one transaction, a SCRAM verifier")?;
        for part in first {
            self.screen.line(narrow(part, None, told::WIDTH, 2, paint))?;
        }
        Ok(())
    }

    /// What they have met so far, and what the server says of them.
    pub(super) fn applications(&mut self) -> anyhow::Result<()> {
        let log = self.story.theatre.server.log();
        let refused = self.story.refused();
        let n_logins = self.story.n_logins();
        self.screen.heading("The applications", "")?;
        let paint = self.screen.paint;
        self.screen.line(format_args!(
            "{n_logins} logins during {N_ROTATIONS} rotations, {}; the connection from before\n\
             the first of them still works",
            paint.paint(Colour::Green, format_args!("{} refused", refused.len())),
        ))?;
        self.checks.hold(refused.is_empty(), format!("no login fails: {refused:?}"));
        for (user, n_tried) in [(SHOP.to_owned(), self.n_looks), (format!("{SHOP}_clone"), 0)] {
            let n_refused = proof::n_refused(&log, &user);
            self.checks.hold(
                n_refused == n_tried,
                format!(
                    "the server refuses {n_tried} logins of {user}, all on purpose: {n_refused}"
                ),
            );
        }
        Ok(())
    }
}
