//! Lists of tags, as in DKIM keys and DMARC records: `v=DMARC1; p=reject` (RFC 6376, section 3.2).

/// The tags of a record, in order. Parts without a `=` are ignored.
pub(crate) struct Tags<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    /// Reads a list of tags.
    pub(crate) fn read(text: &'a str) -> Self {
        let pairs = text.split(';').filter_map(|part| part.split_once('='));
        Self(pairs.map(|(name, value)| (name.trim(), value.trim())).collect())
    }

    /// The value of a tag, whose name is in lower case; the first one if it is repeated.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(tag, _)| *tag == name).map(|(_, value)| *value)
    }

    /// The first tag with its value.
    pub(crate) fn first(&self) -> Option<(&'a str, &'a str)> {
        self.0.first().copied()
    }

    /// A tag that appears more than once, if there is one.
    pub(crate) fn repeated(&self) -> Option<&'a str> {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| *name).collect();
        let mut tags = names.iter().enumerate();
        tags.find(|(index, name)| names[..*index].contains(name)).map(|(_, name)| *name)
    }
}
