//! What the labels and the copies of a secret say: above all, why a rotation is stuck and which
//! command ends that. Changes no label.

use super::{
    finding::Finding,
    gate::{CURRENT, Described, PENDING, secret_allows},
};

/// `may_hold` is whether the pending version has a value, which the database may have learned.
pub fn look(secret: &Described, region: &str, may_hold: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    match secret_allows(secret, region) {
        Err(fault) => findings.push(fault.into()),
        Ok(()) if secret.rotation_enabled.is_none() => {
            findings.push(Finding::Fine("no rotation has been set up yet".to_owned()));
        }
        Ok(()) => findings.push(Finding::Fine("the secret may be rotated".to_owned())),
    }
    findings.extend(stuck(secret, may_hold));
    findings.extend(secret.replicas.iter().map(|replica| {
        let (region, status) = (&replica.region, &replica.status);
        let said = format!("the replica of the secret in {region} is {status}");
        match replica.message.as_deref().filter(|message| !message.is_empty()) {
            _ if status == "InSync" => Finding::Fine(said),
            Some(message) => Finding::Warning(format!("{said}: {message}")),
            None => Finding::Warning(said),
        }
    }));
    findings
}

/// A pending version that is not the current one: of a rotation that goes on, or that never ended.
fn stuck(secret: &Described, may_hold: bool) -> Option<Finding> {
    let pending = secret.version(PENDING)?;
    if secret.version(CURRENT) == Some(pending) {
        return None;
    }
    let arn = &secret.arn;
    let since = match &secret.last_changed {
        Some(changed) => format!(", since {changed} at the latest"),
        None => String::new(),
    };
    let remove = format!(
        "aws secretsmanager update-secret-version-stage --secret-id {arn} --version-stage {PENDING} \
         --remove-from-version-id {pending}"
    );
    let what = if may_hold {
        format!(
            "has a value, which the database may have learned: if no rotation is going on, finish it \
             with `aws secretsmanager rotate-secret --secret-id {arn}`; if it can never end, and the \
             current password still logs in, remove the label with `{remove}`"
        )
    } else {
        format!("has no value: if no rotation is going on, remove the label with `{remove}`")
    };
    Some(Finding::Warning(format!(
        "the version {pending} has the label {PENDING}{since}, is not the current one, and {what}"
    )))
}

#[cfg(test)]
mod tests {
    use super::{super::gate::Replica, *};

    fn secret(stages: &[(&str, &[&str])]) -> Described {
        let stages = stages.iter().map(|(id, labels)| {
            ((*id).to_owned(), labels.iter().map(|label| (*label).to_owned()).collect())
        });
        Described {
            arn: "arn:app".to_owned(),
            name: "app".to_owned(),
            rotation_enabled: Some(true),
            last_changed: Some("2026-06-01T09:00:00Z".to_owned()),
            stages: stages.collect(),
            ..Described::default()
        }
    }

    #[test]
    fn a_stuck_version_is_explained_with_the_command_that_ends_it() {
        let healthy = secret(&[("C", &[CURRENT]), ("B", &["AWSPREVIOUS"])]);
        let fine = [Finding::Fine("the secret may be rotated".to_owned())];
        assert_eq!(look(&healthy, "eu-west-1", false), fine);
        assert_eq!(look(&secret(&[("C", &[CURRENT, PENDING])]), "eu-west-1", true), fine);
        let stuck = secret(&[("C", &[CURRENT]), ("T", &[PENDING])]);
        assert_eq!(
            look(&stuck, "eu-west-1", false)[1],
            Finding::Warning(
                "the version T has the label AWSPENDING, since 2026-06-01T09:00:00Z at the latest, \
                 is not the current one, and has no value: if no rotation is going on, remove the \
                 label with `aws secretsmanager update-secret-version-stage --secret-id arn:app \
                 --version-stage AWSPENDING --remove-from-version-id T`"
                    .to_owned()
            )
        );
        let Finding::Warning(with_value) = &look(&stuck, "eu-west-1", true)[1] else { panic!() };
        let (finish, remove) = with_value.split_once("rotate-secret").unwrap();
        assert!(finish.contains("may have learned") && remove.contains("--remove-from-version-id"));
    }

    #[test]
    fn f86_copies_in_other_regions_are_told() {
        let mut secret = secret(&[("C", &[CURRENT])]);
        let replica = |region: &str, status: &str, message: Option<&str>| Replica {
            region: region.to_owned(),
            status: status.to_owned(),
            message: message.map(str::to_owned),
        };
        secret.replicas = vec![
            replica("us-east-1", "InSync", None),
            replica("us-west-2", "Failed", Some("the key is gone")),
        ];
        assert_eq!(
            look(&secret, "eu-west-1", false)[1..],
            [
                Finding::Fine("the replica of the secret in us-east-1 is InSync".to_owned()),
                Finding::Warning(
                    "the replica of the secret in us-west-2 is Failed: the key is gone".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_secret_that_no_rotation_may_touch_is_wrong() {
        let mut secret = secret(&[("C", &[CURRENT])]);
        secret.rotation_enabled = None;
        let fine = Finding::Fine("no rotation has been set up yet".to_owned());
        assert_eq!(look(&secret, "eu-west-1", false), [fine]);
        secret.owning_service = Some("rds".to_owned());
        let Finding::Wrong(wrong) = &look(&secret, "eu-west-1", false)[0] else { panic!() };
        assert!(wrong.starts_with("E_MANAGED_SECRET: "), "{wrong}");
    }
}
