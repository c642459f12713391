//! Real database servers on 127.0.0.1, one for each test that asks. Installs none: the step
//! `servers` of `tests/run` does.

mod certificate;
mod client;
mod engine;
mod find;
mod mysql;
mod options;
mod place;
mod postgres;
mod process;
mod proxy;
mod require;
mod server;
mod session;
mod template;

pub use certificate::Certificate;
pub use engine::Engine;
pub use options::{Authentication, Options, Tls};
pub use proxy::{Moment, Proxy};
pub use require::require;
pub use server::{Login, Server};
pub use session::{Row, Session};

/// The database that every server begins with; its owner is [`Server::admin`].
pub const DATABASE: &str = "app";
