//! How secrets are named: names, ARNs with six random characters at the end, and ARNs without them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::error;
use crate::aws::{call::ServiceError, json::validation, site::Site};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SUFFIX_LENGTH: usize = 6;

/// The ARN of the `number`-th secret made here. Its suffix is the same in every run, and another
/// one for a secret that is created again.
pub(super) fn arn(site: &Site<'_>, name: &str, number: u64) -> String {
    let mut hasher = DefaultHasher::new();
    (site.account, site.region, name, number).hash(&mut hasher);
    let mut rest = hasher.finish();
    let suffix: String = (0..SUFFIX_LENGTH)
        .map(|_| {
            let n_letters = ALPHABET.len() as u64;
            let index = usize::try_from(rest % n_letters).unwrap_or_default();
            rest /= n_letters;
            char::from(ALPHABET[index])
        })
        .collect();
    site.arn("secretsmanager", &format!("secret:{name}-{suffix}"))
}

/// An id in the form of a UUID for the `number`-th thing made here; the same in every run.
pub(super) fn uuid(site: &Site<'_>, number: u64) -> String {
    let (a, b) = (site.digits(2 * number), site.digits(2 * number + 1));
    format!("{}-{}-4{}-a{}-{}", &a[..8], &a[8..12], &a[13..], &b[1..4], &b[4..])
}

/// Refuses what is neither a name nor an ARN. AWS says so before it looks for the secret.
pub(super) fn check_name(name: &str) -> Result<(), ServiceError> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-/_+=.@!".contains(&byte);
    if name.bytes().all(is_legal) {
        return Ok(());
    }
    Err(validation(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!",
    ))
}

/// What follows `:secret:` in an ARN of this place, or the name itself.
pub(super) fn local_part<'i>(site: &Site<'_>, id: &'i str) -> Result<&'i str, ServiceError> {
    if !id.starts_with("arn:") {
        check_name(id)?;
        return Ok(id);
    }
    let parts: Vec<&str> = id.splitn(7, ':').collect();
    match parts[..] {
        ["arn", _, "secretsmanager", region, account, "secret", rest] => {
            if account != site.account {
                // There are no resource policies here, so that nobody else's secret can be used.
                return Err(error::foreign_account(id));
            }
            if region != site.region {
                return Err(error::not_found());
            }
            Ok(rest)
        }
        _ => Err(validation(
            "Invalid ARN. Must be a valid ARN in the form of \
             arn:aws:secretsmanager:region:account:secret:name",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site<'static> {
        Site { account: "111111111111", region: "eu-west-1", now: jiff::Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn every_secret_gets_a_suffix_of_its_own() {
        let first = arn(&site(), "app/db", 1);
        let (rest, suffix) = first.rsplit_once('-').unwrap();
        assert_eq!(rest, "arn:aws:secretsmanager:eu-west-1:111111111111:secret:app/db");
        assert_eq!(suffix.len(), SUFFIX_LENGTH);
        assert_eq!(first, arn(&site(), "app/db", 1));
        assert_ne!(first, arn(&site(), "app/db", 2));
    }

    #[test]
    fn a_uuid_has_the_length_of_one() {
        let uuid = uuid(&site(), 7);
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }

    #[test]
    fn an_arn_must_be_of_this_place() {
        let check = |id| local_part(&site(), id).map_err(|error| error.code.into_owned());
        assert_eq!(check("app/db"), Ok("app/db"));
        let arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:app/db-AbCdEf";
        assert_eq!(check(arn), Ok("app/db-AbCdEf"));
        for (id, code) in [
            ("app db", "ValidationException"),
            ("arn:aws:ssm:eu-west-1:111111111111:secret:a", "ValidationException"),
            ("arn:aws:secretsmanager:eu-west-2:111111111111:secret:a", "ResourceNotFoundException"),
            ("arn:aws:secretsmanager:eu-west-1:222222222222:secret:a", "AccessDeniedException"),
        ] {
            assert_eq!(check(id), Err(code.to_owned()), "{id}");
        }
    }
}
