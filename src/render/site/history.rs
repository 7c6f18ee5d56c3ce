//! The history of a claim and of a policy.

use jiff::Timestamp;

use crate::model::project::i18n::Words;
use crate::model::project::policy::Policy;
use crate::model::published::recorded::Recorded;
use crate::model::published::{PastStanding, Published, PublishedClaim};
use crate::model::source::redline::redline;
use crate::render::site::edition::Edition;
use crate::render::site::view;
use crate::render::wording::plain;

/// The width of a timeline.
const WIDTH: u64 = 600;

/// The height of a timeline.
const HEIGHT: u64 = 24;

/// The minimum width of a period on a timeline.
const PERIOD_WIDTH_MIN: u64 = 3;

/// The history of a claim.
pub(crate) fn of_claim(
    id: &str,
    published: &Published,
    edition: &Edition<'_>,
) -> view::history::History {
    let Some(claim) = published.promises.claim(id) else {
        return view::history::History::default();
    };
    let last = claim.history.last().map(|one| one.since);
    let to = published.checked.max(last.unwrap_or(published.checked));
    let changes = published.changes.iter().rev();
    let changes = changes.filter(|one| one.change.claim.as_deref() == Some(id));
    view::history::History {
        entries: claim.history.iter().rev().map(|one| entry(one, edition)).collect(),
        spans: spans(&claim.history, to, edition.words()),
        words: in_a_sentence(claim, to, edition.words()),
        changes: changes.map(|one| change(one, published, edition)).collect(),
    }
}

/// The changed promises of a policy, newest first.
pub(crate) fn changes_of_policy(
    policy: &Policy,
    published: &Published,
    edition: &Edition<'_>,
) -> Vec<view::history::ChangeView> {
    let changes = published.changes.iter().rev();
    let of_it = changes.filter(|one| one.change.page == policy.slug);
    of_it.map(|one| change(one, published, edition)).collect()
}

fn change(
    recorded: &Recorded,
    published: &Published,
    edition: &Edition<'_>,
) -> view::history::ChangeView {
    let change = &recorded.change;
    let claim = change.claim.as_ref().filter(|id| published.promises.claim(id).is_some());
    let before = change.before.as_ref();
    view::history::ChangeView {
        class: change.effect.in_words().replace(' ', "-"),
        effect: change.effect.in_words().to_owned(),
        words: change.words.clone(),
        told: change.told.clone(),
        redline: before.map_or_else(Vec::new, |before| redline(before, &change.words)),
        at: edition.time(recorded.at),
        evidence: claim.map_or_else(String::new, |id| edition.evidence_of(id)),
    }
}

fn entry(stood: &PastStanding, edition: &Edition<'_>) -> view::history::StandingSince {
    let mark = view::MarkView::of(&plain(&stood.standing), edition.words());
    view::history::StandingSince { mark, since: edition.time(stood.since) }
}

fn in_a_sentence(claim: &PublishedClaim, to: Timestamp, words: &Words) -> String {
    match claim.history.as_slice() {
        [first, .., last] => words.fill(
            "timeline",
            &[
                ("from", &words.time(first.since)),
                ("to", &words.time(to)),
                ("changes", &words.count("count-changes", claim.history.len() - 1)),
                ("word", &view::MarkView::of(&plain(&last.standing), words).word),
            ],
        ),
        _ => String::new(),
    }
}

/// The periods of a timeline; empty if nothing ever changed.
fn spans(history: &[PastStanding], to: Timestamp, words: &Words) -> Vec<view::history::Span> {
    let (Some(first), true) = (history.first(), history.len() > 1) else {
        return Vec::new();
    };
    let scale = Scale { from: first.since, to };
    let ends = history.iter().skip(1).map(|next| next.since).chain([to]);
    history.iter().zip(ends).map(|(stood, end)| span(stood, end, &scale, words)).collect()
}

fn span(stood: &PastStanding, end: Timestamp, scale: &Scale, words: &Words) -> view::history::Span {
    let mark = view::MarkView::of(&plain(&stood.standing), words);
    let height = match mark.class.as_str() {
        "holds" => HEIGHT / 2,
        "attested" => HEIGHT / 3,
        "violated" => HEIGHT,
        _ => HEIGHT * 3 / 4,
    };
    let x = scale.at(stood.since).min(WIDTH - PERIOD_WIDTH_MIN);
    view::history::Span {
        x,
        width: scale.at(end).saturating_sub(x).max(PERIOD_WIDTH_MIN),
        y: HEIGHT - height,
        height,
        words: words
            .fill("word-since", &[("word", &mark.word), ("time", &words.time(stood.since))]),
        class: mark.class,
    }
}

/// Maps a period of time to the width of the timeline.
struct Scale {
    from: Timestamp,
    to: Timestamp,
}

impl Scale {
    fn at(&self, instant: Timestamp) -> u64 {
        let seconds =
            |instant: Timestamp| instant.as_second().saturating_sub(self.from.as_second());
        let (at, all) = (seconds(instant).max(0), seconds(self.to).max(1));
        let at = u64::try_from(at).unwrap_or_default().saturating_mul(WIDTH);
        (at / u64::try_from(all).unwrap_or(1)).min(WIDTH)
    }
}
