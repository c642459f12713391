//! How MariaDB and MySQL are started, which is nearly the same. Neither starts them nor talks to
//! them.

pub(super) mod mariadb;
pub(super) mod oracle;

use std::{ffi::OsString, path::Path};

use tokio::process::Command;

use super::{Engine, Options, Tls, place::Place, process::command};

/// The server's own socket, in its folder.
pub(super) const SOCKET: &str = "mysql.sock";

/// What the server was told; it keeps that apart from what it says.
pub(super) const STATEMENTS: &str = "statements.log";

/// What an administrator may on RDS, on whatever is there and will be.
pub(super) const PRIVILEGES: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, \
    PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, \
    EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, \
    ALTER ROUTINE, CREATE USER, EVENT, TRIGGER";

/// A program of the server that reads nobody's configuration.
pub(super) fn program(engine: Engine, programs: &Path, place: &Place) -> Command {
    let mut program = command(&programs.join(engine.program()), place);
    // Must come first.
    program.arg("--no-defaults").arg(option("datadir", place.join("data")));
    // Most of the data would be room for changes, and be copied for every server.
    program.arg(match engine {
        Engine::MySql => "--innodb-redo-log-capacity=8M",
        Engine::MariaDb | Engine::Postgres(_) => "--innodb-log-file-size=4M",
    });
    program
}

/// The server on its data, with every statement in its log.
pub(super) fn server(
    engine: Engine,
    programs: &Path,
    place: &Place,
    port: u16,
    options: &Options,
) -> Command {
    let mut server = program(engine, programs, place);
    server
        .arg("--bind-address=127.0.0.1")
        .arg(format!("--port={port}"))
        .arg(option("socket", place.join(SOCKET)))
        .arg(option("pid-file", place.join("pid")))
        .arg("--skip-name-resolve")
        .args(["--general-log=ON", "--log-output=FILE"])
        .arg(option("general-log-file", place.join(STATEMENTS)))
        // Nothing has to survive the machine.
        .args(["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"])
        .arg("--performance-schema=OFF");
    if engine == Engine::MySql {
        server.args(["--mysqlx=OFF", "--secure-file-priv=NULL", "--skip-log-bin"]);
    } else {
        server.arg("--innodb-flush-method=nosync");
    }
    match (options.tls, engine) {
        // MySQL has no switch, but no version of TLS is none.
        (Tls::Off, Engine::MySql) => {
            server.args(["--tls-version=", "--auto-generate-certs=OFF"]);
        }
        (Tls::Off, _) => {
            server.arg("--skip-ssl");
        }
        (Tls::Offered | Tls::Required, _) => {
            server
                .arg(option("ssl-ca", place.join("authority.pem")))
                .arg(option("ssl-cert", place.join("certificate.pem")))
                .arg(option("ssl-key", place.join("key.pem")));
        }
    }
    if options.tls == Tls::Required {
        server.arg("--require-secure-transport=ON");
    }
    for (name, value) in &options.settings {
        server.arg(option(name, value));
    }
    server
}

pub(super) fn option(name: &str, value: impl Into<OsString>) -> OsString {
    let mut option = OsString::from(format!("--{name}="));
    option.push(value.into());
    option
}
