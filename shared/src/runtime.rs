//! Runs a handler under Lambda: logs as JSON, the deadline, and errors that say what failed. Makes
//! no decision and reads no event.

use std::time::Duration;

use anyhow::anyhow;
use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use tracing_subscriber::{
    Layer as _,
    filter::{FilterExt as _, LevelFilter, Targets, filter_fn},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{deadline::Deadline, error::HandlerError};

pub use lambda_runtime::Error;

/// One invocation, as the handler gets it.
#[derive(Debug)]
pub struct Invocation {
    pub event: Value,
    /// What the clock says. The event's own time is the handler's business.
    pub clock: Timestamp,
    pub deadline: Deadline,
    pub request_id: String,
    /// The account that the function runs in, where its ARN says so; `cargo lambda watch` sends
    /// none.
    pub account: Option<String>,
}

/// Sends logs to standard output as one JSON object per line, as Lambda's `LogFormat: JSON` does
/// for other runtimes. The level is `LOG_LEVEL`, else Lambda's own setting, else `info`; one for a
/// crate, `info,hyper=debug`, works too.
pub fn log_as_json() {
    let vars = crate::var::environment();
    let level = vars.optional("LOG_LEVEL").or_else(|| vars.optional("AWS_LAMBDA_LOG_LEVEL"));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false);
    // At its finest level the SDK prints requests whole, and a body may hold a password.
    let without_bodies = filter_fn(|line| {
        !line.target().starts_with("aws_smithy_runtime") || line.level() <= &LevelFilter::DEBUG
    });
    // The hint lets a line that is too fine cost nothing.
    let without_bodies = without_bodies.with_max_level_hint(LevelFilter::TRACE);
    let filter = targets(level.as_deref()).and(without_bodies);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

/// What cannot be read is `info`: a function without logs would be worse. Not an `EnvFilter`, which
/// brings a megabyte of regular expressions.
fn targets(level: Option<&str>) -> Targets {
    let default = || Targets::new().with_default(LevelFilter::INFO);
    // Lambda's own settings know a level above errors.
    let level = level.map(|level| level.to_lowercase().replace("fatal", "error"));
    level.and_then(|level| level.parse().ok()).unwrap_or_else(default)
}

/// Asks for events until the sandbox ends. `default_timeout` holds where the deadline is unknown.
///
/// Whatever `handler` returns as an error is logged once by the runtime, on one line, and reported
/// to Lambda with its stable type; a panic is reported as well. Without an `app`, because a variable
/// is wrong, every event is answered with that: a process that ends at start would be reported as
/// `Runtime.ExitError`, and started again and again.
pub async fn run<A, H, R>(
    default_timeout: Duration,
    app: anyhow::Result<A>,
    handler: H,
) -> Result<(), Error>
where
    H: AsyncFn(&A, Invocation) -> Result<R, HandlerError>,
    R: Serialize,
{
    let (app, handler) = (&app, &handler);
    // Read here, because the runtime would answer an event that cannot be with a Rust type.
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let LambdaEvent { payload, context } = event;
        match app {
            Ok(app) => {
                let invocation = invocation(event_of(&payload)?, &context, default_timeout);
                // A handler's future may be large, and is moved about otherwise.
                Box::pin(handler(app, invocation)).await
            }
            Err(err) => {
                let again = anyhow!("{err:#}");
                Err(HandlerError::coded(HandlerError::BAD_CONFIGURATION, again))
            }
        }
    }))
    .await
}

fn event_of(payload: &RawValue) -> Result<Value, HandlerError> {
    serde_json::from_str(payload.get()).map_err(|err| {
        // It is JSON, the runtime has seen to that: only its depth can be too much.
        let what = anyhow!("the event is nested too deeply to be read, at column {}", err.column());
        HandlerError::coded(HandlerError::BAD_EVENT, what)
    })
}

fn invocation(event: Value, context: &Context, default_timeout: Duration) -> Invocation {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let clock = Timestamp::now();
    let deadline = Deadline::new(context.deadline, clock, default_timeout);
    let account = account_of(&context.invoked_function_arn).map(str::to_owned);
    Invocation { event, clock, deadline, request_id: context.request_id.clone(), account }
}

fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_calls_a_level_is_one() {
        let level = |text| targets(Some(text)).default_level();
        assert_eq!(level("DEBUG"), Some(LevelFilter::DEBUG));
        assert_eq!(level("FATAL"), Some(LevelFilter::ERROR));
        assert_eq!(level("nonsense=?"), Some(LevelFilter::INFO));
        assert_eq!(targets(None).default_level(), Some(LevelFilter::INFO));
        assert!(
            targets(Some("info,hyper=debug"))
                .would_enable("hyper", &LevelFilter::DEBUG.into_level().unwrap())
        );
    }

    #[test]
    fn defect_l7_an_event_that_is_nested_too_deeply_is_a_bad_event() {
        let event = |depth: usize| {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            event_of(&RawValue::from_string(text).expect("it is JSON"))
        };
        assert!(event(127).is_ok());
        let error = event(10_000).expect_err("it is too deep");
        assert_eq!(error.error_type(), HandlerError::BAD_EVENT);
        assert!(error.to_string().starts_with("the event is nested too deeply"), "{error}");
    }

    #[test]
    fn the_account_is_in_the_arn() {
        let arn = "arn:aws:lambda:eu-west-1:111111111111:function:instance-scheduler";
        assert_eq!(account_of(arn), Some("111111111111"));
        assert_eq!(account_of("function-arn"), None);
    }
}
