//! Looks at every target of a run. A region that cannot be listed hides no other.

use aws_config::SdkConfig;
use futures_util::{StreamExt as _, stream};
use shared::target::{AT_ONCE, Target};

use crate::{
    config::Config,
    observe::{self, Fleet},
    resource::{NamedWindow, Resource},
    schedule::Catalog,
};

/// A target with what was found there.
pub(crate) struct Found {
    pub(crate) target: Target,
    pub(crate) aws: SdkConfig,
    pub(crate) fleet: Fleet,
    pub(crate) windows: Vec<NamedWindow>,
}

/// Lists what is in every target, several at once.
pub(crate) async fn look(
    config: &Config,
    catalog: &Catalog,
    targets: Vec<(Target, SdkConfig)>,
) -> Vec<Found> {
    let looks = targets.into_iter().map(async |(target, aws)| {
        let mut fleet = observe::fleet(&aws, config).await;
        let mut windows = Vec::new();
        let asks = |resource: &Resource| catalog.asks_for_windows(&resource.schedule);
        if fleet.resources.iter().any(asks) {
            match observe::windows::windows(&aws).await {
                Ok(found) => windows = found,
                Err(error) => fleet.failed.push(error),
            }
        }
        Found { target, aws, fleet, windows }
    });
    stream::iter(looks).buffered(AT_ONCE).collect().await
}
