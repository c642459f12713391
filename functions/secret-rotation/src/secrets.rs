//! Reads secrets from Secrets Manager and writes what a step decided. Decides nothing itself, and
//! never tells what a secret contains.

use std::time::Duration;

use aws_sdk_secretsmanager::{
    Client, operation::get_secret_value::GetSecretValueOutput, types::ReplicationStatusType,
};
use shared::error::{AwsErrorKind, AwsResultExt as _};

use crate::{
    fault::{Code, Fault, of_aws},
    hidden::Hidden,
    password::Rules,
    plan::gate::{CURRENT, Described, PENDING, PREVIOUS, Replica},
    secret::document::Document,
};

/// How often a value is read again that was not there. A version is labelled before its value can
/// be read everywhere: <https://github.com/aws/aws-sdk-js-v3/issues/7701>.
const READS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

pub async fn describe(client: &Client, id: &str) -> Result<Described, Fault> {
    let output = client
        .describe_secret()
        .secret_id(id)
        .send()
        .await
        .during("secretsmanager:DescribeSecret")
        .map_err(|err| of_aws(err, id))?;
    let tags = output.tags.unwrap_or_default().into_iter();
    Ok(Described {
        arn: output.arn.unwrap_or_else(|| id.to_owned()),
        name: output.name.unwrap_or_else(|| id.to_owned()),
        is_deleted: output.deleted_date.is_some(),
        rotation_enabled: output.rotation_enabled,
        owning_service: output.owning_service,
        primary_region: output.primary_region,
        last_changed: output.last_changed_date.map(|date| date.to_string()),
        replicas: output.replication_status.unwrap_or_default().into_iter().map(replica).collect(),
        stages: output.version_ids_to_stages.unwrap_or_default().into_iter().collect(),
        tags: tags.filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
    })
}

fn replica(replica: ReplicationStatusType) -> Replica {
    let status = replica.status.as_ref().map(|status| status.as_str().to_owned());
    Replica {
        region: replica.region.unwrap_or_default(),
        status: status.unwrap_or_default(),
        message: replica.status_message,
    }
}

/// The value with the label `AWSCURRENT`.
pub async fn current(client: &Client, secret: &Described) -> Result<Document, Fault> {
    if secret.version(CURRENT).is_none() {
        let what = format!("`{}` has no version {CURRENT}", secret.name);
        return Err(Fault::new(Code::NoCurrent, what));
    }
    let value = value(client, secret, None, CURRENT).await?;
    let value = value.ok_or_else(|| {
        Fault::new(Code::NoCurrent, format!("`{}` has no value in {CURRENT}", secret.name))
    })?;
    document(secret, CURRENT, &value)
}

/// The value of the version that the rotation makes, as far as it can be read now.
pub async fn pending_if_any(
    client: &Client,
    secret: &Described,
    token: &str,
) -> Result<Option<Hidden>, Fault> {
    value(client, secret, Some(token), PENDING).await
}

