//! What of an export is not in the documents, each with a stable code.

use serde::Serialize;

/// One thing that was there and is not here, or means something else here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Lost {
    /// Where it stands in what was given, e.g. `Items[3].use_metrics`.
    pub place: String,
    pub code: Code,
    pub message: String,
}

impl Lost {
    pub(super) fn new(place: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self { place: place.into(), code, message: message.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    /// No zone was written: the default of that stack held.
    DefaultTimeZone,
    /// The settings of the stack itself, which version 1 had in its table.
    ConfigItem,
    Metrics,
    /// The stack that made an item.
    Stack,
    /// The predecessor of `override_status`, which no version reads any more.
    Overwrite,
    UnknownField,
    /// Two periods with different instance types begin together: there, either may win.
    SameBegin,
    /// It was refused there, and means something here.
    WasInvalid,
    /// A step of two digits, of which version 3.2.8 reads the last.
    Step,
    /// A day such as `31W`, on which version 3.2.8 fails in months without that day.
    NearestWeekday,
    /// The name is not possible here.
    Name,
    /// The stack's name stands before that of the schedule.
    StackPrefix,
    PeriodUnused,
    Duplicate,
    PeriodMissing,
    UnknownTimeZone,
    Invalid,
    /// A function of CloudFormation, whose value only a stack knows.
    Intrinsic,
    TooLong,
}

impl Code {
    /// Whether there is no document because of it.
    pub(super) fn costs_document(self) -> bool {
        matches!(
            self,
            Self::PeriodMissing
                | Self::UnknownTimeZone
                | Self::Invalid
                | Self::Intrinsic
                | Self::TooLong
        )
    }
}

/// Something read, where it could be, and what is to be said about it.
#[derive(Debug, Clone)]
pub(super) struct Read<T> {
    pub(super) item: T,
    pub(super) lost: Vec<Lost>,
}
