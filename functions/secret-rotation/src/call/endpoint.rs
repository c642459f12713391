//! Where a service is. Knows no FIPS and no dual-stack endpoints, which the function's configuration
//! has no variable for, and no variable per service.

use aws_config::{Region, SdkConfig};

/// The suffixes of the partitions whose regions do not end in `amazonaws.com`, as in the SDK's
/// endpoint rules.
const SUFFIXES: [(&str, &str); 6] = [
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

pub(super) fn of(aws: &SdkConfig, service: &str) -> String {
    if let Some(url) = aws.endpoint_url() {
        return url.to_owned();
    }
    in_region(service, aws.region().map(Region::as_ref).unwrap_or_default())
}

fn in_region(service: &str, region: &str) -> String {
    let partition = SUFFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
    let suffix = partition.map_or("amazonaws.com", |(_, suffix)| suffix);
    format!("https://{service}.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(service: &str, region: &str, expected: &str) {
        assert_eq!(in_region(service, region), expected);
    }

    #[test]
    fn a_partition_has_its_own_suffix() {
        check("ssm", "eu-west-1", "https://ssm.eu-west-1.amazonaws.com");
        check("events", "us-gov-west-1", "https://events.us-gov-west-1.amazonaws.com");
        check("rds", "cn-north-1", "https://rds.cn-north-1.amazonaws.com.cn");
        check("ssm", "eusc-de-east-1", "https://ssm.eusc-de-east-1.amazonaws.eu");
        check("rds", "us-iso-east-1", "https://rds.us-iso-east-1.c2s.ic.gov");
        check("rds", "us-isob-east-1", "https://rds.us-isob-east-1.sc2s.sgov.gov");
        check("rds", "us-isof-south-1", "https://rds.us-isof-south-1.csp.hci.ic.gov");
        check("rds", "eu-isoe-west-1", "https://rds.eu-isoe-west-1.cloud.adc-e.uk");
    }

    #[test]
    fn another_address_is_that_of_every_service() {
        let aws = SdkConfig::builder().region(Region::from_static("eu-west-1")).build();
        assert_eq!(of(&aws, "ssm"), "https://ssm.eu-west-1.amazonaws.com");
        let elsewhere = aws.into_builder().endpoint_url("http://127.0.0.1:4566").build();
        assert_eq!(of(&elsewhere, "ssm"), "http://127.0.0.1:4566");
    }
}
