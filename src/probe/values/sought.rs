//! What every answer is searched for: the canaries of the plan, ids of the owners' data, and the secrets of
//! all actors.

use std::collections::BTreeSet;

use crate::model::answer::ids::CanaryId;
use crate::model::plan::Step;
use crate::probe::spellings::{Extent, Findings, Searcher};

/// The needles of a searcher, and what each of them means.
#[derive(Clone, Default)]
pub(crate) struct Sought {
    searcher: Searcher,
    meanings: Vec<Meaning>,
}

/// What it means that a needle was found.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A canary, or a part of it.
    Canary(CanaryId),
    /// An id that the service gave to the data with this canary.
    Id(CanaryId),
    /// An id of the data with this canary that the caller chose at random: as good as the canary itself.
    Chosen(CanaryId),
    /// The secret of an actor.
    Secret(String),
}

/// The canaries and secrets in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The canaries that show whose data the answer contains.
    pub(crate) canaries: BTreeSet<CanaryId>,
    /// The actors whose secret it contains.
    pub(crate) secrets: BTreeSet<String>,
}

impl Found {
    /// Whether the answer contains something that the actor of a step may not see.
    pub(crate) fn leaks(&self, step: &Step) -> bool {
        !self.secrets.is_empty() || self.canaries.iter().any(|one| !step.sees.contains(one))
    }
}

/// The findings in the parts of an answer.
#[derive(Default)]
pub(crate) struct Parts {
    /// In all of it, apart from cookies.
    pub(crate) answer: Findings,
    /// In the cookies that it sets.
    pub(crate) cookies: Findings,
}

impl Parts {
    /// Whether every reading of them was searched.
    pub(crate) fn are_complete(&self) -> bool {
        self.answer.complete && self.cookies.complete
    }
}

impl Sought {
    /// One meaning for each needle of `searcher`.
    pub(crate) fn new(searcher: Searcher, meanings: Vec<Meaning>) -> Self {
        Self { searcher, meanings }
    }

    /// The same, and what another one looks for.
    pub(crate) fn and(self, other: &Self) -> Self {
        let mut meanings = self.meanings;
        meanings.extend_from_slice(&other.meanings);
        Self { searcher: self.searcher.and(&other.searcher), meanings }
    }

    /// Searches one more part of an answer.
    pub(crate) fn search_into(&self, bytes: &[u8], findings: &mut Findings) {
        self.searcher.search_into(bytes, findings);
    }

    /// What the findings in the answer to a step mean. `sent` are the texts of its request: what the actor
    /// sent itself does not count.
    pub(crate) fn found(&self, parts: &Parts, step: &Step, sent: &[&[u8]]) -> Found {
        let mut found = Found::default();
        let mut echoed = None;
        for (index, extent) in parts.answer.found.iter().chain(&parts.cookies.found) {
            let Some(meaning) = self.meanings.get(*index) else { continue };
            let is_cookie = !parts.answer.found.contains_key(index);
            if self.counts(meaning, *extent, step, is_cookie)
                && (matches!(meaning, Meaning::Canary(_))
                    || !echoed.get_or_insert_with(|| self.sent(sent)).contains(index))
            {
                found.add(meaning);
            }
        }
        found
    }

    /// Whether one of these texts contains a secret of an actor.
    pub(crate) fn has_secret(&self, texts: &[&[u8]]) -> bool {
        let found = self.sent(texts);
        let is_secret = |index: usize| matches!(self.meanings.get(index), Some(Meaning::Secret(_)));
        found.into_iter().any(is_secret)
    }

    fn counts(&self, meaning: &Meaning, extent: Extent, step: &Step, is_cookie: bool) -> bool {
        match meaning {
            // That an actor reached its own data is shown by the complete mark and nothing else.
            Meaning::Canary(id) => extent == Extent::Whole || !step.sees.contains(id),
            Meaning::Id(id) => !step.sees.contains(id),
            Meaning::Chosen(_) => true,
            // A service may renew the session of the actor that sent the request.
            Meaning::Secret(actor) => !(is_cookie && *actor == step.actor),
        }
    }

    fn sent(&self, sent: &[&[u8]]) -> BTreeSet<usize> {
        let mut findings = Findings::default();
        sent.iter().for_each(|text| self.search_into(text, &mut findings));
        findings.found.into_keys().collect()
    }
}

impl Found {
    fn add(&mut self, meaning: &Meaning) {
        match meaning {
            Meaning::Canary(id) | Meaning::Id(id) | Meaning::Chosen(id) => {
                self.canaries.insert(*id);
            }
            Meaning::Secret(actor) => {
                self.secrets.insert(actor.clone());
            }
        }
    }
}
