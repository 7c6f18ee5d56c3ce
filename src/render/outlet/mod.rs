//! The way out for text. Every report, message and machine-readable file is a [`Text`] of one [`Medium`], made of
//! our own words, which are literals of the source code, and of foreign text, which is escaped as it enters. A
//! foreign text that is not escaped has no type that can leave.
//!
//! Foreign is everything else: names of files and keys, words of authors, answers of services, arguments,
//! messages of libraries.

pub mod commands;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;
pub mod xml;

use std::fmt;
use std::marker::PhantomData;

/// A form in which text leaves.
pub trait Medium {
    /// A foreign text as part of a line: without its own line breaks, marks or commands.
    fn escape(foreign: &str) -> String;

    /// The whole text, after a last look at its lines.
    fn finish(text: String) -> String {
        text
    }
}

/// A text of one medium.
pub struct Text<M> {
    text: String,
    medium: PhantomData<M>,
}

impl<M: Medium> Text<M> {
    /// An empty text.
    pub const fn new() -> Self {
        Self { text: String::new(), medium: PhantomData }
    }

    /// The text with our own words after it. They can contain line breaks and marks of the medium.
    #[must_use]
    pub fn own(mut self, words: &'static str) -> Self {
        self.text.push_str(words);
        self
    }

    /// The text with another one after it: a foreign one, which is escaped, or one of this medium.
    #[must_use]
    pub fn put(mut self, text: impl Into<Self>) -> Self {
        self.add(text);
        self
    }

    /// Adds another text: a foreign one, which is escaped, or one of this medium.
    pub fn add(&mut self, text: impl Into<Self>) {
        self.text.push_str(&text.into().text);
    }

    /// Whether it has no characters.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text, ready to leave.
    pub fn finish(self) -> Written {
        Written(M::finish(self.text))
    }

    /// A text that a function of this module has escaped.
    fn escaped(text: String) -> Self {
        Self { text, medium: PhantomData }
    }
}

impl<M: Medium> From<&str> for Text<M> {
    fn from(foreign: &str) -> Self {
        Self::escaped(M::escape(foreign))
    }
}

impl<M: Medium> From<&String> for Text<M> {
    fn from(foreign: &String) -> Self {
        Self::from(foreign.as_str())
    }
}

impl<M: Medium> From<String> for Text<M> {
    fn from(foreign: String) -> Self {
        Self::from(foreign.as_str())
    }
}

impl<M: Medium> From<usize> for Text<M> {
    fn from(number: usize) -> Self {
        Self::escaped(number.to_string())
    }
}

impl<M: Medium> FromIterator<Self> for Text<M> {
    fn from_iter<I: IntoIterator<Item = Self>>(texts: I) -> Self {
        texts.into_iter().fold(Self::new(), Self::put)
    }
}

impl<M> Clone for Text<M> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), medium: PhantomData }
    }
}

impl<M: Medium> Default for Text<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for Text<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(out)
    }
}

/// A text that is ready to leave, in the form of its medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written(String);

impl Written {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, changed as a whole: a redactor has no medium.
    #[must_use]
    pub fn map(self, change: impl FnOnce(&str) -> String) -> Self {
        Self(change(&self.0))
    }

    /// The text as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

impl fmt::Display for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
