//! The nouns of Avouch and their arithmetic: no I/O, no clock, nothing that can differ between two
//! runs over the same data.

mod addresses;
pub mod assessment;
pub mod backup;
pub mod basis;
pub mod binding;
pub mod change;
pub mod claim;
pub mod decode;
pub mod diagnostic;
pub mod evidence;
pub mod expect;
pub mod facts;
pub mod falsify;
pub mod history;
pub mod i18n;
pub mod judge;
pub mod node;
pub mod observation;
pub mod plan;
pub mod policy;
pub mod project;
pub mod published;
pub mod quantity;
pub mod question;
pub mod redline;
pub mod rehearsal;
mod rejudge;
pub mod size;
pub mod source;
pub mod sub_processor;
pub mod template;
pub mod time;
pub mod verdict;
pub mod waiver;
pub mod words;
