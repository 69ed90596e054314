//! Who leaves, when, why and who is next: contractual churn.
//!
//! | file | what it answers |
//! |---|---|
//! | `spell` | how long a subject was watched, the input of all survival figures |
//! | `survival` | how long customers stay (Kaplan-Meier), median, restricted mean |

mod spell;
mod survival;

pub use spell::Spell;
pub use survival::{Band, Reached, RestrictedMean, Step, Survival, kaplan_meier};
