//! The names of parameters: what is legal, how they become ARNs, and the version selector.

use super::super::{
    call::{Call, ServiceError},
    json::validation,
};

/// Levels of a hierarchy, `/a/b` having two.
const MAX_LEVELS: usize = 15;
/// Of the whole ARN, prefix included.
const MAX_ARN_LENGTH: usize = 1_011;

pub(super) fn arn(call: &Call, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let slash = if name.starts_with('/') { "" } else { "/" };
    let name = plain(name).0;
    format!("arn:aws:ssm:{}:{}:parameter{slash}{name}", call.region, call.account)
}

/// The name without its selector (`name:3`), and the selector. Of an ARN, the name in it.
pub(super) fn plain(name: &str) -> (&str, Option<&str>) {
    let name = match name.split_once(":parameter/") {
        // `:parameter/x` is the parameter `x` or `/x`; hierarchies are the ones with a slash.
        Some((_, rest)) if rest.contains('/') => &name[name.len() - rest.len() - 1..],
        Some((_, rest)) => rest,
        None => name,
    };
    match name.split_once(':') {
        Some((name, selector)) => (name, Some(selector)),
        None => (name, None),
    }
}

/// Refuses a name under which no parameter can be created.
pub(super) fn check(call: &Call, name: &str) -> Result<(), ServiceError> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_legal) {
        return Err(validation(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a \
             path, it can consist of sub-paths divided by slash symbol; each sub-path can be \
             formed as a mix of letters, numbers and the following 3 symbols .-_",
        ));
    }
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        if name.starts_with('/') {
            let message = format!("No access to reserved parameter name: {name}.");
            return Err(ServiceError::client("AccessDeniedException", message));
        }
        let prefix = &first[..3];
        return Err(validation(format!(
            "Parameter name: can't be prefixed with \"{prefix}\" (case-insensitive)."
        )));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name."));
    }
    if name.ends_with('/') || name.contains("//") {
        return Err(validation("Parameter name: an empty sub-path is not allowed."));
    }
    if name.matches('/').count() > MAX_LEVELS {
        return Err(ServiceError::client(
            "HierarchyLevelLimitExceededException",
            "Parameter hierarchies are limited to a maximum of 15 levels.",
        ));
    }
    if arn(call, name).len() > MAX_ARN_LENGTH {
        return Err(validation("The parameter name is too long: 1011 characters with its ARN."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_in_selectors_and_arns() {
        assert_eq!(plain("/a/b"), ("/a/b", None));
        assert_eq!(plain("/a/b:3"), ("/a/b", Some("3")));
        assert_eq!(
            plain("arn:aws:ssm:eu-west-1:111111111111:parameter/a/b:2"),
            ("/a/b", Some("2"))
        );
        assert_eq!(plain("arn:aws:ssm:eu-west-1:111111111111:parameter/a"), ("a", None));
    }
}
