//! The failures that a function names itself, each with a stable code and a sentence that says what
//! to do.

use std::{error::Error as StdError, fmt};

use super::{HandlerError, one_line};

/// The codes of a function. [`codes!`](crate::codes) implements it.
pub trait FaultCode: Copy + fmt::Debug + Send + Sync + 'static {
    /// Every code, in the order of the README's table.
    const ALL: &'static [Self];

    /// Returns the `errorType` that Lambda reports.
    fn name(self) -> &'static str;

    /// Returns what to do.
    fn advice(self) -> &'static str;
}

/// Defines the codes of a function: of each its variant, its name, and what to do.
///
/// A test compares the names and the advice with the table in the function's README.
#[macro_export]
macro_rules! codes {
    ($visibility:vis enum $code:ident { $($variant:ident $name:literal $advice:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $visibility enum $code {
            $(#[doc = $advice] $variant,)*
        }

        impl $crate::error::FaultCode for $code {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)* }
            }
        }
    };
}

/// One failure: its code, what was found, and what led to it.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Fault<C> {
    pub code: C,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl<C: FaultCode> Fault<C> {
    pub fn new(code: C, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), source: None }
    }

    /// Makes a fault of an error that needs no other words than its own.
    pub fn from_error(code: C, error: impl StdError + Send + Sync + 'static) -> Self {
        Self::new(code, error.to_string()).with_source(error)
    }

    /// Keeps what led to it.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Gives the same fault another code.
    #[must_use]
    pub fn recoded(self, code: C) -> Self {
        Self { code, ..self }
    }

    /// Puts a context before what was found.
    #[must_use]
    pub fn within(self, context: &str) -> Self {
        Self { what: format!("{context}: {}", self.what), ..self }
    }

    /// Returns what was found and what led to it, on one line and without the advice.
    pub fn what(&self) -> String {
        one_line(self)
    }

    /// Returns the sentence behind its code, for lists and logs.
    pub fn coded(&self) -> String {
        format!("{}: {}", self.code.name(), self.advised())
    }

    fn advised(&self) -> String {
        format!("{}; {}", self.what(), self.code.advice())
    }
}

/// Lambda reports one text, in which the advice follows the causes.
impl<C: FaultCode> From<Fault<C>> for HandlerError {
    fn from(fault: Fault<C>) -> Self {
        Self::coded(fault.code.name(), anyhow::Error::msg(fault.advised()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AwsError;

    codes! {
        enum Code {
            NoSecret "E_NO_SECRET" "make one first",
            Other "E_OTHER" "read what AWS said",
        }
    }

    #[test]
    fn a_fault_reports_its_causes_and_then_what_to_do() {
        let denied = AwsError::new("ssm:GetParameter", "AccessDenied", "not you");
        let fault = Fault::from_error(Code::Other, denied).within("the copy to `/app`");
        assert_eq!(fault.to_string(), "the copy to `/app`: ssm:GetParameter failed");
        assert_eq!(
            fault.what(),
            "the copy to `/app`: ssm:GetParameter failed: AccessDenied: not you"
        );
        assert!(fault.source().is_some_and(<dyn StdError>::is::<AwsError>));
        let error = HandlerError::from(fault);
        assert_eq!(
            format!("{error:?}"),
            "E_OTHER: the copy to `/app`: ssm:GetParameter failed: AccessDenied: not you; read what \
             AWS said"
        );
    }

    #[test]
    fn another_code_keeps_what_was_found() {
        let fault = Fault::new(Code::Other, "`app` is empty").with_source("no value");
        let fault = fault.recoded(Code::NoSecret);
        assert_eq!(fault.coded(), "E_NO_SECRET: `app` is empty: no value; make one first");
        assert_eq!(Code::ALL, [Code::NoSecret, Code::Other]);
    }
}