/// The same, where it must be there: an earlier step has put it.
pub async fn pending(client: &Client, secret: &Described, token: &str) -> Result<Document, Fault> {
    let mut pause = FIRST_PAUSE;
    for read in 1..=READS {
        if let Some(value) = value(client, secret, Some(token), PENDING).await? {
            return document(secret, PENDING, &value).map_err(corrupt);
        }
        if read < READS {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    let what = format!("the version {token} of `{}` has no value", secret.name);
    Err(Fault::new(Code::PendingEmpty, what))
}

/// The value of a version whose rotation has finished, as long as no other has followed.
pub async fn finished(client: &Client, secret: &Described, token: &str) -> Result<Document, Fault> {
    let value = value(client, secret, Some(token), CURRENT).await?;
    let value = value.ok_or_else(|| {
        Fault::new(Code::NoCurrent, format!("the version {token} of `{}` is gone", secret.name))
    })?;
    document(secret, CURRENT, &value)
}

/// The value with the label `AWSPREVIOUS`, where there is one that can be read as a secret: it is a
/// last resort, and no reason to fail.
pub async fn previous(client: &Client, secret: &Described) -> Option<Document> {
    secret.version(PREVIOUS)?;
    let value = value(client, secret, None, PREVIOUS).await.ok()??;
    document(secret, PREVIOUS, &value).ok()
}

/// Another secret: that of an admin.
pub async fn other(client: &Client, id: &str) -> Result<Document, Fault> {
    let admin = |fault: Fault| fault.recoded(Code::AdminSecret);
    let named = Described { arn: id.to_owned(), name: id.to_owned(), ..Described::default() };
    let value = value(client, &named, None, CURRENT).await.map_err(admin)?;
    let value = value
        .ok_or_else(|| Fault::new(Code::AdminSecret, format!("`{id}` has no version {CURRENT}")))?;
    document(&named, CURRENT, &value).map_err(admin)
}

async fn value(
    client: &Client,
    secret: &Described,
    version: Option<&str>,
    label: &str,
) -> Result<Option<Hidden>, Fault> {
    let output = client
        .get_secret_value()
        .secret_id(&secret.arn)
        .set_version_id(version.map(str::to_owned))
        .version_stage(label)
        .send()
        .await
        .during("secretsmanager:GetSecretValue");
    match output {
        Ok(GetSecretValueOutput { secret_string: Some(text), .. }) => Ok(Some(Hidden::new(text))),
        Ok(_) => {
            let what = format!("`{}` is binary, not a text", secret.name);
            Err(Fault::new(Code::SecretShape, what))
        }
        Err(error) if error.kind == AwsErrorKind::NotFound => Ok(None),
        Err(error) if error.code.as_deref() == Some("InvalidRequestException") => {
            let reason = error.reason();
            if reason.contains("marked for deletion") || reason.contains("marked deleted") {
                let what = format!("`{}` is marked for deletion", secret.name);
                return Err(Fault::new(Code::SecretDeleted, what));
            }
            // The label has left the version since it was looked at.
            let fault = Fault::from_error(Code::TokenNotPending, error);
            Err(fault.within(&format!("`{}`", secret.name)))
        }
        Err(error) => Err(of_aws(error, &secret.name)),
    }
}

pub fn document(secret: &Described, label: &str, value: &Hidden) -> Result<Document, Fault> {
    Document::parse(value).map_err(|err| {
        Fault::new(Code::SecretShape, format!("the version {label} of `{}`: {err}", secret.name))
    })
}

/// A pending version that cannot be read is nothing that the owner of the secret wrote.
pub fn corrupt(fault: Fault) -> Fault {
    fault.recoded(Code::PendingCorrupt)
}

/// A password that nobody has ever seen.
pub async fn random_password(client: &Client, rules: &Rules) -> Result<Hidden, Fault> {
    let Rules {
        length,
        exclude_characters,
        exclude_numbers,
        exclude_punctuation,
        exclude_uppercase,
        exclude_lowercase,
        include_space,
        require_each_included_type,
    } = rules;
    let output = client
        .get_random_password()
        .password_length(*length)
        .exclude_characters(exclude_characters)
        .exclude_numbers(*exclude_numbers)
        .exclude_punctuation(*exclude_punctuation)
        .exclude_uppercase(*exclude_uppercase)
        .exclude_lowercase(*exclude_lowercase)
        .include_space(*include_space)
        .require_each_included_type(*require_each_included_type)
        .send()
        .await
        .during("secretsmanager:GetRandomPassword");
    let output = output.map_err(|error| match error.code.as_deref() {
        Some("InvalidParameterException") => {
            Fault::new(Code::PasswordRules, "no such password can be").with_source(error)
        }
        _ => of_aws(error, "a new password"),
    })?;
    let password = output.random_password.map(Hidden::new);
    password
        .filter(|password| !password.expose().is_empty())
        .ok_or_else(|| Fault::new(Code::PasswordRules, "Secrets Manager made an empty password"))
}

/// What became of a new pending value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Done,
    /// The same step ran twice at once, and the other was first.
    SomebodyElseWas,
}

pub async fn put_pending(
    client: &Client,
    secret: &Described,
    token: &str,
    rotation_token: Option<&Hidden>,
    value: &Hidden,
) -> Result<Put, Fault> {
    let output = client
        .put_secret_value()
        .secret_id(&secret.arn)
        .client_request_token(token)
        .secret_string(value.expose())
        // Without a label, the value would be the current one at once.
        .version_stages(PENDING)
        .set_rotation_token(rotation_token.map(|token| token.expose().to_owned()))
        .send()
        .await
        .during("secretsmanager:PutSecretValue");
    match output {
        Ok(_) => Ok(Put::Done),
        Err(error) if error.code.as_deref() == Some("ResourceExistsException") => {
            Ok(Put::SomebodyElseWas)
        }
        Err(error) => Err(of_aws(error, &secret.name)),
    }
}

/// Moves the label `AWSCURRENT` to the new version, in one call: two in a row can leave a replica
/// without its update.
pub async fn promote(
    client: &Client,
    secret: &Described,
    token: &str,
    remove_from: Option<&str>,
) -> Result<(), shared::error::AwsError> {
    client
        .update_secret_version_stage()
        .secret_id(&secret.arn)
        .version_stage(CURRENT)
        .move_to_version_id(token)
        .set_remove_from_version_id(remove_from.map(str::to_owned))
        .send()
        .await
        .during("secretsmanager:UpdateSecretVersionStage")
        .map(drop)
}
