//! Turns what people have of AWS Instance Scheduler into schedule documents: its table, the output
//! of its command line, templates. Pure, and never silent: what a document cannot say is listed.

mod draft;
mod entries;
mod found;
mod item;
mod lost;
mod names;
mod period;
mod quirks;
mod request;
mod schedule;
mod shared_periods;
mod text;
mod timing;
mod together;
mod values;
mod write;

pub(crate) use request::Import;
pub(crate) use together::{Deployment, import};

#[cfg(test)]
mod tests;
