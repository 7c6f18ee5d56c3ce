//! An app for Atlassian Forge, as the project describes it: its manifest, and the vendor's answers to the
//! Marketplace's questions about privacy and security.

pub mod answers;
pub mod declared;
pub mod manifest;
pub mod unread;

use crate::model::project::forge::answers::Answers;
use crate::model::project::forge::manifest::Manifest;

/// The app.
#[derive(Clone, Debug)]
pub struct ForgeApp {
    /// Its manifest.
    pub manifest: Manifest,
    /// The vendor's answers, if the project has them.
    pub answers: Option<Answers>,
}
