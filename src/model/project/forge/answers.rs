//! The vendor's answers to the Marketplace's questions about privacy and security, as far as a manifest answers the
//! same question.
//!
//! The names are those of Atlassian's Marketplace REST API, version 2, group "Privacy and Security"
//! (developer.atlassian.com/platform/marketplace/rest/v2/api-group-privacy-and-security, read on 28 November 2026), so
//! that an exported answer can be used as it is. Its other keys are not read.

use std::ops::Range;
use std::sync::Arc;

use crate::model::project::forge::unread::Unread;
use crate::model::source::node::{Node, Value};

/// A question that a manifest answers too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether the app stores end-user data outside Atlassian.
    Stores,
    /// Whether the app processes end-user data outside Atlassian.
    Processes,
    /// Whether the app's data can move to another region.
    Migrates,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 3] = [Self::Stores, Self::Processes, Self::Migrates];

    /// The keys that lead to the answer.
    pub fn keys(self) -> [&'static str; 2] {
        match self {
            Self::Stores => ["dataAccessAndStorage", "appStoresEUDOutsideAtlassian"],
            Self::Processes => ["dataAccessAndStorage", "appProcessEUDOutsideAtlassian"],
            Self::Migrates => ["dataResidency", "realmMigrationSupported"],
        }
    }
}

/// The answers.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Their file.
    pub file: Arc<str>,
    /// Each answer, with its place.
    pub all: Vec<(Question, bool, Range<usize>)>,
}

/// Reads the answers, and those that are neither `true` nor `false`. The file may have the key
/// `appTrustInformation` around everything, as a request to the API does.
pub fn read(root: &Node, file: &Arc<str>) -> (Answers, Vec<Unread>) {
    let root = root.get("appTrustInformation").unwrap_or(root);
    let mut answers = Answers { file: file.clone(), all: Vec::new() };
    let mut unread = Vec::new();
    for question in Question::ALL {
        let [group, name] = question.keys();
        let Some(node) = root.get(group).and_then(|group| group.get(name)) else {
            continue;
        };
        match node.value {
            Value::Bool(value) => answers.all.push((question, value, node.span.clone())),
            Value::Null => {}
            _ => {
                let found = node.value.type_name();
                let message = format!("`{name}` must be `true` or `false`, and this is {found}");
                unread.push(Unread { span: node.span.clone(), message });
            }
        }
    }
    (answers, unread)
}
