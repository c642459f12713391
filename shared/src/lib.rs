#![doc = include_str!("../README.md")]

pub mod aws;
pub mod batch;
pub mod error;
pub mod metric;
pub mod page;
pub mod runtime;
pub mod setting;
pub mod tag;
pub mod template;
pub mod var;
