//! The demo of `secret-rotation`: two users of a real PostgreSQL take turns while applications go on
//! logging in. Changes no password itself: everything shown was done by the function's binary.

mod clients;
mod database;
mod local;
mod proof;
mod stage;
mod story;
mod told;

use std::time::Instant;

use anyhow::{Context as _, bail};

use self::{
    proof::Search,
    stage::{ADMIN, Credentials, SHOP, Stage},
    story::{Answer, Story, Try},
};
use super::{Colour, Screen, checks::Checks, paragraph::narrow};
use crate::{
    aws::secretsmanager::rotation::{Ended, Rotation},
    lambda,
};

pub(super) use local::populate;

pub const FUNCTION: &str = "secret-rotation";

/// Those that are a line each.
const N_MORE: usize = 8;
/// With those that are shown step by step.
const N_ROTATIONS: usize = 2 + N_MORE + 1;
const MONTH_SECS: i64 = 30 * 24 * 3_600;
/// How long Secrets Manager waits before it tries again.
const PAUSE_SECS: i64 = 60;

/// What a person types without thinking of the secret, nor of the server's log.
const BY_HAND: &str = "typed-by-a-Person-2";

/// Builds the stage, plays the story and tells it. Fails if a thing is not as it has to be.
pub fn run(screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.heading(FUNCTION, "rotates passwords while applications go on logging in")?;
    let version = database::version().context(database::MISSING)?;
    lambda::binary(FUNCTION)?;
    let started = Instant::now();
    let mut play = Play {
        screen,
        story: Story::begin(Stage::build(version)?)?,
        checks: Checks::default(),
        version,
    };
    let played = play.play();
    let Play { screen, checks, .. } = play;
    let judged = checks.judge();
    if let (Err(err), Err(broken)) = (&played, &judged) {
        // What did not hold may be why it could not go on.
        bail!("{err:#}; {broken}");
    }
    played?;
    let n_held = judged?;
    let took_secs = started.elapsed().as_secs_f64();
    screen.line(screen.paint.paint(
        Colour::Green,
        format_args!("\nAll {n_held} things that have to hold held, in {took_secs:.1} s."),
    ))?;
    screen.line(
        "\nTry next:  cargo local                       such secrets, for your own hands\n           \
         sam build && sam deploy --guided  in your account",
    )?;
    Ok(())
}

/// The demo as it goes.
struct Play<'s, 'o> {
    screen: &'s mut Screen<'o>,
    story: Story,
    checks: Checks,
    version: u32,
}

impl Play<'_, '_> {
    fn play(&mut self) -> anyhow::Result<()> {
        self.account()?;
        self.before()?;
        self.two_rotations()?;
        self.year()?;
        self.mishap()?;
        self.proof()
    }

