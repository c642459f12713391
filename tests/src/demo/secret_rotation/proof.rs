//! What a server's log knows of passwords. Pure: reads texts, and prints nothing.

/// How much of a verifier is shown: enough to see that it is one.
const SHOWN: usize = 12;

/// What was looked for, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Search {
    pub n_lines: usize,
    pub n_statements: usize,
    /// The lines with one of the passwords.
    pub hits: Vec<String>,
}

/// Looks for passwords in a log.
pub(super) fn search<'a>(log: impl IntoIterator<Item = &'a str>, passwords: &[&str]) -> Search {
    let mut search = Search { n_lines: 0, n_statements: 0, hits: Vec::new() };
    for line in log {
        search.n_lines += 1;
        search.n_statements += usize::from(line.contains(STATEMENT));
        if passwords.iter().any(|password| line.contains(password)) {
            search.hits.push(line.to_owned());
        }
    }
    search
}

/// How PostgreSQL begins a statement in its log.
const STATEMENT: &str = "LOG:  statement: ";

/// The statements of the log that change a password, each cut where its parts end, with verifiers
/// cut short.
pub(super) fn password_changes(log: &str) -> Vec<Vec<String>> {
    let statements = log.lines().filter_map(|line| Some(line.split_once(STATEMENT)?.1));
    let changes = statements.filter(|statement| statement.contains(" PASSWORD "));
    changes.map(|statement| statement.split("; ").map(shortened).collect()).collect()
}

/// `SCRAM-SHA-256$4096:k3J9x…` for a verifier of a hundred characters.
fn shortened(statement: &str) -> String {
    let Some((before, verifier)) = statement.split_once("SCRAM-SHA-256$4096:") else {
        return statement.to_owned();
    };
    let (verifier, after) = verifier.split_once('\'').unwrap_or((verifier, ""));
    let shown: String = verifier.chars().take(SHOWN).collect();
    format!("{before}SCRAM-SHA-256$4096:{shown}…'{after}")
}

/// How often the server has refused a login of this user.
pub(super) fn n_refused(log: &str, user: &str) -> usize {
    log.matches(&format!("password authentication failed for user \"{user}\"")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "1 UTC [1] admin LOG:  statement: BEGIN; ALTER ROLE \"shop\" LOGIN PASSWORD E'SCRAM-SHA-256$4096:abcdefghijklmnopqrstuvwxyz:xyz='; COMMIT
1 UTC [1] admin LOG:  statement: SELECT 'hunter2'
1 UTC [1] shop LOG:  connection authorized: user=shop
1 UTC [1] shop FATAL:  password authentication failed for user \"shop\"
1 UTC [1] admin LOG:  statement: ALTER ROLE admin PASSWORD 'in-the-clear'
";

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        let search = search(LOG.lines(), &["hunter2", "in-the-clear", "elsewhere"]);
        assert_eq!((search.n_lines, search.n_statements), (5, 3));
        let lines: Vec<&str> = LOG.lines().collect();
        assert_eq!(search.hits, [lines[1], lines[4]]);
    }

    #[test]
    fn changes_of_passwords_are_shown_with_short_verifiers() {
        let changes = password_changes(LOG);
        let first = [
            "BEGIN",
            "ALTER ROLE \"shop\" LOGIN PASSWORD E'SCRAM-SHA-256$4096:abcdefghijkl…'",
            "COMMIT",
        ];
        assert_eq!(changes[0], first);
        assert_eq!(changes[1], ["ALTER ROLE admin PASSWORD 'in-the-clear'"]);
        assert_eq!(changes.len(), 2);
    }

    #[test]
    fn refusals_are_counted_by_user() {
        assert_eq!((n_refused(LOG, "shop"), n_refused(LOG, "shop_clone")), (1, 0));
    }
}
