//! Lists SSM maintenance windows. Only called when a schedule names one.

use aws_config::SdkConfig;
use shared::{error::AwsError, page::drain};

use crate::resource::NamedWindow;

/// The most that one page may hold.
const PAGE_SIZE: i32 = 100;

/// The enabled windows of one account and region that will run again.
pub(crate) async fn windows(aws: &SdkConfig) -> Result<Vec<NamedWindow>, AwsError> {
    use aws_sdk_ssm::types::MaintenanceWindowFilter;
    let enabled = MaintenanceWindowFilter::builder().key("Enabled").values("true").build();
    let pages = aws_sdk_ssm::Client::new(aws)
        .describe_maintenance_windows()
        .filters(enabled)
        .into_paginator()
        .page_size(PAGE_SIZE)
        .send();
    let mut windows = Vec::new();
    drain(pages, "ssm:DescribeMaintenanceWindows", |page| {
        for window in page.window_identities.unwrap_or_default() {
            let (Some(name), Some(next_execution), Some(duration_hours)) =
                (window.name, window.next_execution_time, window.duration)
            else {
                continue;
            };
            windows.push(NamedWindow {
                name,
                next_execution,
                time_zone: window.schedule_timezone,
                duration_hours,
            });
        }
    })
    .await?;
    Ok(windows)
}
