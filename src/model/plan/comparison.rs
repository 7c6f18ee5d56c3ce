//! Which answers of one attempt are compared with each other.

use serde::{Deserialize, Serialize};

use crate::model::answer::ids::StepId;

/// The data that the answer to a stranger must not contain.
///
/// `probe` makes the comparison while it has the bodies, because the answer to a stranger is not stored. Only
/// the number of values that were found is (`/owner_values` in the facts).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnersData {
    /// The steps in which the owner reads its data, before or after the stranger tries.
    pub owners: Vec<StepId>,
    /// Steps whose answers cannot contain it: another tenant reads its own data, or an anonymous caller
    /// requests an object that does not exist. Values that occur there identify nobody's data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<StepId>,
}
