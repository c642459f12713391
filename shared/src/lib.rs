#![doc = include_str!("../README.md")]

pub mod announce;
pub mod aws;
pub mod batch;
pub mod document;
pub mod error;
pub mod event;
pub mod failures;
pub mod metric;
pub mod page;
pub mod report;
pub mod runtime;
pub mod tag;
#[cfg(feature = "organizations")]
pub mod target;
pub mod var;
