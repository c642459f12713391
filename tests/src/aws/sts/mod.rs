//! The sts service: who am I, and session credentials of a role. Trust is decided in `policy`.

use super::{
    call::{Call, Input, Outcome, Reply, ServiceError, Touched},
    form::Form,
    identity::Caller,
    world::World,
    xml::Xml,
};

/// Without `DurationSeconds`, an hour.
const DEFAULT_DURATION_SECS: i64 = 3_600;
/// A role that assumes a role ("role chaining") gets no more than an hour.
const MAX_CHAINED_SECS: i64 = 3_600;

/// Answers one call.
pub fn handle(world: &mut World, call: Call) -> Outcome {
    let Input::Query(form) = call.input else {
        return Err(ServiceError::invalid_action(&call.operation));
    };
    let caller = world
        .caller_of_key(&call.access_key)
        .ok_or_else(|| ServiceError::client("InvalidClientTokenId", "no such access key"))?;
    match call.operation.as_str() {
        "AssumeRole" => assume_role(world, &caller, form),
        "GetCallerIdentity" => {
            form.finish()?;
            let mut xml = Xml::new();
            xml.text("Arn", &caller.arn)
                .text("UserId", &caller.user_id)
                .text("Account", &caller.account);
            Ok(Reply::Xml(xml))
        }
        other => Err(ServiceError::invalid_action(other)),
    }
}

/// The role that is to be assumed; `GetCallerIdentity` needs no permission.
pub fn resources(_world: &mut World, call: &Call) -> Vec<Touched> {
    match (&call.input, call.operation.as_str()) {
        (Input::Query(form), "AssumeRole") => {
            let arn = form.get("RoleArn").unwrap_or("*").to_owned();
            vec![Touched { arn, ..Touched::default() }]
        }
        (_, "GetCallerIdentity") => Vec::new(),
        _ => Touched::everything(),
    }
}

fn assume_role(world: &mut World, caller: &Caller, mut form: Form) -> Outcome {
    let arn = form.require("RoleArn")?;
    let name = form.require("RoleSessionName")?;
    let duration = form.take("DurationSeconds");
    let external_id = form.take("ExternalId");
    form.finish()?;
    if !arn.starts_with("arn:aws:iam::") {
        return Err(validation(&format!("{arn} is invalid")));
    }
    if !is_session_name(&name) {
        return Err(validation(&format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let duration_secs = match duration.as_deref().map(str::parse) {
        None => DEFAULT_DURATION_SECS,
        Some(Ok(secs @ 900..=43_200)) => secs,
        Some(_) => {
            return Err(validation(
                "1 validation error detected: Value at 'durationSeconds' failed to satisfy \
                 constraint: Member must have value between 900 and 43200",
            ));
        }
    };
    if caller.role.is_some() && duration_secs > MAX_CHAINED_SECS {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    // A role that is missing and one that does not trust look the same from outside.
    let role = world.identities.role(&arn).cloned();
    let Some(role) = role.filter(|role| role.trusts(caller, external_id.as_deref())) else {
        let message = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            caller.arn
        );
        return Err(ServiceError::client("AccessDenied", message).with_status(403));
    };
    let session = world.identities.open_session(role, &name, duration_secs);
    let mut xml = Xml::new();
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", format!("{}:{name}", session.role.id()))
            .text("Arn", session.role.session_arn(&name));
    });
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &session.access_key)
            .text("SecretAccessKey", &session.secret_key)
            .text("SessionToken", &session.token)
            .text("Expiration", session.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    });
    Ok(Reply::Xml(xml))
}

fn is_session_name(name: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (2..=64).contains(&name.len()) && name.bytes().all(is_legal)
}

fn validation(message: &str) -> ServiceError {
    ServiceError::client("ValidationError", message)
}
