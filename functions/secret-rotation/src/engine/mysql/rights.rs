//! What one account may do, and what has to be said so that another may do the same: no less, and no
//! more. Reads `SHOW GRANTS`; asks nobody.

use std::collections::BTreeSet;

use super::{
    account::{Account, retargeted},
    token::{Token, tokens},
};

const ALL: &str = "ALL PRIVILEGES";
const GRANT_OPTION: &str = "GRANT OPTION";
const EVERYWHERE: &str = "*.*";

/// One right on one thing, each as the server writes it: ``SELECT (`a`)`` on `` `app`.`t` ``, or a
/// role on nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    on: String,
    what: String,
    /// A role or a right of MySQL's newer kind that may be given on. Without that, the same is another
    /// right; for every other kind, [`GRANT_OPTION`] is a right itself.
    is_given_on: bool,
}

/// What the lines of `SHOW GRANTS` say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rights {
    granted: BTreeSet<Right>,
    /// What a right on everything leaves out.
    left_out: BTreeSet<Right>,
    has_default_role: bool,
}

impl Rights {
    fn read(lines: &[String]) -> Self {
        let mut rights = Self::default();
        for line in lines {
            rights.read_line(line);
        }
        rights
    }

    fn read_line(&mut self, line: &str) {
        let tokens = tokens(line);
        let Some((first, rest)) = tokens.split_first() else { return };
        if first.is("SET") {
            self.has_default_role = true;
            return;
        }
        let to = rest.iter().rposition(|it| it.is("TO") || it.is("FROM")).unwrap_or(rest.len());
        let (said, after) = rest.split_at(to);
        let on = said.iter().position(|it| it.is("ON")).unwrap_or(said.len());
        let on_what = said.get(on + 1).map_or("", |it| {
            let end = said.last().map_or(it.end(), Token::end);
            &line[it.start..end]
        });
        let is_with =
            |option: &str| after.windows(2).any(|pair| pair[0].is(option) && pair[1].is("OPTION"));
        let whats: Vec<_> =
            listed(line, &said[..on]).into_iter().filter(|it| it != "USAGE").collect();
        // The server keeps them apart, each kind in lines of its own.
        let is_new_kind = on_what == EVERYWHERE && whats.iter().all(|it| it.contains('_'));
        let is_given_on = is_with("ADMIN") || is_with("GRANT") && is_new_kind && !whats.is_empty();
        let right = |what: String| Right { on: on_what.to_owned(), what, is_given_on };
        let mut found: Vec<Right> = whats.into_iter().map(right).collect();
        if is_with("GRANT") && !is_given_on {
            found.push(right(GRANT_OPTION.to_owned()));
        }
        if found.iter().any(|it| it.what.starts_with("PROXY")) {
            return;
        }
        if first.is("REVOKE") { &mut self.left_out } else { &mut self.granted }.extend(found);
    }

    fn has(&self, right: &Right) -> bool {
        let all = Right { what: ALL.to_owned(), ..right.clone() };
        let is_role = right.on.is_empty();
        let has_all = !is_role && right.what != GRANT_OPTION && self.granted.contains(&all);
        has_all || self.granted.contains(right)
    }
}

/// `SELECT, INSERT (a, b)` as three rights.
fn listed(line: &str, tokens: &[Token<'_>]) -> Vec<String> {
    let mut rights = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        let ends = |it: &Token<'_>| it.text == "," || it.text == "(";
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let name = &line[first.start..rest.get(end.saturating_sub(1)).unwrap_or(first).end()];
        let mut after = end;
        if rest.get(end).is_some_and(|it| it.text == "(") {
            let length = rest[end..].iter().position(|it| it.text == ")").unwrap_or(0);
            let columns = rest[end + 1..end + length].iter().filter(|it| it.text != ",");
            rights.extend(columns.map(|column| format!("{name} ({})", column.text)));
            after = end + length + 1;
        } else {
            rights.push(name.to_owned());
        }
        rest = rest.get(after + 1..).unwrap_or_default();
    }
    rights
}

