//! The id of a claim: the name of its file under `checks/`.

/// A claim's id: the stem of its file under `checks/`.
pub type ClaimId = String;
