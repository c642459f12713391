//! The demo as it goes: scene after scene, each of which shows something and says what has to hold.
//! Decides nothing about passwords.

mod alone;
mod before;
mod evidence;
mod mishap;
mod turns;

use anyhow::bail;

use super::{
    story::{Story, Try},
    theatre::{Credentials, Theatre},
    told,
};
use crate::{
    aws::secretsmanager::rotation::{Ended, Rotation},
    demo::{Colour, Screen, checks::Checks, paragraph::narrow},
};

/// Those that are a line each.
const N_MORE: usize = 8;
/// With those that are shown step by step, and lose no login.
const N_ROTATIONS: usize = 2 + N_MORE + 1;
const MONTH_SECS: i64 = 30 * 24 * 3_600;

/// What a person types without thinking of the secret, nor of the server's log.
const BY_HAND: &str = "typed-by-a-Person-2";

struct Play<'s, 'o> {
    screen: &'s mut Screen<'o>,
    story: Story,
    checks: Checks,
    version: u32,
    /// How often the function has looked at everything. It tries a wrong password each time.
    n_looks: usize,
}

/// Plays all scenes on this version of PostgreSQL. Returns how many things held, which is all.
pub(super) fn play(version: u32, screen: &mut Screen<'_>) -> anyhow::Result<usize> {
    let story = Story::begin(Theatre::build(version)?)?;
    let mut play = Play { screen, story, checks: Checks::default(), version, n_looks: 0 };
    let played = play.scenes();
    let judged = play.checks.judge();
    if let (Err(err), Err(broken)) = (&played, &judged) {
        // What did not hold may be why it could not go on.
        bail!("{err:#}; {broken}");
    }
    played.and(judged)
}

impl Play<'_, '_> {
    fn scenes(&mut self) -> anyhow::Result<()> {
        self.account()?;
        self.before()?;
        self.two_rotations()?;
        self.year()?;
        self.mishap()?;
        self.proof()?;
        self.applications()?;
        self.alone()
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
        let logs_in = self.story.theatre.server.logs_in(user, password)?;
        self.checks.hold(logs_in, what);
        Ok(())
    }

    fn person(&mut self, deed: &str) -> anyhow::Result<()> {
        let paint = self.screen.paint;
        let deed = paint.paint(Colour::Cyan, narrow(deed, None, told::WIDTH, 0, paint));
        Ok(self.screen.line(format_args!("\n{deed}\n"))?)
    }

    fn month(&self) {
        self.story.theatre.aws.clock().advance_secs(MONTH_SECS);
    }
}
