//! Which of the resources that were found a request is about. Pure.

use shared::event::Narrow;

use crate::{event::Only, handled::Handled, resource::Resource};

/// Whether a name is that of the resource: its id, its ARN, or what its ARN ends with.
pub(crate) fn is_called(resource: &Resource, name: &str) -> bool {
    let arn = resource.extra.as_ref().and_then(|extra| extra.arn.as_deref());
    *resource.id == *name || arn == Some(name) || (is_arn(name) && last(name) == &*resource.id)
}

/// The one target of an ARN. Any other name may be in every one.
pub(crate) fn target(name: &str) -> Narrow {
    let mut parts = name.split(':').skip(3);
    match (is_arn(name), parts.next(), parts.next()) {
        (true, Some(region), Some(account)) if !region.is_empty() && !account.is_empty() => {
            Narrow {
                accounts: Some(vec![account.to_owned()]),
                regions: Some(vec![region.to_owned()]),
            }
        }
        _ => Narrow::default(),
    }
}

/// The id in an ARN: `instance/i-0a..`, `db:orders`, `autoScalingGroupName/web`.
pub(crate) fn last(name: &str) -> &str {
    let is_end = |c: char| c == '/' || c == ':';
    if is_arn(name) { name.rsplit(is_end).next().unwrap_or(name) } else { name }
}

fn is_arn(name: &str) -> bool {
    name.starts_with("arn:")
}

/// Those that a run is about, with what it is to remember of them.
pub(crate) fn of(resources: Vec<Resource>, only: &Only) -> Vec<Resource> {
    let resources = resources.into_iter();
    match only {
        Only::All => resources.collect(),
        Only::Some { schedule, resource } => resources
            .filter(|it| schedule.as_ref().is_none_or(|schedule| **schedule == *it.schedule))
            .filter(|it| resource.as_ref().is_none_or(|name| is_called(it, name)))
            .collect(),
        Only::Retried(name) => {
            let called = resources.filter(|it| is_called(it, name));
            called.map(|it| Resource { handled: forgotten(&it), ..it }).collect()
        }
    }
}

/// What is remembered of its last edge, but for pauses and attempts. That it was tried stays, or what
/// is to be tried again would look like a person's doing.
fn forgotten(resource: &Resource) -> Option<Box<str>> {
    let handled = resource.handled.as_ref()?;
    let Ok(known) = Handled::parse(handled) else { return Some(handled.clone()) };
    let was_tried = known.has_failed() || known.refused;
    let retries = u32::from(was_tried);
    Some(Handled { retries, retry: None, refused: false, ..known }.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_its_target_and_ends_with_the_id() {
        let instance = "arn:aws-cn:ec2:cn-north-1:111111111111:instance/i-0a";
        assert_eq!(target(instance).regions, Some(vec!["cn-north-1".to_owned()]));
        assert_eq!(target(instance).accounts, Some(vec!["111111111111".to_owned()]));
        assert_eq!(target("i-0a"), Narrow::default());
        assert_eq!(last(instance), "i-0a");
        assert_eq!(last("arn:aws:rds:eu-west-1:111111111111:db:orders"), "orders");
        assert_eq!(
            last("arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/web"),
            "web"
        );
        assert_eq!(last("web"), "web");
    }
}
