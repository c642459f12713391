//! `DescribeRegions`: the regions that every account has without asking for them, and some that
//! it must opt into. Nothing else knows this list; every region of the world works.

use super::{
    error::invalid_value,
    filter::filters,
    params::{flag, unless_dry_run},
};
use crate::aws::{
    call::{Outcome, Reply},
    form::Form,
    xml::Xml,
};

const REGIONS: [&str; 17] = [
    "ap-south-1",
    "eu-north-1",
    "eu-west-3",
    "eu-west-2",
    "eu-west-1",
    "ap-northeast-3",
    "ap-northeast-2",
    "ap-northeast-1",
    "ca-central-1",
    "sa-east-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
/// Listed only with `AllRegions`.
const NOT_OPTED_IN: [&str; 3] = ["af-south-1", "eu-south-1", "me-central-1"];

#[derive(Debug, Clone, Copy)]
enum Subject {
    Endpoint,
    OptIn,
    Name,
}

pub(super) fn describe_regions(mut form: Form) -> Outcome {
    let names = form.take_list("RegionName");
    let all = flag(&mut form, "AllRegions")?;
    let filters = filters(&mut form, |name| match name {
        "endpoint" => Some(Subject::Endpoint),
        "opt-in-status" => Some(Subject::OptIn),
        "region-name" => Some(Subject::Name),
        _ => None,
    })?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let known =
        |name: &String| REGIONS.contains(&name.as_str()) || NOT_OPTED_IN.contains(&name.as_str());
    if let Some(name) = names.iter().find(|name| !known(name)) {
        return Err(invalid_value(format!("Invalid region provided: {name}")));
    }
    unless_dry_run(dry_run)?;

    let opted_in = REGIONS.map(|name| (name, "opt-in-not-required"));
    let others = NOT_OPTED_IN.map(|name| (name, "not-opted-in"));
    let shown = opted_in.into_iter().chain(others).filter(|(name, status)| {
        (all || *status != "not-opted-in")
            && (names.is_empty() || names.iter().any(|wanted| wanted == name))
            && filters.iter().all(|filter| match filter.subject {
                Subject::Endpoint => filter.accepts([endpoint(name).as_str()]),
                Subject::OptIn => filter.accepts([*status]),
                Subject::Name => filter.accepts([*name]),
            })
    });
    let mut xml = Xml::new();
    xml.list("regionInfo", "item", shown, |xml, (name, status)| {
        xml.text("regionName", name)
            .text("regionEndpoint", endpoint(name))
            .text("optInStatus", status);
    });
    Ok(Reply::Xml(xml))
}

fn endpoint(region: &str) -> String {
    format!("ec2.{region}.amazonaws.com")
}
