//! Who sets the new password: which credentials are tried in which order, and what follows from
//! what the database accepts. Never goes on to the next credential for any reason but a wrong
//! password.

use crate::fault::{Code, Fault};

/// How a secret is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// One user, whose password changes.
    Single,
    /// One user, whose old password goes on to work beside the new one.
    Dual,
    /// Two users that take turns: `app` and `app_clone`.
    Alternating,
}

impl Strategy {
    /// As settings call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Dual => "dual",
            Self::Alternating => "alternating",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credential {
    Current,
    Pending,
    Previous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    WrongPassword,
}

/// What is known before anything was tried, and what the trials have shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts, each by itself")]
pub struct Known {
    pub current: Option<Answer>,
    pub pending: Option<Answer>,
    pub previous: Option<Answer>,
    /// The current and the pending version are equal, as in a test of the rotation.
    pub is_unchanged: bool,
    /// There is a previous version for the same user of the same database.
    pub has_previous: bool,
    /// `masterarn` names an admin's secret.
    pub has_admin: bool,
    /// The engine keeps a second password only at an admin's request.
    pub dual_needs_admin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Try(Credential),
    /// The user changes its own password, logged in with this credential.
    ChangeAs(Credential),
    /// The admin changes the password of the user.
    ChangeAsAdmin,
    /// The admin makes the other user ready, or brings it up to date.
    PrepareClone,
    /// The pending password works already.
    Done,
}

/// The next move, or why there is none.
pub fn next(strategy: Strategy, known: Known) -> Result<Move, Fault> {
    match strategy {
        Strategy::Single => single(known),
        Strategy::Dual => dual(known),
        Strategy::Alternating => alternating(known),
    }
}

/// Current first: on a healthy rotation no login fails, and none is counted against the user.
fn single(known: Known) -> Result<Move, Fault> {
    match (known.current, known.pending) {
        (None, _) => Ok(Move::Try(Credential::Current)),
        (Some(Answer::Accepted), _) if known.is_unchanged => Ok(Move::Done),
        (Some(Answer::Accepted), _) => Ok(Move::ChangeAs(Credential::Current)),
        (Some(Answer::WrongPassword), None) if !known.is_unchanged => {
            Ok(Move::Try(Credential::Pending))
        }
        (Some(Answer::WrongPassword), Some(Answer::Accepted)) => Ok(Move::Done),
        (Some(Answer::WrongPassword), _) => last_resorts(known),
    }
}

/// Pending first: asking twice for a second password would end the first.
fn dual(known: Known) -> Result<Move, Fault> {
    match (known.pending, known.current) {
        (None, _) => Ok(Move::Try(Credential::Pending)),
        (Some(Answer::Accepted), _) => Ok(Move::Done),
        (Some(Answer::WrongPassword), None) => Ok(Move::Try(Credential::Current)),
        (Some(Answer::WrongPassword), Some(Answer::Accepted)) if !known.dual_needs_admin => {
            Ok(Move::ChangeAs(Credential::Current))
        }
        (Some(Answer::WrongPassword), Some(Answer::Accepted)) if known.has_admin => {
            Ok(Move::ChangeAsAdmin)
        }
        (Some(Answer::WrongPassword), Some(Answer::Accepted)) => Err(Fault::new(
            Code::AdminSecret,
            "this engine keeps a second password only at an admin's request, and the secret names \
             no admin",
        )),
        (Some(Answer::WrongPassword), Some(Answer::WrongPassword)) => last_resorts(known),
    }
}

/// The pending password is not tried: on a healthy rotation it is wrong, and a wrong password is
/// what locks users out. To set it again does no harm.
fn alternating(known: Known) -> Result<Move, Fault> {
    match known.current {
        None => Ok(Move::Try(Credential::Current)),
        Some(Answer::Accepted) if known.is_unchanged => Ok(Move::Done),
        Some(Answer::Accepted) if known.has_admin => Ok(Move::PrepareClone),
        Some(Answer::Accepted) => Err(Fault::new(
            Code::AdminSecret,
            "alternating users are made by an admin, and the secret names none in `masterarn`",
        )),
        Some(Answer::WrongPassword) => {
            Err(Fault::new(Code::CurrentInvalid, "the database refuses the current password"))
        }
    }
}

fn last_resorts(known: Known) -> Result<Move, Fault> {
    match known.previous {
        None if known.has_previous => Ok(Move::Try(Credential::Previous)),
        Some(Answer::Accepted) => Ok(Move::ChangeAs(Credential::Previous)),
        _ if known.has_admin => Ok(Move::ChangeAsAdmin),
        _ => Err(Fault::new(
            Code::AuthAll,
            "the database refuses the current, the pending and the previous password",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a rotation against a server that accepts some credentials, and tells the moves.
    #[track_caller]
    fn check(strategy: Strategy, start: Known, accepted: &[Credential], expected: &str) {
        let mut known = start;
        let mut moves = Vec::new();
        loop {
            let decided = match next(strategy, known) {
                Ok(decided) => decided,
                Err(fault) => break moves.push(fault.code.name().to_owned()),
            };
            let Move::Try(credential) = decided else {
                break moves.push(format!("{decided:?}"));
            };
            moves.push(format!("{credential:?}"));
            let answer = if accepted.contains(&credential) {
                Answer::Accepted
            } else {
                Answer::WrongPassword
            };
            let slot = match credential {
                Credential::Current => &mut known.current,
                Credential::Pending => &mut known.pending,
                Credential::Previous => &mut known.previous,
            };
            assert_eq!(*slot, None, "a credential is tried once");
            *slot = Some(answer);
        }
        assert_eq!(moves.join(" "), expected);
    }

    use Credential::{Current, Pending, Previous};
    const WITH_PREVIOUS: Known = Known {
        current: None,
        pending: None,
        previous: None,
        is_unchanged: false,
        has_previous: true,
        has_admin: false,
        dual_needs_admin: false,
    };
    const WITH_ADMIN: Known = Known { has_admin: true, ..WITH_PREVIOUS };

    /// Table b.3, a single user.
    #[test]
    fn a_single_user_changes_its_own_password() {
        let check = |accepted: &[Credential], expected| {
            check(Strategy::Single, WITH_PREVIOUS, accepted, expected);
        };
        check(&[Current], "Current ChangeAs(Current)");
        check(&[Pending], "Current Pending Done");
        check(&[Previous], "Current Pending Previous ChangeAs(Previous)");
        check(&[], "Current Pending Previous E_AUTH_ALL");
    }

    #[test]
    fn a_test_of_the_rotation_changes_nothing() {
        let unchanged = Known { is_unchanged: true, ..WITH_ADMIN };
        check(Strategy::Single, unchanged, &[Current, Pending], "Current Done");
        check(Strategy::Dual, unchanged, &[Current, Pending], "Pending Done");
        check(Strategy::Alternating, unchanged, &[Current, Pending], "Current Done");
    }

    #[test]
    fn an_admin_helps_where_nothing_else_works() {
        check(Strategy::Single, WITH_ADMIN, &[], "Current Pending Previous ChangeAsAdmin");
        let alone = Known { has_previous: false, ..WITH_ADMIN };
        check(Strategy::Single, alone, &[], "Current Pending ChangeAsAdmin");
    }

    #[test]
    fn a_second_password_is_never_asked_for_twice() {
        check(Strategy::Dual, WITH_PREVIOUS, &[Current], "Pending Current ChangeAs(Current)");
        check(Strategy::Dual, WITH_PREVIOUS, &[Current, Pending], "Pending Done");
        check(
            Strategy::Dual,
            WITH_PREVIOUS,
            &[Previous],
            "Pending Current Previous ChangeAs(Previous)",
        );
        let mariadb = Known { dual_needs_admin: true, ..WITH_PREVIOUS };
        check(Strategy::Dual, mariadb, &[Current], "Pending Current E_ADMIN_SECRET");
        let mariadb = Known { has_admin: true, ..mariadb };
        check(Strategy::Dual, mariadb, &[Current], "Pending Current ChangeAsAdmin");
    }

    /// Table b.3, alternating users.
    #[test]
    fn the_other_user_is_prepared_only_for_who_logs_in() {
        check(Strategy::Alternating, WITH_ADMIN, &[Current], "Current PrepareClone");
        check(Strategy::Alternating, WITH_ADMIN, &[Current, Pending], "Current PrepareClone");
        check(Strategy::Alternating, WITH_ADMIN, &[Pending], "Current E_CURRENT_INVALID");
        check(Strategy::Alternating, WITH_PREVIOUS, &[Current], "Current E_ADMIN_SECRET");
    }
}
