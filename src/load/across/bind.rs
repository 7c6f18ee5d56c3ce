//! Binds each claim to its passages, and compares its quotes with their words.
/// Gives each claim its passages, in the order of `policies`, and reports where words and quotes
use crate::language::words::same;
use crate::load::claim::Claims;
use crate::load::policy::PolicyFile;
use crate::load::policy::bound::Of;
use crate::model::project::claim::{Claim, Passage};
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::redline::{Redline, Side};

/// Gives each claim its passages, in the order of `policies`, and reports where words and quotes
/// differ. Returns the claims in the order of the policies, those without a passage last.
pub(crate) fn all(claims: Claims, policies: &[PolicyFile], diagnostics: &mut Report) -> Vec<Claim> {
    let Claims { mut by_id, broken, .. } = claims;
    let mut order = Vec::new();
    for bound in policies.iter().flat_map(|policy| &policy.bounds) {
        if let Of::Claim(id) = &bound.of
            && let Some(claim) = by_id.get_mut(id)
        {
            if claim.passages.is_empty() {
                order.push(id.clone());
            }
            claim.passages.push(bound.passage.clone());
        }
    }
    let bound: Vec<Claim> = order.iter().filter_map(|id| by_id.remove(id)).collect();
    let all: Vec<Claim> = bound.into_iter().chain(by_id.into_values()).collect();
    for claim in &all {
        if claim.passages.is_empty() {
            diagnostics.push(unbound(claim));
        } else if !broken.contains(&claim.id) {
            compare(claim, policies, diagnostics);
        }
    }
    all
}

fn unbound(claim: &Claim) -> Diagnostic {
    let message = format!("no policy makes the claim `{}`", claim.id);
    let help =
        format!("link its words to it, like `[words](../{})`, or remove the file", claim.file);
    Diagnostic::new(Code::CheckWithoutClaim, Place::file(claim.file.clone()), message)
        .with(Argument::Claim, &claim.id)
        .help(help)
}

/// One place that a claim's file quotes.
struct Quote<'a> {
    words: &'a Spanned<String>,
    /// The headings that, according to the file, the words are under.
    under: Option<&'a Spanned<String>>,
    /// The policy that it quotes; `None` for `proves`, which may quote any.
    file: Option<&'a Spanned<String>>,
    of: Option<&'a Passage>,
}

fn compare(claim: &Claim, policies: &[PolicyFile], diagnostics: &mut Report) {
    if diagnostics.stops_at(&claim.file) {
        return;
    }
    let also = claim.written.proves_also.iter().map(|also| Quote {
        words: &also.words,
        under: also.under.as_ref(),
        file: Some(&also.file),
        of: None,
    });
    let (words, under) = (&claim.written.proves, claim.written.under.as_ref());
    let proves = Quote { words, under, file: None, of: None };
    let mut quotes: Vec<Quote<'_>> = also.chain([proves]).collect();
    let left = pair(claim, &mut quotes);
    for passage in left {
        diagnostics.push(bound_twice(claim, passage));
    }
    for quote in &quotes {
        match quote.of {
            Some(passage) if same(&passage.words, quote.words) => {}
            Some(passage) => diagnostics.push(suspect(claim, passage, quote.words)),
            None => diagnostics.extend(quotes_nothing(claim, quote, policies)),
        }
        if let (Some(passage), Some(under)) = (quote.of, quote.under) {
            diagnostics.extend(moved(claim, passage, under, policies));
        }
    }
}

/// Finds each quote's passage: the one with its words, or else the first that is left in its file.
/// Returns the passages without a quote.
fn pair<'a>(claim: &'a Claim, quotes: &mut [Quote<'a>]) -> Vec<&'a Passage> {
    let fits = |quote: &Quote<'_>, passage: &Passage| {
        quote.of.is_none() && quote.file.is_none_or(|file| *file.value == *passage.policy)
    };
    let mut left = Vec::new();
    for passage in &claim.passages {
        let says_so = |quote: &&mut Quote<'_>| same(quote.words, &passage.words);
        match quotes.iter_mut().filter(|quote| fits(quote, passage)).find(says_so) {
            Some(quote) => quote.of = Some(passage),
            None => left.push(passage),
        }
    }
    left.retain(|passage| match quotes.iter_mut().find(|quote| fits(quote, passage)) {
        Some(quote) => {
            quote.of = Some(passage);
            false
        }
        None => true,
    });
    left
}

