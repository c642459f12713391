//! The condition keys that requests to the local AWS carry. A key that is not here would be absent
//! from every request, so that `Null` or a negation with it held for all: a policy that names one is
//! refused when it is read.

/// Keys by their whole names.
const NAMES: [&str; 27] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SecureTransport",
    "aws:TagKeys",
    "autoscaling:InstanceTypes",
    "autoscaling:LaunchConfigurationName",
    "autoscaling:LaunchTemplateVersionSpecified",
    "autoscaling:MaxSize",
    "autoscaling:MinSize",
    "ec2:Attribute",
    "events:detail-type",
    "events:source",
    // On what services do with keys themselves, which no call to the local AWS shows.
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
    "secretsmanager:ForceDeleteWithoutRecovery",
    "secretsmanager:Name",
    "secretsmanager:RecoveryWindowInDays",
    "secretsmanager:RotationLambdaARN",
    "secretsmanager:SecretId",
    "secretsmanager:VersionId",
    "secretsmanager:VersionStage",
    "secretsmanager:resource/AllowRotationLambdaArn",
    "sts:ExternalId",
];

/// Keys that end in the name of a tag or an attribute.
const PREFIXES: [&str; 9] = [
    "autoscaling:ResourceTag/",
    "aws:RequestTag/",
    "aws:ResourceTag/",
    "ec2:Attribute/",
    "ec2:ResourceTag/",
    "rds:cluster-tag/",
    "rds:db-tag/",
    "secretsmanager:ResourceTag/",
    "ssm:ResourceTag/",
];

/// Keys with more than one value, which no policy variable can stand for.
const MULTIVALUED: [&str; 2] = ["aws:TagKeys", "autoscaling:InstanceTypes"];

/// Whether requests may carry the key.
pub(super) fn is_known(key: &str) -> bool {
    let has_prefix = |prefix: &&str| {
        key.len() > prefix.len() && key.is_char_boundary(prefix.len()) && {
            key[..prefix.len()].eq_ignore_ascii_case(prefix)
        }
    };
    is_one_of(&NAMES, key) || PREFIXES.iter().any(has_prefix)
}

/// Whether a policy variable may stand for the key's value.
pub(super) fn is_variable(key: &str) -> bool {
    is_known(key) && !is_one_of(&MULTIVALUED, key)
}

fn is_one_of(names: &[&str], key: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_whatever_their_case_and_by_their_prefix() {
        for key in ["AWS:principalorgid", "aws:ResourceTag/a/b", "ec2:Attribute", "ec2:attribute/X"]
        {
            assert!(is_known(key), "{key}");
        }
        for key in ["aws:PrincipalOrg", "aws:ResourceTag", "aws:ResourceTag/", "ec2:\u{e9}", "k"] {
            assert!(!is_known(key), "{key}");
        }
    }

    #[test]
    fn a_variable_has_one_value() {
        assert!(is_variable("aws:PrincipalOrgID"));
        assert!(!is_variable("aws:TagKeys"));
        assert!(!is_variable("aws:username"));
    }
}
