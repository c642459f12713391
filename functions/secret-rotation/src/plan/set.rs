//! Who sets the new password: which credentials are tried in which order, and what follows from
//! what the database accepts. Never goes on to the next credential for any reason but a
//! password that is wrong or too old.

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
    /// Right, and too old to come in with.
    Expired,
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
    /// The admin changes the password of the user, by this strategy.
    ChangeAsAdmin(Strategy),
    /// The admin makes the other user ready, or brings it up to date.
    PrepareClone,
    /// The pending password works already.
    Done,
}

/// The next move, or why there is none.
pub fn next(strategy: Strategy, known: Known) -> Result<Move, Fault> {
    match strategy {
        Strategy::Single | Strategy::Dual => one_user(strategy, known),
        Strategy::Alternating => alternating(known),
    }
}

/// Current first: on a healthy rotation no login fails, and none is counted against the user. That
/// a second password is not asked for twice, which would end the first, is seen to by the engine
/// when it makes the change.
fn one_user(strategy: Strategy, known: Known) -> Result<Move, Fault> {
    match (known.current, known.pending) {
        (None, _) => Ok(Move::Try(Credential::Current)),
        (Some(Answer::Accepted), _) if known.is_unchanged => Ok(Move::Done),
        (Some(Answer::Accepted), _) => change_as(Credential::Current, strategy, known),
        (Some(_), None) if !known.is_unchanged => Ok(Move::Try(Credential::Pending)),
        (Some(_), Some(Answer::Accepted)) => Ok(Move::Done),
        // It is set already, and must not become the second password as well.
        (Some(_), Some(Answer::Expired)) => expired(Strategy::Single, known),
        (Some(Answer::Expired), _) => expired(strategy, known),
        (Some(Answer::WrongPassword), _) => last_resorts(strategy, known),
    }
}

fn change_as(credential: Credential, strategy: Strategy, known: Known) -> Result<Move, Fault> {
    if strategy != Strategy::Dual || !known.dual_needs_admin {
        Ok(Move::ChangeAs(credential))
    } else if known.has_admin {
        Ok(Move::ChangeAsAdmin(strategy))
    } else {
        Err(Fault::new(
            Code::AdminSecret,
            "this engine keeps a second password only at an admin's request, and the secret names \
             no admin",
        ))
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
        Some(Answer::Expired) => {
            Err(Fault::new(Code::Expired, "the current password is right and has expired"))
        }
    }
}

fn last_resorts(strategy: Strategy, known: Known) -> Result<Move, Fault> {
    match known.previous {
        None if known.has_previous => Ok(Move::Try(Credential::Previous)),
        Some(Answer::Accepted) => change_as(Credential::Previous, strategy, known),
        Some(Answer::Expired) => expired(strategy, known),
        _ if known.has_admin => Ok(Move::ChangeAsAdmin(strategy)),
        _ => Err(Fault::new(
            Code::AuthAll,
            "the database refuses the current, the pending and the previous password",
        )),
    }
}

fn expired(strategy: Strategy, known: Known) -> Result<Move, Fault> {
    if known.has_admin {
        return Ok(Move::ChangeAsAdmin(strategy));
    }
    Err(Fault::new(Code::Expired, "the password is right and has expired"))
}

#[cfg(test)]
mod tests {
    use shared::error::FaultCode as _;

    use super::*;

    /// Plays a rotation against a server that accepts some credentials, and tells the moves.
    #[track_caller]
    fn check(strategy: Strategy, start: Known, accepted: &[Credential], expected: &str) {
        let answer = |credential| {
            let is_right = accepted.contains(&credential);
            if is_right { Answer::Accepted } else { Answer::WrongPassword }
        };
        play(strategy, start, answer, expected);
    }

    #[track_caller]
    fn play(
        strategy: Strategy,
        start: Known,
        answer: impl Fn(Credential) -> Answer,
        expected: &str,
    ) {
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
            let slot = match credential {
                Credential::Current => &mut known.current,
                Credential::Pending => &mut known.pending,
                Credential::Previous => &mut known.previous,
            };
            assert_eq!(*slot, None, "a credential is tried once");
            *slot = Some(answer(credential));
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
        check(Strategy::Dual, unchanged, &[Current, Pending], "Current Done");
        check(Strategy::Alternating, unchanged, &[Current, Pending], "Current Done");
    }

    #[test]
    fn an_admin_helps_where_nothing_else_works() {
        check(Strategy::Single, WITH_ADMIN, &[], "Current Pending Previous ChangeAsAdmin(Single)");
        let alone = Known { has_previous: false, ..WITH_ADMIN };
        check(Strategy::Single, alone, &[], "Current Pending ChangeAsAdmin(Single)");
        check(Strategy::Dual, alone, &[], "Current Pending ChangeAsAdmin(Dual)");
    }

    #[test]
    fn f63_an_admin_helps_where_the_password_is_too_old() {
        let check = |strategy, known, expired: &[Credential], expected| {
            let answer = |credential| {
                let is_right = expired.contains(&credential);
                if is_right { Answer::Expired } else { Answer::WrongPassword }
            };
            play(strategy, known, answer, expected);
        };
        check(Strategy::Single, WITH_ADMIN, &[Current], "Current Pending ChangeAsAdmin(Single)");
        check(Strategy::Single, WITH_PREVIOUS, &[Current], "Current Pending E_EXPIRED");
        check(Strategy::Dual, WITH_ADMIN, &[Current], "Current Pending ChangeAsAdmin(Dual)");
        let both = [Current, Pending];
        check(Strategy::Dual, WITH_ADMIN, &both, "Current Pending ChangeAsAdmin(Single)");
        let previous = "Current Pending Previous ChangeAsAdmin(Single)";
        check(Strategy::Single, WITH_ADMIN, &[Previous], previous);
        check(Strategy::Alternating, WITH_ADMIN, &[Current], "Current E_EXPIRED");
    }

    #[test]
    fn two_passwords_fail_no_login() {
        check(Strategy::Dual, WITH_PREVIOUS, &[Current], "Current ChangeAs(Current)");
        check(Strategy::Dual, WITH_PREVIOUS, &[Pending], "Current Pending Done");
        check(
            Strategy::Dual,
            WITH_PREVIOUS,
            &[Previous],
            "Current Pending Previous ChangeAs(Previous)",
        );
        let mariadb = Known { dual_needs_admin: true, ..WITH_PREVIOUS };
        check(Strategy::Dual, mariadb, &[Current], "Current E_ADMIN_SECRET");
        let mariadb = Known { has_admin: true, ..mariadb };
        check(Strategy::Dual, mariadb, &[Current], "Current ChangeAsAdmin(Dual)");
        let previous = "Current Pending Previous ChangeAsAdmin(Dual)";
        check(Strategy::Dual, mariadb, &[Previous], previous);
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
