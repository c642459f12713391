//! The template means the partition of its region, wherever it is deployed.

use super::*;

const IN_CHINA: &[(&str, &str)] = &[
    ("Accounts", OTHER),
    ("AlertTopicArn", "arn:aws-cn:sns:cn-north-1:111111111111:alerts"),
    ("OrganizationalUnits", "ou-loc1-00000001"),
    ("SchedulerCalendarBucket", "calendars"),
    ("SchedulerKmsKeyArns", "arn:aws-cn:kms:cn-north-1:111111111111:key/1"),
    ("RotationKmsKeyArns", "arn:aws-cn:kms:cn-north-1:111111111111:key/2"),
    ("RotationParameterPath", "/app"),
    ("RotationExample", "true"),
];

#[test]
fn defect_m8_a_stack_in_another_partition_names_no_arn_of_the_first() {
    for in_hub in [true, false] {
        let mut deployment =
            Deployment { region: "cn-north-1".to_owned(), ..Deployment::default() };
        if !in_hub {
            deployment = deployment.in_account(OTHER).with("HubAccount", HOME_ACCOUNT);
        }
        let stack = format!("{:#?}", deploy(deployment, IN_CHINA).unwrap());
        assert!(stack.matches("arn:aws-cn:").count() > 5, "{stack}");
        let of_the_first = stack.lines().filter(|line| {
            // The names of services as principals are the same everywhere.
            let is_principal = line.contains("\"lambda.") || line.contains("\"secretsmanager.");
            let line = line.replace(".amazonaws.com.cn", "");
            line.contains("arn:aws:") || line.contains("amazonaws.com") && !is_principal
        });
        assert_eq!(of_the_first.collect::<Vec<_>>(), [""; 0]);
    }
}