/// The statements after which `to`, whose own lines are `own`, may do what the lines of `first` say.
/// What is beyond that goes first, and what both have stays all the while: somebody works with it.
/// Only what the server cannot take away alone goes and comes again: a part of `ALL PRIVILEGES`, or
/// the right to give a role on. A line that both have is not said again, since to grant a right on
/// everything is to forget what it leaves out.
pub(super) fn aligned(first: &[String], own: &[String], to: &Account) -> Vec<String> {
    let (theirs, have) = (Rights::read(first), Rights::read(own));
    let mut statements = Vec::new();
    for Right { on, what, .. } in have.left_out.difference(&theirs.left_out) {
        // To grant what is left out elsewhere is to grant it anew.
        let everywhere =
            Right { on: EVERYWHERE.to_owned(), what: what.clone(), is_given_on: false };
        if theirs.has(&everywhere) && have.has(&everywhere) {
            statements.push(format!("GRANT {what} ON {on} TO {to}"));
        }
    }
    for right in have.granted.iter().filter(|right| !theirs.has(right)) {
        let Right { on, what, .. } = right;
        let on = if on.is_empty() { String::new() } else { format!(" ON {on}") };
        statements.push(format!("REVOKE {what}{on} FROM {to}"));
    }
    if have.has_default_role && !theirs.has_default_role {
        statements.push(format!("SET DEFAULT ROLE NONE FOR {to}"));
    }
    let own: BTreeSet<_> = own.iter().filter_map(|line| retargeted(line, to)).collect();
    let wanted: Vec<_> = first.iter().filter_map(|line| retargeted(line, to)).collect();
    let grants_everywhere = |line: &String| line.starts_with("GRANT") && line.contains(" ON *.* ");
    let forgets = wanted.iter().any(|line| grants_everywhere(line) && !own.contains(line));
    let is_missing = |line: &String| !own.contains(line) || forgets && line.starts_with("REVOKE");
    statements.extend(wanted.into_iter().filter(is_missing));
    statements
}

