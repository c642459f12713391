//! What a server's version means for a rotation. The oldest are those that are tested or whose
//! manuals say the same; an older one may do.

use super::{finding::Finding, set::Strategy};
use crate::secret::login::EngineName;

/// `text` is what the server says: `15.18 (Debian 15.18-1)`, `9.7.4`, `10.11.19-MariaDB-log`.
pub fn judge(engine: EngineName, strategy: Strategy, text: &str) -> Vec<Finding> {
    let is_mariadb = text.contains("MariaDB");
    let (name, oldest) = match engine {
        EngineName::Postgres => ("PostgreSQL", (13, 0, 0)),
        EngineName::Mysql | EngineName::Mariadb if is_mariadb => ("MariaDB", (10, 6, 0)),
        EngineName::Mysql | EngineName::Mariadb => ("MySQL", (5, 7, 0)),
    };
    let number = number(text);
    let shown = text.split([' ', '-']).next().unwrap_or_default();
    let mut findings = vec![if number < oldest {
        let (major, minor, _) = oldest;
        let oldest = if minor == 0 { major.to_string() } else { format!("{major}.{minor}") };
        Finding::Warning(format!("the server is {name} {shown}, older than {oldest}"))
    } else {
        Finding::Fine(format!("the server is {name} {shown}"))
    }];
    let is_said = match engine {
        EngineName::Postgres => true,
        EngineName::Mysql => !is_mariadb,
        EngineName::Mariadb => is_mariadb,
    };
    if !is_said {
        findings.push(Finding::Warning(format!(
            "the secret's `engine` is `{engine}`: the limits of names and passwords are those of \
             {name}"
        )));
    }
    // <https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-14.html>
    if strategy == Strategy::Dual && name == "MySQL" && number < (8, 0, 14) {
        let what = "MySQL keeps a second password since 8.0.14: STRATEGY cannot be `dual`";
        findings.push(Finding::Wrong(what.to_owned()));
    }
    findings
}

fn number(text: &str) -> (u32, u32, u32) {
    let mut parts =
        text.split(|it: char| !it.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(engine: EngineName, text: &str, expected: &[&str]) {
        let findings = judge(engine, Strategy::Dual, text);
        let lines = findings.into_iter().map(|finding| match finding {
            Finding::Fine(text) => format!("fine: {text}"),
            Finding::Warning(text) => format!("warning: {text}"),
            Finding::Wrong(text) => format!("wrong: {text}"),
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_too_old_is_said() {
        use EngineName::{Mariadb, Mysql, Postgres};
        check(Postgres, "15.18 (Debian 15.18-1)", &["fine: the server is PostgreSQL 15.18"]);
        check(Postgres, "12.9", &["warning: the server is PostgreSQL 12.9, older than 13"]);
        check(Postgres, "18beta1", &["fine: the server is PostgreSQL 18beta1"]);
        check(Mysql, "9.7.4", &["fine: the server is MySQL 9.7.4"]);
        check(
            Mysql,
            "5.6.51-log",
            &[
                "warning: the server is MySQL 5.6.51, older than 5.7",
                "wrong: MySQL keeps a second password since 8.0.14: STRATEGY cannot be `dual`",
            ],
        );
        check(Mariadb, "10.11.19-MariaDB-log", &["fine: the server is MariaDB 10.11.19"]);
        check(
            Mariadb,
            "10.5.9-MariaDB",
            &["warning: the server is MariaDB 10.5.9, older than 10.6"],
        );
        check(
            Mysql,
            "11.8.9-MariaDB",
            &[
                "fine: the server is MariaDB 11.8.9",
                "warning: the secret's `engine` is `mysql`: the limits of names and passwords are those \
             of MariaDB",
            ],
        );
    }
}