/// The words of a passage differ from its quote.
fn suspect(claim: &Claim, passage: &Passage, quote: &Spanned<String>) -> Diagnostic {
    let message = format!("these words differ from those that the claim `{}` proves", claim.id);
    let quote = Side::new(quote, quote.place(&claim.file));
    let policy = Side::new(&passage.words, passage.place.clone());
    changed(message, Redline::new(&claim.id, quote, policy), "the words that were checked")
}

fn changed(message: String, redline: Redline, label: &str) -> Diagnostic {
    let help = format!(
        "compare both: if the checks still prove this, run `avouch accept {}`",
        redline.claim
    );
    let error = Diagnostic::new(Code::Suspect, redline.policy.place.clone(), message);
    error
        .with(Argument::Claim, &redline.claim)
        .related(redline.quote.place.clone(), label)
        .help(help)
        .redline(redline)
}

fn bound_twice(claim: &Claim, passage: &Passage) -> Diagnostic {
    let message = format!("the claim `{}` is made in another place already", claim.id);
    let help = format!(
        "quote these words in `{}` under `proves_also:`, or make this a claim of its own",
        claim.file
    );
    let error = Diagnostic::new(Code::DuplicateId, passage.place.clone(), message)
        .with(Argument::Claim, &claim.id)
        .help(help);
    match claim.passages.iter().find(|first| first.place != passage.place) {
        Some(first) => error.related(first.place.clone(), "the other place"),
        None => error,
    }
}

/// A quote that matches no passage. For `proves`, the claim is missing from its place.
fn quotes_nothing(claim: &Claim, quote: &Quote<'_>, policies: &[PolicyFile]) -> Option<Diagnostic> {
    let Some(file) = quote.file else {
        let message = format!("the claim `{}` has no passage with these words", claim.id);
        let help = "link them to the claim in a policy, or remove one entry of `proves_also`";
        let place = quote.words.place(&claim.file);
        let error = Diagnostic::new(Code::QuotesNothing, place, message);
        return Some(error.with(Argument::Claim, &claim.id).help(help));
    };
    let place = file.place(&claim.file);
    if !policies.iter().any(|policy| *policy.policy.file == *file.value) {
        let files: Vec<&str> = policies.iter().map(|policy| &*policy.policy.file).collect();
        return Some(Diagnostic::missing_page(place, file, file, files));
    }
    let message = format!("`{}` does not make the claim `{}` in these words", file.value, claim.id);
    let help = "link the words to the claim there, or remove this entry";
    let error = Diagnostic::new(Code::QuotesNothing, place, message);
    Some(error.with(Argument::Claim, &claim.id).help(help))
}

/// The words are under another heading or lead-in than when they were approved.
fn moved(
    claim: &Claim,
    passage: &Passage,
    under: &Spanned<String>,
    policies: &[PolicyFile],
) -> Option<Diagnostic> {
    if same(under, &passage.under) {
        return None;
    }
    let message = match passage.under.as_str() {
        "" => format!("the claim `{}` is not under any heading", claim.id),
        now => format!("the claim `{}` is under `{now}`", claim.id),
    };
    let heading = heading_above(passage, policies).cloned();
    let quote = Side::new(under, under.place(&claim.file));
    let policy = Side { heading, ..Side::new(&passage.under, passage.place.clone()) };
    let redline = Redline::new(&claim.id, quote, policy);
    Some(changed(message, redline, "where it was when it was checked"))
}

