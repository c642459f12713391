//! The demo of `secret-rotation`: two users of a real PostgreSQL take turns while applications go on
//! logging in. Changes no password itself: everything shown was done by the function's binary.

mod clients;
mod database;
mod local;
mod play;
mod proof;
mod story;
mod theatre;
mod told;

use std::time::Instant;

use anyhow::Context as _;

use super::{Colour, Screen};
use crate::lambda;

pub(super) use local::populate;

pub const FUNCTION: &str = "secret-rotation";

/// Builds the theatre, plays the story and tells it. Fails if a thing is not as it has to be, or if
/// there is no database to rotate a user of.
pub fn run(screen: &mut Screen<'_>) -> anyhow::Result<()> {
    run_on(database::version(), screen)
}

fn run_on(postgres: Option<u32>, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.heading(FUNCTION, "rotates passwords while applications go on logging in")?;
    let version = postgres.context(database::MISSING)?;
    lambda::binary(FUNCTION)?;
    let started = Instant::now();
    let n_held = play::play(version, screen)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Paint;

    #[test]
    fn without_a_postgresql_it_says_how_to_get_one() {
        let mut out = Vec::new();
        let err = run_on(None, &mut Screen::new(&mut out, Paint::off())).unwrap_err();
        let said = err.to_string();
        for words in ["no PostgreSQL on this machine", "`tests/run servers`", "`apt-get install"] {
            assert!(said.contains(words), "no `{words}`: {said}");
        }
    }
}
