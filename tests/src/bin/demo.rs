//! Runs the demo of one function or of all. Decides nothing but colours.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use anyhow::bail;
use tests::{
    demo::{self, Paint, Screen},
    lambda,
};

const USAGE: &str = "usage: cargo demo [<function>] [--color always|never|auto]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // Nobody reads us any more if this fails, so there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let (mut function, mut color) = (None, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), argument.strip_prefix("--color=")) {
            (_, Some(choice)) => color = Some(choice.to_owned()),
            ("--color", None) => color = arguments.next(),
            ("-h" | "--help", None) => bail!(USAGE),
            (name, None) if !name.starts_with('-') && function.is_none() => {
                function = Some(name.to_owned());
            }
            (other, None) => bail!("`{other}` is not understood; {USAGE}"),
        }
    }
    let stdout = io::stdout();
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let paint = Paint::choose(color.as_deref(), stdout.is_terminal(), no_color)?;
    lambda::build_visibly()?;
    demo::run(function.as_deref(), &mut Screen::new(&mut stdout.lock(), paint))
}
