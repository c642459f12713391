//! Everything that can be wrong, each cause with a stable code and a sentence that says what to do.
//! Never holds a password: texts of databases are scrubbed before they come here.

use shared::error::{AwsError, AwsErrorKind};

/// One cause of failure: what was found, and what to do about it.
pub type Fault = shared::error::Fault<Code>;

/// Makes a fault of what AWS refused to do with a secret.
pub fn of_aws(error: AwsError, secret: &str) -> Fault {
    let code = match (error.kind, error.code.as_deref()) {
        (_, Some(code)) if code.contains("KMS") || code.contains("Decryption") => Code::Kms,
        (_, Some("EncryptionFailure" | "DecryptionFailure")) => Code::Kms,
        // `Access to KMS is not allowed`, or the name of an action.
        (AwsErrorKind::Denied, _) if error.reason().to_lowercase().contains("kms") => Code::Kms,
        (AwsErrorKind::Denied, _) => Code::SmDenied,
        (AwsErrorKind::NotFound, _) => Code::SmNotFound,
        (kind, _) if kind.is_transient() => Code::SmUnavailable,
        _ => Code::SmRefused,
    };
    Fault::new(code, format!("{} failed for `{secret}`", error.operation)).with_source(error)
}

shared::codes! {
    pub enum Code {
        BadEvent "BadEvent" "Secrets Manager never sends such an event: invoke the function through `RotateSecret`",
        Settings "E_SETTINGS" "correct the variable or the tag",
        SmNotFound "E_SM_NOT_FOUND" "check the ARN, the region and whether the secret has been deleted",
        SmDenied "E_SM_DENIED" "allow the call in the function's role, or in the secret's own policy",
        SmUnavailable "E_SM_UNAVAILABLE" "nothing: Secrets Manager tries the rotation again",
        SmRefused "E_SM_REFUSED" "read what AWS said",
        Kms "E_KMS" "allow the function's role `kms:Decrypt` and `kms:GenerateDataKey` on the secret's key",
        SecretDeleted "E_SECRET_DELETED" "restore the secret with `RestoreSecret`, then rotate it again: the database may have the pending password already",
        ManagedSecret "E_MANAGED_SECRET" "let the service that owns the secret rotate it",
        Replica "E_REPLICA" "rotate the secret in its primary region",
        RotationDisabled "E_ROTATION_DISABLED" "enable rotation with `RotateSecret`",
        TokenUnknown "E_TOKEN_UNKNOWN" "nothing, if a newer rotation has begun; else start one with `RotateSecret`",
        TokenNotPending "E_TOKEN_NOT_PENDING" "nothing, if a newer rotation has finished; else start one with `RotateSecret`",
        NoCurrent "E_NO_CURRENT" "put a first value into the secret before rotating it",
        SecretShape "E_SECRET_SHAPE" "correct the secret's JSON: the README lists its fields",
        PendingEmpty "E_PENDING_EMPTY" "nothing: Secrets Manager begins again with createSecret",
        PendingCorrupt "E_PENDING_CORRUPT" "remove the label AWSPENDING from that version with `UpdateSecretVersionStage`, then rotate again",
        IdentityMismatch "E_IDENTITY_MISMATCH" "remove the label AWSPENDING from the pending version, then rotate again: somebody has changed one of the two",
        PasswordRules "E_PASSWORD_RULES" "change the length or the excluded characters, in the variables or in the secret's tags",
        NameTooLong "E_NAME_TOO_LONG" "choose a shorter user name, or the strategy `single`",
        DbUnreachable "E_DB_UNREACHABLE" "check host and port, the security groups of function and database, and the route between them",
        DbTimeout "E_DB_TIMEOUT" "check that the database answers and that nothing holds a lock; raise the function's time-out if it is short",
        DbTls "E_DB_TLS" "check the certificate, its name and its authority; `sslservername` names another host, `\"sslmode\": \"verify-ca\"` takes any name, `\"ssl\": false` forgoes TLS",
        DbAuth "E_DB_AUTH" "check user and password by hand; the secret and the database disagree",
        AuthAll "E_AUTH_ALL" "set the user's password to the one in the secret by hand, or name an admin's secret in `masterarn`",
        CurrentInvalid "E_CURRENT_INVALID" "make the current secret log in first: the function changes no user for somebody who cannot log in",
        DbStarting "E_DB_STARTING" "nothing: Secrets Manager tries the rotation again when the database is up",
        DbConnections "E_DB_CONNECTIONS" "free or allow more connections, for the database or for the user",
        DbName "E_DB_NAME" "correct `dbname` in the secret, or let the user connect to that database",
        DbReadOnly "E_DB_READ_ONLY" "let `host` name the writer's endpoint",
        AccountLocked "E_ACCOUNT_LOCKED" "unlock the user, or let it log in",
        Expired "E_EXPIRED" "set the user's password as an admin, or name an admin's secret in `masterarn`",
        DbPrivilege "E_DB_PRIVILEGE" "grant the user what is missing",
        DbPolicy "E_DB_POLICY" "the database refuses this very password: end the rotation with `CancelRotateSecret`, remove the label AWSPENDING from its version with `UpdateSecretVersionStage`, then rotate again",
        DbPlugin "E_DB_PLUGIN" "give the user an authentication plugin that the server has",
        DbRefused "E_DB_REFUSED" "read what the database said",
        AdminSecret "E_ADMIN_SECRET" "check `masterarn`, that the function's role may read that secret, and that the database takes its password",
        AdminHost "E_ADMIN_HOST" "let both secrets name the same database, or one and its replica as RDS knows them",
        AdminPrivilege "E_ADMIN_PRIV" "grant the admin what is missing",
        NotTaken "E_NOT_TAKEN" "look at the database's password settings, and whether somebody else has changed the password: it took the new one and then refused it",
        TestAuth "E_TEST_AUTH" "nothing, with a database: the next try sets the password again; else let `TEST_URL` accept the new value",
        TestQuery "E_TEST_QUERY" "correct the test, or the rights of who is tested",
        Preflight "E_PREFLIGHT" "mend what is named, then test again",
        StageRace "E_STAGE_RACE" "nothing: Secrets Manager tries the rotation again",
        Abandoned "E_ABANDONED" "rotate again: somebody has put a new value meanwhile, which was not overwritten",
        AuthNotEnforced "W_AUTH_NOT_ENFORCED" "make the server ask for passwords: in `pg_hba.conf`, `scram-sha-256` instead of `trust`",
        HookFailed "W_HOOK_FAILED" "the rotation is done all the same: mend what is named, then invoke the function with the same finishSecret event",
    }
}

#[cfg(test)]
mod tests {
    use shared::error::{FaultCode as _, HandlerError};

    use super::*;

    #[test]
    fn a_fault_says_what_it_is_and_what_to_do() {
        let fault = Fault::new(Code::NoCurrent, "`app` has no version AWSCURRENT");
        let error = HandlerError::from(fault);
        assert_eq!(error.error_type(), "E_NO_CURRENT");
        assert_eq!(
            error.to_string(),
            "`app` has no version AWSCURRENT; put a first value into the secret before rotating it"
        );
    }

    #[test]
    fn a_refusal_of_aws_names_the_secret_and_keeps_its_words() {
        let denied = AwsError::new("secretsmanager:GetSecretValue", "AccessDenied", "not you");
        assert_eq!(
            of_aws(denied, "app").what(),
            "secretsmanager:GetSecretValue failed for `app`: AccessDenied: not you"
        );
    }

    #[test]
    fn no_two_causes_have_one_code() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
