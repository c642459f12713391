//! Accounts of MySQL and MariaDB as the server describes them, and the same for another user. Reads
//! `SHOW CREATE USER` and `SHOW GRANTS`; asks nobody.

use std::fmt;

use super::{
    methods::{Method, NATIVE},
    sql,
    token::{Token, tokens},
};

/// A user and the hosts that it may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user: String,
    pub(super) host: String,
}

impl Account {
    /// `app@10.%`, as `CURRENT_USER()` says it. Hosts have no `@`, users may.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (user, host) = text.rsplit_once('@')?;
        Some(Self { user: user.to_owned(), host: host.to_owned() })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", sql::text(&self.user), sql::text(&self.host))
    }
}

/// What `SHOW CREATE USER` says beside who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// The ways to prove who it is, in their order, with what the server keeps for each.
    pub(super) methods: Vec<Method>,
    /// ` DEFAULT ROLE ...` of MySQL.
    pub(super) default_role: String,
    /// ` REQUIRE SSL WITH MAX_USER_CONNECTIONS 5 ...`: everything else, as it is written.
    pub(super) options: String,
}

const NO_LIMITS: &str = " WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 \
    MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 0";
const NO_LIMITS_OF_MARIADB: &str = " WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 \
    MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 0 MAX_STATEMENT_TIME 0";

impl Made {
    pub(super) fn parse(statement: &str) -> Self {
        let tokens = tokens(statement);
        let mut made = Self::default();
        let mut at = tokens.iter().position(|it| it.is("IDENTIFIED")).unwrap_or(tokens.len());
        if at == tokens.len() {
            // A user without any: the options follow the account.
            at = after_account(&tokens);
        } else {
            at += 1;
            at = made.read_methods(&tokens, at);
        }
        let keyword = |at: usize, word: &str| tokens.get(at).is_some_and(|it| it.is(word));
        let start_of = |at: usize| tokens.get(at).map_or(statement.len(), |it| it.start);
        let end_of = |at: usize| tokens.get(at).map_or(statement.len(), Token::end);
        if keyword(at, "DEFAULT") && keyword(at + 1, "ROLE") {
            let from = start_of(at);
            while at < tokens.len() && !keyword(at, "REQUIRE") {
                at += 1;
            }
            let until = if at == tokens.len() { statement.len() } else { end_of(at - 1) };
            made.default_role = format!(" {}", &statement[from..until]);
        }
        let options = statement[start_of(at)..].trim();
        if !options.is_empty() {
            made.options = format!(" {options}");
        }
        made
    }

    /// How many failed logins in a row lock the account, if any do.
    pub(super) fn locked_after(&self) -> Option<u32> {
        let mut tokens = tokens(&self.options).into_iter();
        tokens.find(|it| it.is("FAILED_LOGIN_ATTEMPTS"))?;
        tokens.next()?.text.parse().ok()
    }

    /// The options with what the server leaves unsaid, so that another account loses what this one
    /// does not have.
    pub(super) fn all_options(&self, is_mariadb: bool) -> String {
        let options = tokens(&self.options);
        let has = |word: &str| options.iter().any(|it| it.is(word));
        let unless = |word: &str, text: &'static str| if has(word) { "" } else { text };
        let last = options.iter().find(|it| it.is("ACCOUNT") || it.is("PASSWORD"));
        let (first, last) = self.options.split_at(last.map_or(self.options.len(), |it| it.start));
        format!(
            "{}{}{} {last}{}{}",
            unless("REQUIRE", " REQUIRE NONE"),
            first.trim_end(),
            unless("WITH", if is_mariadb { NO_LIMITS_OF_MARIADB } else { NO_LIMITS }),
            unless("ACCOUNT", " ACCOUNT UNLOCK"),
            unless("PASSWORD", " PASSWORD EXPIRE DEFAULT"),
        )
    }

