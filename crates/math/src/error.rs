//! What can be wrong with the numbers handed in.

/// Names the reason why a calculation has no answer.
///
/// Each message reads on from "failed to".
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter lies outside the values for which the formula is defined.
    #[error("use {value} as {parameter}: it must be {allowed}")]
    OutOfDomain {
        /// The parameter, in the field's term.
        parameter: &'static str,
        /// The value that was given.
        value: f64,
        /// The values that are allowed.
        allowed: &'static str,
    },
    /// Two inputs have lengths that do not fit together.
    #[error("combine {what} of length {found}: length {expected} is needed")]
    Length {
        /// The input of the wrong length.
        what: &'static str,
        /// The length that was given.
        found: usize,
        /// The length that is needed.
        expected: usize,
    },
    /// There is nothing to calculate with.
    #[error("calculate {what} from no values")]
    Empty {
        /// What was asked for.
        what: &'static str,
    },
    /// A matrix is not positive definite.
    #[error("factorise the matrix: column {column} leaves it not positive definite")]
    NotPositiveDefinite {
        /// The first column at which the factorisation breaks down.
        column: usize,
    },
    /// A matrix has no inverse.
    #[error("solve the equations: column {column} depends on the others")]
    Singular {
        /// The column without a pivot of its own.
        column: usize,
    },
    /// A function has the same sign at both ends of the bracket.
    #[error("find a root between {low} and {high}: the function has the same sign at both ends")]
    NoSignChange {
        /// The lower end of the bracket.
        low: f64,
        /// The upper end of the bracket.
        high: f64,
    },
    /// A function returned a value that is not finite.
    #[error("go on from {at}: the function is not finite there")]
    NotFinite {
        /// Where the function was evaluated.
        at: f64,
    },
    /// Terms of opposite signs leave too few digits of their sum.
    #[error("keep the digits of {of}: its terms cancel")]
    Cancellation {
        /// What was summed.
        of: &'static str,
    },
    /// An iteration used all its steps.
    #[error("reach the wanted accuracy in {steps} steps")]
    TooManySteps {
        /// The number of steps that were allowed.
        steps: usize,
    },
}

impl Error {
    /// Returns the stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::OutOfDomain { .. } => "math.out-of-domain",
            Error::Length { .. } => "math.length",
            Error::Empty { .. } => "math.empty",
            Error::NotPositiveDefinite { .. } => "math.not-positive-definite",
            Error::Singular { .. } => "math.singular",
            Error::NoSignChange { .. } => "math.no-sign-change",
            Error::NotFinite { .. } => "math.not-finite",
            Error::Cancellation { .. } => "math.cancellation",
            Error::TooManySteps { .. } => "math.too-many-steps",
        }
    }
}

/// Returns `value` when it is finite and above 0, an [`Error::OutOfDomain`] otherwise.
pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<f64, Error> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::OutOfDomain { parameter, value, allowed: "finite and above 0" })
    }
}

/// Returns `value` when it is finite, an [`Error::OutOfDomain`] otherwise.
pub(crate) fn finite(parameter: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::OutOfDomain { parameter, value, allowed: "finite" })
    }
}

/// Returns `value` when it lies in [0, 1], an [`Error::OutOfDomain`] otherwise.
pub(crate) fn probability(parameter: &'static str, value: f64) -> Result<f64, Error> {
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(Error::OutOfDomain { parameter, value, allowed: "between 0 and 1" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_on_from_failed_to() {
        let error = positive("rate", -1.0).unwrap_err();
        assert_eq!(format!("failed to {error}"), "failed to use -1 as rate: it must be finite and above 0");
        assert_eq!(error.code(), "math.out-of-domain");
    }

    #[test]
    fn not_a_number_is_never_in_a_domain() {
        assert!(positive("x", f64::NAN).is_err());
        assert!(finite("x", f64::NAN).is_err());
        assert!(probability("x", f64::NAN).is_err());
        assert!(probability("x", 1.0).is_ok() && probability("x", 1.0 + f64::EPSILON).is_err());
    }
}
