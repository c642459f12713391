//! The tests of whole programs.

mod lambda;
