//! The Lambda entry point. Decides nothing.

use std::time::Duration;

use instance_scheduler::{App, config::Config, handle};
use shared::{
    error::HandlerError,
    runtime::{self, Error},
};

/// Where Lambda's deadline is unknown, as under `cargo lambda watch`.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::log_as_json();
    let config = Config::from_env()
        .map_err(|err| HandlerError::coded(HandlerError::BAD_CONFIGURATION, err))?;
    let app = App::new(config);
    runtime::run(DEFAULT_TIMEOUT, |invocation| handle(&app, invocation)).await
}
