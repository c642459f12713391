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
mod relay;
mod require;
mod server;
mod session;
mod silent;
mod template;
mod web;

pub use certificate::Certificate;
pub use engine::Engine;
pub use find::is_installed;
pub use options::{Authentication, Options, Tls};
pub use relay::{Moment, Relay};
pub use require::require;
pub use server::{Login, Server};
pub use session::{Row, Session};
pub use silent::Silent;
pub use web::Web;

/// The database that every server begins with; its owner is [`Server::admin`].
pub const DATABASE: &str = "app";
