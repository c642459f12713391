//! Starts and stops EC2 instances, RDS databases and Auto Scaling groups by tag and schedule.

pub mod schedule;
