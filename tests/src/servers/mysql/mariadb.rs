//! What only MariaDB needs: the making of its system tables.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{PRIVILEGES, program};
use crate::servers::{
    DATABASE, Engine,
    place::Place,
    process,
    server::{ADMIN, SUPERUSER},
};

/// The scripts that MariaDB's own `mariadb-install-db` runs, without the texts of `HELP`.
const SCRIPTS: [&str; 4] = [
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
];

/// Makes the data of a server, with its superuser.
pub(in crate::servers) async fn initialise(programs: &Path, place: &Place) -> anyhow::Result<()> {
    let scripts = scripts(programs).context("MariaDB's scripts are not beside its programs")?;
    let mut sql = "CREATE DATABASE mysql;\nUSE mysql;\n".to_owned();
    for script in SCRIPTS {
        sql += &std::fs::read_to_string(scripts.join(script))?;
    }
    sql += &accounts();
    let sql = place.write("bootstrap.sql", &sql)?;
    place.folder("data")?;
    let mut server = program(Engine::MariaDb, programs, place);
    server.arg("--bootstrap").stdin(std::fs::File::open(sql)?);
    process::run(server).await
}

/// Accounts cannot be created yet, but be written to their table. The number is every privilege
/// that there is. On RDS there is no `root`.
fn accounts() -> String {
    let (user, password) = (SUPERUSER.user, SUPERUSER.password);
    let account = r#"'{"access":18446744073709551615,"plugin":"mysql_native_password",'"#;
    let hash = format!(r#"'"authentication_string":"', PASSWORD('{password}'), '"}}'"#);
    format!(
        "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');\n\
         INSERT INTO mysql.global_priv VALUES ('localhost', '{user}', CONCAT({account}, {hash}));\n"
    )
}

/// What every server has. As on RDS, the administrator may create users and is not `SUPER`.
pub(in crate::servers) fn setup() -> Vec<String> {
    let admin = format!("'{}'@'%'", ADMIN.user);
    vec![
        format!("CREATE DATABASE {DATABASE}"),
        format!("CREATE USER {admin} IDENTIFIED BY '{}'", ADMIN.password),
        format!("GRANT {PRIVILEGES}, BINLOG MONITOR ON *.* TO {admin} WITH GRANT OPTION"),
    ]
}

/// Where packages put the scripts: in `share/mysql` or, on macOS, `share`.
fn scripts(programs: &Path) -> Option<PathBuf> {
    let prefix = programs.parent()?;
    let folders = ["share/mysql", "share/mariadb", "share"].map(|folder| prefix.join(folder));
    folders.into_iter().find(|folder| folder.join(SCRIPTS[0]).is_file())
}