    fn account(&mut self) -> anyhow::Result<()> {
        let stage = &self.story.stage;
        let server = stage.server.query("SELECT current_setting('server_version')")?;
        let server = server.into_iter().flatten().flatten().next().unwrap_or_default();
        let server = server.split(' ').next().unwrap_or_default();
        self.screen.line(format_args!(
            "A PostgreSQL {server} on this machine, over TLS, with every statement in its log;\n\
             Secrets Manager of a local AWS. The function is the real binary, invoked as\n\
             Secrets Manager does, allowed only what template.yaml grants it."
        ))?;
        self.screen.heading("The account", "")?;
        let users = [(SHOP, SHOP), (ADMIN, stage.server.admin().user)];
        let dim = |text: String| self.screen.paint.paint(Colour::Dim, text);
        let mut lines = vec![dim(format!("{:<12}{:<9}tags", "secret", "user"))];
        for (secret, user) in users {
            for (place, tag) in stage.tags(secret).iter().enumerate() {
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
    fn before(&mut self) -> anyhow::Result<()> {
        self.screen.heading("Before the first rotation", "{\"doctor\": {\"secret\": \"shop\"}}")?;
        let n_wrong = self.doctor()?;
        let lacks_right = self.version >= database::ADMIN_OPTION_SINCE;
        self.checks.hold(
            n_wrong == usize::from(lacks_right),
            "the doctor finds the missing right, and nothing else",
        );
        if lacks_right {
            let grant = database::grant_to_admin(&self.story.stage.server, SHOP);
            self.story.stage.server.execute(&grant)?;
            self.person(&format!("a person runs that: {grant}"))?;
            let n_wrong = self.doctor()?;
            self.checks.hold(n_wrong == 0, "the doctor is content when the right is granted");
        }
        let test = self.story.stage.rotate_secret(false)?;
        let dim = "and Secrets Manager's own test, RotateImmediately = false";
        self.screen.line(format_args!("\n{}", self.screen.paint.paint(Colour::Dim, dim)))?;
        let tried = self.steps(&test)?;
        self.checks.hold(
            tried.ended == Ended::Succeeded && tried.steps.len() == 1,
            "the test is one step, and succeeds",
        );
        self.checks.hold(tried.before == tried.after, "the test changes no password");
        Ok(())
    }

    fn doctor(&mut self) -> anyhow::Result<usize> {
        let findings = self.story.doctor()?;
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

    /// There and back again, step by step.
    fn two_rotations(&mut self) -> anyhow::Result<()> {
        let first = story::current(&self.story.stage)?;
        let clone = format!("{SHOP}_clone");
        self.screen.heading("The first rotation", "step by step")?;
        let rotation = self.story.stage.rotate_secret(true)?;
        let tried = self.steps(&rotation)?;
        self.check_rotation(&tried, &clone);
        self.works(&first, "the first user's password works until it is that one's turn again")?;
        self.screen.heading("A month later", "the second rotation, by its schedule")?;
        self.month();
        let rotation = self.story.stage.due()?;
        let tried = self.steps(&rotation)?;
        self.check_rotation(&tried, SHOP);
        Ok(())
    }

    fn year(&mut self) -> anyhow::Result<()> {
        self.screen.heading("And on it goes", "a rotation every month")?;
        self.screen.line(told::header("date", self.screen.paint))?;
        for _ in 0..N_MORE {
            self.month();
            let rotation = self.story.stage.due()?;
            let tried = self.story.attempt(&rotation, |_| Ok(()))?;
            let date = self.story.stage.aws.clock().now().strftime("%Y-%m-%d").to_string();
            self.screen.line(told::whole(&date, &tried, self.screen.paint))?;
            let expected =
                if tried.before.user == SHOP { format!("{SHOP}_clone") } else { SHOP.to_owned() };
            self.check_rotation(&tried, &expected);
        }
        Ok(())
    }

    /// Somebody changes a password and forgets the secret.
    fn mishap(&mut self) -> anyhow::Result<()> {
        self.screen.heading("What goes wrong", "and how it says so")?;
        let admin = self.story.stage.server.admin();
        let statement = format!("ALTER ROLE {} PASSWORD '{BY_HAND}'", admin.user);
        self.story.stage.server.session(admin.user, admin.password)?.execute(&statement)?;
        self.person(&format!("a person runs, as the admin: {statement}"))?;
        self.month();
        let rotation = self.story.stage.due()?;
        let failed = self.steps(&rotation)?;
        let code = failed.steps.last().map(|step| match &step.answer {
            Answer::Done(_) => "",
            Answer::Failed { code, .. } => code,
        });
        self.checks.hold(code == Some("E_ADMIN_SECRET"), "the step that fails names the cause");
        self.checks.hold(matches!(failed.ended, Ended::Failed { .. }), "that try fails");
        self.checks.hold(failed.before == failed.after, "a try that fails moves no label");
        let pending = self.story.stage.credentials(SHOP, "AWSPENDING");

        let text = database::secret(&self.story.stage.server, admin.user, BY_HAND, None);
        self.story.stage.put(ADMIN, &text)?;
        self.person(&format!(
            "a person puts the password into {ADMIN}; Secrets Manager tries again"
        ))?;
        self.story.stage.aws.clock().advance_secs(PAUSE_SECS);
        let again = self.story.stage.due()?;
        self.checks.hold(again == rotation, "Secrets Manager tries again with the same token");
        let tried = self.steps(&again)?;
        self.check_rotation(&tried, &format!("{SHOP}_clone"));
        self.checks.hold(
            pending.as_ref() == Some(&tried.after),
            "the next try takes the password that the first has made",
        );
        Ok(())
    }

    fn proof(&mut self) -> anyhow::Result<()> {
        self.screen.heading("The proof", "the server's log, with log_statement = all")?;
        let log = self.story.stage.server.log();
        let admin = self.story.stage.server.admin();
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
        self.logins(&log)
    }

    fn logins(&mut self, log: &str) -> anyhow::Result<()> {
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
        for user in [SHOP.to_owned(), format!("{SHOP}_clone")] {
            let n_refused = proof::n_refused(log, &user);
            self.checks.hold(n_refused == 0, format!("the server refuses no login of {user}"));
        }
        Ok(())
    }

    /// Plays one try and shows its steps.
    fn steps(&mut self, rotation: &Rotation) -> anyhow::Result<Try> {
        let Self { screen, story, .. } = self;
        let paint = screen.paint;
        screen.line(told::header("step", paint))?;
        story.attempt(rotation, |step| Ok(screen.line(told::step(step, paint))?))
    }

    fn check_rotation(&mut self, tried: &Try, user: &str) {
        self.checks.hold(
            tried.ended == Ended::Succeeded,
            format!("the rotation to {user} succeeds: {:?}", tried.ended),
        );
        self.checks.hold(
            tried.after.user == user,
            format!("{user} is the current user: {}", tried.after.user),
        );
        self.checks
            .hold(tried.before.password != tried.after.password, "the password is another one");
        let n_logins: usize = tried.steps.iter().map(|step| step.n_logins).sum();
        self.checks.hold(n_logins > 0, "applications log in meanwhile");
    }

    fn works(&mut self, credentials: &Credentials, what: &str) -> anyhow::Result<()> {
        let Credentials { user, password } = credentials;
        let logs_in = self.story.stage.server.logs_in(user, password)?;
        self.checks.hold(logs_in, what);
        Ok(())
    }

    fn person(&mut self, deed: &str) -> anyhow::Result<()> {
        let paint = self.screen.paint;
        let deed = paint.paint(Colour::Cyan, narrow(deed, None, told::WIDTH, 0, paint));
        Ok(self.screen.line(format_args!("\n{deed}\n"))?)
    }

    fn month(&self) {
        self.story.stage.aws.clock().advance_secs(MONTH_SECS);
    }
}