/// The grant that an admin lacks who was refused this statement. `said` is what the server said: of
/// rights on everything, it names the one that it wants.
pub(super) fn needed(statement: &str, said: &str, admin: &Account) -> String {
    let tokens = tokens(statement);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|it| it.is(word));
    let to = tokens.iter().rposition(|it| it.is("TO") || it.is("FROM")).filter(|to| *to > 1);
    match to.map(|to| &statement[tokens[1].start..tokens[to - 1].end()]) {
        Some(rights) if is(0, "GRANT") || is(0, "REVOKE") => {
            let is_role = !tokens.iter().any(|it| it.is("ON"));
            let option = if is_role { "ADMIN" } else { "GRANT" };
            format!("GRANT {rights} TO {admin} WITH {option} OPTION")
        }
        _ if is(0, "SET") => format!("GRANT UPDATE ON mysql.* TO {admin}"),
        _ if is(0, "SHOW") || is(0, "SELECT") => format!("GRANT SELECT ON mysql.* TO {admin}"),
        _ => {
            let named = said.split_once("(at least one of) the ");
            let named = named.and_then(|(_, rest)| rest.split([',', '(']).next());
            let named = named.map_or("CREATE USER", |it| it.trim_end_matches(" privilege"));
            format!("GRANT {named} ON *.* TO {admin}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: &[&str], own: &[&str], expected: &[&str]) {
        let lines = |lines: &[&str]| lines.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let to = Account::parse("b@%").unwrap();
        assert_eq!(aligned(&lines(first), &lines(own), &to), expected);
    }

    #[test]
    fn the_same_rights_need_no_word() {
        let lines = |user: &str| {
            [
                "GRANT RELOAD ON *.* TO USER IDENTIFIED BY PASSWORD '*A' WITH GRANT OPTION",
                "GRANT SELECT (`a`, `b`), INSERT ON `app`.`a TO b` TO USER",
                "GRANT EXECUTE ON PROCEDURE `app`.`p` TO USER",
                "GRANT `reader`@`%`,`writer`@`%` TO USER WITH ADMIN OPTION",
                "REVOKE UPDATE ON `mysql`.* FROM USER",
                "SET DEFAULT ROLE `reader` FOR USER",
            ]
            .map(|line| line.replace("USER", user))
        };
        let (first, own) = (lines("`a`@`%`"), lines("`b`@`%`"));
        check(&first.each_ref().map(String::as_str), &own.each_ref().map(String::as_str), &[]);
    }

    #[test]
    fn f82_what_the_first_user_may_no_longer_do_is_taken_away() {
        check(
            &["GRANT SELECT ON `app`.* TO `a`@`%`"],
            &["GRANT SELECT, INSERT ON `app`.* TO `b`@`%` WITH GRANT OPTION"],
            &[
                "REVOKE GRANT OPTION ON `app`.* FROM 'b'@'%'",
                "REVOKE INSERT ON `app`.* FROM 'b'@'%'",
                "GRANT SELECT ON `app`.* TO 'b'@'%'",
            ],
        );
        check(
            &["GRANT SELECT (`a`) ON `app`.`t` TO `a`@`%`"],
            &["GRANT SELECT (`a`, `b`), DELETE ON `app`.`t` TO `b`@`%`"],
            &[
                "REVOKE DELETE ON `app`.`t` FROM 'b'@'%'",
                "REVOKE SELECT (`b`) ON `app`.`t` FROM 'b'@'%'",
                "GRANT SELECT (`a`) ON `app`.`t` TO 'b'@'%'",
            ],
        );
        check(
            &[],
            &["GRANT EXECUTE ON FUNCTION `app`.`f` TO `b`@`%`", "GRANT `r`@`%`,`s`@`%` TO `b`@`%`"],
            &[
                "REVOKE `r`@`%` FROM 'b'@'%'",
                "REVOKE `s`@`%` FROM 'b'@'%'",
                "REVOKE EXECUTE ON FUNCTION `app`.`f` FROM 'b'@'%'",
            ],
        );
        check(&[], &["SET DEFAULT ROLE `r` FOR `b`@`%`"], &["SET DEFAULT ROLE NONE FOR 'b'@'%'"]);
    }

    #[test]
    fn what_may_no_longer_be_given_on_comes_again() {
        check(
            &["GRANT `r` TO `a`@`%`"],
            &["GRANT `r` TO `b`@`%` WITH ADMIN OPTION"],
            &["REVOKE `r` FROM 'b'@'%'", "GRANT `r` TO 'b'@'%'"],
        );
        check(
            &[
                "GRANT RELOAD ON *.* TO `a`@`%` WITH GRANT OPTION",
                "GRANT AUDIT_ADMIN ON *.* TO `a`@`%`",
            ],
            &[
                "GRANT RELOAD ON *.* TO `b`@`%` WITH GRANT OPTION",
                "GRANT AUDIT_ADMIN ON *.* TO `b`@`%` WITH GRANT OPTION",
            ],
            &["REVOKE AUDIT_ADMIN ON *.* FROM 'b'@'%'", "GRANT AUDIT_ADMIN ON *.* TO 'b'@'%'"],
        );
    }

    #[test]
    fn everything_is_more_than_anything() {
        let all = "GRANT ALL PRIVILEGES ON `app`.* TO `b`@`%`";
        let select = "GRANT SELECT ON `app`.* TO `b`@`%`";
        check(&[all], &[select], &["GRANT ALL PRIVILEGES ON `app`.* TO 'b'@'%'"]);
        check(
            &[select],
            &[all],
            &[
                "REVOKE ALL PRIVILEGES ON `app`.* FROM 'b'@'%'",
                "GRANT SELECT ON `app`.* TO 'b'@'%'",
            ],
        );
    }

    #[test]
    fn what_only_the_second_leaves_out_is_granted() {
        let update = "GRANT UPDATE ON *.* TO `b`@`%`";
        let left_out = "REVOKE UPDATE ON `mysql`.* FROM `b`@`%`";
        check(&[update], &[update, left_out], &["GRANT UPDATE ON `mysql`.* TO 'b'@'%'"]);
        // It goes with the right that it is an exception to.
        check(&[], &[update, left_out], &["REVOKE UPDATE ON *.* FROM 'b'@'%'"]);
        // It would be forgotten.
        let both = "GRANT UPDATE, RELOAD ON *.* TO `b`@`%`";
        check(
            &[both, left_out],
            &[update, left_out],
            &["GRANT UPDATE, RELOAD ON *.* TO 'b'@'%'", "REVOKE UPDATE ON `mysql`.* FROM 'b'@'%'"],
        );
    }

    #[track_caller]
    fn check_needed(statement: &str, said: &str, expected: &str) {
        let admin = Account::parse("admin@10.%").unwrap();
        assert_eq!(needed(statement, said, &admin), format!("GRANT {expected}"));
    }

    #[test]
    fn the_missing_grant_is_named() {
        let on_users = "CREATE USER ON *.* TO 'admin'@'10.%'";
        check_needed("ALTER USER 'a'@'%' IDENTIFIED BY ' TO '", "", on_users);
        let said = "you need (at least one of) the CREATE USER privilege(s) for this";
        check_needed("CREATE USER 'a'@'%'", said, on_users);
        let said = "you need (at least one of) the SYSTEM_USER, SUPER privilege(s) for this";
        check_needed("ALTER USER 'a'@'%'", said, "SYSTEM_USER ON *.* TO 'admin'@'10.%'");
        check_needed("SHOW CREATE USER 'a'@'%'", "", "SELECT ON mysql.* TO 'admin'@'10.%'");
        check_needed(
            "GRANT SELECT (`a`) ON `d`.`t` TO 'a'@'%' WITH GRANT OPTION",
            "",
            "SELECT (`a`) ON `d`.`t` TO 'admin'@'10.%' WITH GRANT OPTION",
        );
        check_needed("REVOKE `r` FROM 'a'@'%'", "", "`r` TO 'admin'@'10.%' WITH ADMIN OPTION");
    }

    #[test]
    fn who_may_come_as_another_is_left_alone() {
        check(&[], &["GRANT PROXY ON ``@`%` TO `b`@`%` WITH GRANT OPTION"], &[]);
    }
}
