//! What a mistake in a schedule document does to a fleet: nothing. The run that would stop all of it
//! asks instead.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::json;

use super::FUNCTION;
use crate::{
    aws::ec2,
    demo::{self, Screen, paint::Colour, paragraph::paragraph},
    lambda::{Function, Outcome},
    stage::{Deployed, Stage},
};

/// More than twenty, below which a share says nothing.
const N_INSTANCES: u64 = 40;

const RIGHT: &str = "mon-fri 08:00-20:00 @Europe/Berlin";
const WRONG: &str = "mon-fri 08:00-10:00 @Europe/Berlin";

/// Noon of a Wednesday.
const NOON: &str = "2026-11-25T11:00:00Z";

/// Tells it, and fails if an instance was stopped.
pub(super) fn tell(screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let deployed = demo::deploy(Stage::at(NOON.parse()?))?;
    let lambda = deployed.function(FUNCTION)?;
    let Deployed { aws, stack } = &deployed;
    let path = stack.function(FUNCTION)?.variables.get("PARAMETER_PATH");
    let document = format!("{}/schedules/berlin", path.context("no `PARAMETER_PATH`")?);
    let write = |text: &str, now: Timestamp| {
        aws.with(|world| {
            let place = world.place(&stack.account, &stack.region);
            place.ssm.set(&document, text, now);
        });
    };
    let born = "2026-01-01T00:00:00Z".parse()?;
    aws.with(|world| {
        let place = world.place(&stack.account, &stack.region);
        for number in 1..=N_INSTANCES {
            let instance = ec2::Instance::numbered(number, format!("{}a", stack.region));
            place.ec2.add(instance.launched(born).tag("Schedule", "berlin"));
        }
    });
    write(RIGHT, NOON.parse()?);
    ensure!(
        matches!(run(&lambda, deployed.aws.clock().now()), Outcome::Answer(_)),
        "the first run"
    );

    let later: Timestamp = "2026-11-25T11:05:00Z".parse()?;
    aws.clock().set(later);
    write(WRONG, later);
    let outcome = run(&lambda, later);
    let Outcome::Error { error_type, message } = outcome else {
        anyhow::bail!("a run that would stop all of a fleet was not refused: {outcome:?}");
    };
    ensure!(error_type == "TooManyChanges", "{error_type}: {message}");
    let n_stops = aws.log().count("ec2:StopInstances");
    ensure!(n_stops == 0, "{n_stops} calls to stop instances");

    let what = format!("40 instances follow {RIGHT}, which becomes 08:00-10:00 at noon");
    screen.heading("A mistake", &what)?;
    let reason = paragraph(&without_names(&message), None, 0, screen.paint);
    screen.line(screen.paint.paint(Colour::Red, reason))?;
    Ok(())
}

/// The message without the ten instances that it names.
fn without_names(message: &str) -> String {
    match (message.split_once(": own account"), message.split_once(" more;")) {
        (Some((head, _)), Some((_, tail))) => format!("{head}: (here ten are named);{tail}"),
        _ => message.to_owned(),
    }
}

fn run(lambda: &Function, now: Timestamp) -> Outcome {
    let event = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event", "source": "aws.events", "account": "111111111111",
        "time": now.to_string(), "region": "eu-west-1", "resources": [], "detail": {},
    });
    lambda.invoke(&event).outcome
}
