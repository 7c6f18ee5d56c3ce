//! The words of the sample's claims, and their passages.

use crate::model::project::claim::Passage;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;

pub(super) const POLICY: &str = "content/security.md";

/// The text of the policy that contains the passages below.
pub(super) const SECURITY: &str = "---\ntitle: Security\n---\n\n## Data\n\nWe keep data apart.\n";

/// The id and the words of each claim.
pub(super) const CLAIMS: [(&str, &str); 7] = [
    ("encrypted-transport", "Browsers are required to use HTTPS for a year."),
    ("tenant-isolation", "One customer can never reach another customer's <data>."),
    ("backup-daily", "Customer data is backed up every day."),
    ("privacy-policy", "There is a privacy policy."),
    ("limited-scopes", "The add-on asks for limited access."),
    ("content-storage", "Content is kept in our cloud storage."),
    ("image-storage", "Images are no longer kept on the old host."),
];

/// A value without a place.
pub(super) fn spanned<T>(value: T) -> Spanned<T> {
    Spanned { value, span: 0..0 }
}

/// A passage of the policy with these words.
pub(super) fn passage(words: &str) -> Passage {
    Passage {
        policy: POLICY.into(),
        place: Place::new(POLICY, 35..54),
        words: words.into(),
        under: "Data".into(),
        links: Vec::new(),
    }
}
