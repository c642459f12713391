//! What only MySQL needs, Oracle's.

use std::path::Path;

use super::{PRIVILEGES, option, program};
use crate::servers::{
    DATABASE, Engine,
    place::Place,
    process,
    server::{ADMIN, SUPERUSER},
};

/// Makes the data of a server, with its superuser.
pub(in crate::servers) async fn initialise(programs: &Path, place: &Place) -> anyhow::Result<()> {
    let (user, password) = (SUPERUSER.user, SUPERUSER.password);
    let accounts = place.write(
        "accounts.sql",
        &format!(
            "CREATE USER '{user}'@'localhost' IDENTIFIED BY '{password}';\n\
             GRANT ALL ON *.* TO '{user}'@'localhost' WITH GRANT OPTION;\n\
             DROP USER 'root'@'localhost';\n"
        ),
    )?;
    let mut server = program(Engine::MySql, programs, place);
    server.args(["--initialize-insecure", "--secure-file-priv=NULL"]);
    server.arg(option("init-file", accounts));
    process::run(server).await
}

/// What every server has. As on RDS from 8.0.36 on, the administrator has most of the rights by a
/// role, and may not set the server's variables.
pub(in crate::servers) fn setup() -> Vec<String> {
    let admin = format!("'{}'@'%'", ADMIN.user);
    let role = "'rds_superuser_role'@'%'";
    vec![
        format!("CREATE DATABASE {DATABASE}"),
        format!("CREATE ROLE {role}"),
        format!(
            "GRANT {PRIVILEGES}, CREATE ROLE, DROP ROLE, APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, \
             SET_ANY_DEFINER, XA_RECOVER_ADMIN, CONNECTION_ADMIN ON *.* TO {role} WITH GRANT OPTION"
        ),
        format!("CREATE USER {admin} IDENTIFIED BY '{}'", ADMIN.password),
        format!("GRANT {role} TO {admin} WITH ADMIN OPTION"),
        format!("SET DEFAULT ROLE {role} TO {admin}"),
    ]
}
