//! The Lambda entry point. Decides nothing.

use std::time::Duration;

use secret_rotation::{App, config::Config, handle};
use shared::runtime::{self, Error};

/// Where Lambda's deadline is unknown, as under `cargo lambda watch`.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    runtime::log_as_json();
    let app = Config::from_env().map(App::new);
    runtime::run(DEFAULT_TIMEOUT, app, handle).await
}