    /// After `IDENTIFIED`: `BY PASSWORD 'x'`, `WITH 'p' AS 'x'`, or `VIA p USING 'x' OR p`.
    fn read_methods(&mut self, tokens: &[Token<'_>], mut at: usize) -> usize {
        let get = |at: usize| tokens.get(at).copied();
        let is = |at: usize, word: &str| get(at).is_some_and(|it| it.is(word));
        if is(at, "BY") {
            at += usize::from(is(at + 1, "PASSWORD")) + 1;
            let kept = get(at).map(|it| it.unquoted());
            self.methods.push((NATIVE.to_owned(), kept));
            return at + 1;
        }
        // `WITH` or `VIA`.
        at += 1;
        loop {
            let Some(plugin) = get(at) else { return at };
            at += 1;
            let has_kept = is(at, "AS") || is(at, "USING");
            let kept = get(at + 1).filter(|_| has_kept).map(|it| it.unquoted());
            at += 2 * usize::from(has_kept);
            self.methods.push((plugin.unquoted(), kept));
            if !is(at, "OR") {
                return at;
            }
            at += 1;
        }
    }
}

/// `CREATE USER name @ host`
fn after_account(tokens: &[Token<'_>]) -> usize {
    let has_host = tokens.get(3).is_some_and(|it| it.text == "@");
    if has_host { 5 } else { 3 }
}

/// A line of `SHOW GRANTS` for another account, or nothing where the line grants nothing that can
/// be given on.
pub(super) fn retargeted(line: &str, account: &Account) -> Option<String> {
    let tokens = tokens(line);
    let first = tokens.first()?;
    let is_proxy = tokens.get(1).is_some_and(|it| it.is("PROXY"));
    if is_proxy || !["GRANT", "REVOKE", "SET"].iter().any(|word| first.is(word)) {
        return None;
    }
    let at = tokens.iter().rposition(|it| it.is("TO") || it.is("FROM") || it.is("FOR"))?;
    let has_host = tokens.get(at + 2).is_some_and(|it| it.text == "@");
    let last = at + if has_host { 3 } else { 1 };
    let before = &line[..tokens.get(at)?.end()];
    let mut after = last + 1;
    if tokens.get(after).is_some_and(|it| it.is("IDENTIFIED")) {
        // MariaDB says the password here, which is another one.
        after += tokens[after..]
            .iter()
            .position(|it| it.is("REQUIRE") || it.is("WITH"))
            .unwrap_or(tokens.len() - after);
    }
    let rest = tokens.get(after).map(|token| format!(" {}", line[token.start..].trim_end()));
    Some(format!("{before} {account}{}", rest.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clone() -> Account {
        Account::parse("app_clone@10.%").unwrap()
    }

    #[test]
    fn an_account_is_quoted_whatever_is_in_it() {
        let account = Account::parse("a'b@c@10.%").unwrap();
        assert_eq!(account.to_string(), "'a''b@c'@'10.%'");
    }

    #[test]
    fn what_the_server_says_of_an_account_is_read() {
        let made = Made::parse(
            "CREATE USER `app`@`%` IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$x''y' DEFAULT ROLE `r`@`%` REQUIRE SSL WITH MAX_USER_CONNECTIONS 5 ACCOUNT UNLOCK",
        );
        let kept = Some("$A$005$x'y".to_owned());
        assert_eq!(made.methods, [("caching_sha2_password".to_owned(), kept)]);
        assert_eq!(made.default_role, " DEFAULT ROLE `r`@`%`");
        assert_eq!(made.options, " REQUIRE SSL WITH MAX_USER_CONNECTIONS 5 ACCOUNT UNLOCK");

        let made = Made::parse("CREATE USER `app`@`%` IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL");
        assert_eq!(made.methods, [("mysql_native_password".to_owned(), Some("*AB".to_owned()))]);
        assert_eq!((made.options.as_str(), made.default_role.as_str()), (" REQUIRE SSL", ""));

        let made = Made::parse(
            "CREATE USER `app`@`%` IDENTIFIED VIA ed25519 USING 'x' OR unix_socket WITH MAX_USER_CONNECTIONS 5",
        );
        let methods: Vec<_> = made.methods.iter().map(|(plugin, _)| plugin.as_str()).collect();
        assert_eq!(methods, ["ed25519", "unix_socket"]);
        assert_eq!(made.options, " WITH MAX_USER_CONNECTIONS 5");
        assert_eq!(Made::parse("CREATE USER `app`@`%`"), Made::default());
    }

    #[test]
    fn what_the_server_leaves_unsaid_is_said() {
        let options = |said: &str| {
            let said =
                Made::parse(&format!("CREATE USER `a`@`%` IDENTIFIED BY PASSWORD '*A'{said}"));
            said.all_options(true)
                .replace(NO_LIMITS_OF_MARIADB, " WITH 0")
                .trim_end()
                .replace("  ", " ")
        };
        let end = "ACCOUNT UNLOCK PASSWORD EXPIRE DEFAULT";
        assert_eq!(options(""), format!(" REQUIRE NONE WITH 0 {end}"));
        assert_eq!(
            options(" REQUIRE SSL PASSWORD EXPIRE NEVER"),
            " REQUIRE SSL WITH 0 PASSWORD EXPIRE NEVER ACCOUNT UNLOCK"
        );
        let limited = " WITH MAX_USER_CONNECTIONS 5";
        assert_eq!(options(limited), format!(" REQUIRE NONE{limited} {end}"));
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(retargeted(line, &clone()).as_deref().unwrap_or("-"), expected);
    }

    #[test]
    fn f82_every_kind_of_grant_is_given_on() {
        check(
            "GRANT SELECT, INSERT (`a`, `b`) ON `a TO b`.`t` TO `app`@`%` WITH GRANT OPTION",
            "GRANT SELECT, INSERT (`a`, `b`) ON `a TO b`.`t` TO 'app_clone'@'10.%' WITH GRANT OPTION",
        );
        check(
            "GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL WITH GRANT OPTION",
            "GRANT USAGE ON *.* TO 'app_clone'@'10.%' REQUIRE SSL WITH GRANT OPTION",
        );
        check(
            "GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AB'",
            "GRANT USAGE ON *.* TO 'app_clone'@'10.%'",
        );
        check(
            "GRANT `r`@`%` TO `app`@`%` WITH ADMIN OPTION",
            "GRANT `r`@`%` TO 'app_clone'@'10.%' WITH ADMIN OPTION",
        );
        check("GRANT `reader` TO `app`@`%`", "GRANT `reader` TO 'app_clone'@'10.%'");
        check(
            "SET DEFAULT ROLE `reader` FOR `app`@`%`",
            "SET DEFAULT ROLE `reader` FOR 'app_clone'@'10.%'",
        );
        check(
            "REVOKE INSERT ON `d`.* FROM `app`@`%`",
            "REVOKE INSERT ON `d`.* FROM 'app_clone'@'10.%'",
        );
        check(
            "GRANT EXECUTE ON PROCEDURE `d`.`p` TO `app`@`%`",
            "GRANT EXECUTE ON PROCEDURE `d`.`p` TO 'app_clone'@'10.%'",
        );
        check("GRANT PROXY ON ''@'%' TO `app`@`%` WITH GRANT OPTION", "-");
    }
}
