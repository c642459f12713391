//! How PostgreSQL is set up and started. Neither starts it nor talks to it.

use std::{ffi::OsString, io, path::Path};

use tokio::process::Command;

use super::{
    DATABASE, Options, Tls,
    options::Authentication,
    place::Place,
    process::{self, command},
    server::{ADMIN, SUPERUSER},
};

/// Makes the data of a server, with its superuser.
pub(super) async fn initialise(programs: &Path, place: &Place) -> anyhow::Result<()> {
    let password = place.write("password", SUPERUSER.password)?;
    let mut initdb = command(&programs.join("initdb"), place);
    initdb
        .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256"])
        // Most of the data would be write-ahead logs, and be copied for every server.
        .arg("--wal-segsize=1")
        .args(["--username", SUPERUSER.user])
        .arg("--pwfile")
        .arg(password)
        .arg("--pgdata")
        .arg(place.join("data"));
    process::run(initdb).await
}

/// What every server has, statement by statement. As on RDS, the administrator may create roles
/// and databases, owns its first database, and is no superuser.
pub(super) fn setup() -> Vec<String> {
    vec![
        "CREATE ROLE rds_superuser NOLOGIN".to_owned(),
        "GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION".to_owned(),
        format!(
            "CREATE ROLE {} LOGIN CREATEROLE CREATEDB IN ROLE rds_superuser PASSWORD '{}'",
            ADMIN.user, ADMIN.password
        ),
        format!("CREATE DATABASE {DATABASE} OWNER {}", ADMIN.user),
    ]
}

/// The server on its data, with every statement in its log.
pub(super) fn server(
    programs: &Path,
    place: &Place,
    port: u16,
    options: &Options,
) -> io::Result<Command> {
    let hosts = place.write("pg_hba.conf", &hosts(options))?;
    let mut server = command(&programs.join("postgres"), place);
    server.arg("-D").arg(place.join("data"));
    let mut set = |name: &str, value: OsString| {
        let mut setting = OsString::from(format!("{name}="));
        setting.push(value);
        server.arg("-c").arg(setting);
    };
    set("port", port.to_string().into());
    set("listen_addresses", "127.0.0.1".into());
    set("unix_socket_directories", place.path().into());
    set("hba_file", hosts.into());
    set("fsync", "off".into());
    set("shared_buffers", "16MB".into());
    // In its folder, where it is removed with the rest.
    set("dynamic_shared_memory_type", "mmap".into());
    set("log_statement", "all".into());
    set("log_connections", "on".into());
    set("log_line_prefix", "%m [%p] %u ".into());
    if options.authentication == Authentication::Md5 {
        set("password_encryption", "md5".into());
    }
    if options.tls != Tls::Off {
        set("ssl", "on".into());
        set("ssl_cert_file", place.join("certificate.pem").into());
        set("ssl_key_file", place.join("key.pem").into());
    }
    for (name, value) in &options.settings {
        set(name, value.into());
    }
    Ok(server)
}

/// Who may connect how. The socket is ours alone, so it asks for the password in every case.
fn hosts(options: &Options) -> String {
    let kind = if options.tls == Tls::Required { "hostssl" } else { "host" };
    let method = options.authentication.method();
    format!("local all all scram-sha-256\n{kind} all all 127.0.0.1/32 {method}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_requires_tls_has_no_line_for_plain_connections() {
        let hosts = hosts(&Options::default().tls(Tls::Required));
        assert_eq!(
            hosts,
            "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
        );
    }
}