fn heading_above<'a>(passage: &Passage, policies: &'a [PolicyFile]) -> Option<&'a Place> {
    let policy = policies.iter().find(|one| one.policy.file == passage.policy)?;
    let mut places = policy.policy.headings.iter().map(|heading| &heading.place);
    places.rfind(|place| place.start < passage.place.start)
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";
    const POLICY: &str = "content/security.md";

    #[test]
    fn words_that_were_changed_are_suspect_and_both_sides_are_shown() {
        let fixture = Fixture::sound().replace(POLICY, "every* day", "other* day");
        assert_eq!(
            fixture.reported(),
            [
                "content/security.md:10:2 suspect: these words differ from those that the claim `backup-daily` proves ? compare both: if the checks still prove this, run `avouch accept backup-daily`"
            ]
        );
        let loaded = fixture.load();
        let (place, label) = &loaded.diagnostics[0].related[0];
        assert_eq!((&*place.file, label.as_str()), (CHECK, "the words that were checked"));
        let text = loaded.sources.text(CHECK).unwrap();
        assert_eq!(&text[place.span()], "Customer data is backed up every day.");
        // The current words of the policy are shown.
        let project = loaded.project.unwrap();
        assert_eq!(project.claims[0].words(), "Customer data is backed up other day.");
    }

    #[test]
    fn another_address_in_a_claim_makes_it_suspect() {
        let reported = Fixture::sound()
            .replace("content/disclosure.md", "desk.example.com", "desc.example.com")
            .reported();
        assert!(reported[0].contains(" suspect: "), "{reported:?}");
        assert_eq!(reported.len(), 1);
    }

    #[test]
    fn wrapping_and_emphasis_do_not_make_a_claim_suspect() {
        let reported = Fixture::sound()
            .replace(POLICY, "is backed up *every* day", "**is**\n  backed up every day")
            .reported();
        assert_eq!(reported, Vec::<String>::new());
    }

    #[test]
    fn another_heading_is_reported() {
        assert_eq!(
            Fixture::sound().replace(POLICY, "## Data backup", "## What we do not do").reported(),
            [
                "content/security.md:10:2 suspect: the claim `backup-daily` is under `What we do not do` ? compare both: if the checks still prove this, run `avouch accept backup-daily`"
            ]
        );
    }

    #[test]
    fn a_claim_without_a_file_and_a_file_without_a_claim_are_reported() {
        assert_eq!(
            Fixture::sound()
                .replace(POLICY, "checks/backup-daily", "checks/backup-dayly")
                .reported(),
            [
                "checks/backup-daily.yaml:1:1 check-without-claim: no policy makes the claim `backup-daily` ? link its words to it, like `[words](../checks/backup-daily.yaml)`, or remove the file",
                "content/security.md:10:1 claim-without-file: there is no check file `checks/backup-dayly.yaml` ? did you mean `backup-daily`?",
            ]
        );
    }

    #[test]
    fn a_claim_can_be_in_two_places_only_if_both_are_quoted() {
        let twice = || {
            Fixture::sound().replace(
                "content/disclosure.md",
                "Write",
                "[Backups are made.](../checks/backup-daily.yaml)\n\nWrite",
            )
        };
        assert_eq!(
            twice().reported(),
            [
                "content/disclosure.md:10:2 duplicate-id: the claim `backup-daily` is made in another place already ? quote these words in `checks/backup-daily.yaml` under `proves_also:`, or make this a claim of its own"
            ]
        );
        let also = |file: &str, words: &str| {
            let also = format!("because: We\nproves_also: [{{in: {file}, words: {words}}}]\n#");
            twice().replace(CHECK, "because: We", &also).reported()
        };
        assert_eq!(also("content/disclosure.md", "Backups are made."), Vec::<String>::new());
        let reported = also("content/disclosure.md", "Backups were made.");
        assert!(reported[0].starts_with("content/disclosure.md:10:2 suspect: "), "{reported:?}");
        let reported = also("content/discl.md", "Backups are made.");
        assert!(
            reported[0].starts_with(
                "checks/backup-daily.yaml:4:20 missing-page: there is no page `content/discl.md`"
            ),
            "{reported:?}"
        );
        assert!(
            reported[1].starts_with("content/disclosure.md:10:2 duplicate-id: "),
            "{reported:?}"
        );
    }

    #[test]
    fn a_quote_of_words_that_are_in_no_policy_is_reported() {
        let also = "because: We\nproves_also: [{in: content/disclosure.md, words: x}, {in: content/disclosure.md, words: x}]\n#";
        assert_eq!(
            Fixture::sound().replace(CHECK, "because: We", also).reported(),
            [
                "checks/backup-daily.yaml:4:20 quotes-nothing: `content/disclosure.md` does not make the claim `backup-daily` in these words ? link the words to the claim there, or remove this entry",
                "checks/backup-daily.yaml:4:59 quotes-nothing: `content/disclosure.md` does not make the claim `backup-daily` in these words ? link the words to the claim there, or remove this entry",
                "checks/backup-daily.yaml:4:89 duplicate-proves-also: these words are quoted twice for one file ? keep one of the two",
            ]
        );
    }
}
