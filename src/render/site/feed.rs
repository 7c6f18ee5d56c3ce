//! `feed.xml`: an Atom feed (RFC 4287) of changes: policies that came into force, changed promises, and
//! changed standings of claims.

use jiff::Timestamp;
use std::fmt::Write;
use url::Url;

use crate::language::words::capital;
use crate::model::judge::binding::Digest;
use crate::model::judge::evidence::Standing;
use crate::model::project::policy::Policy;
use crate::model::published::recorded::{About, Recorded};
use crate::model::published::{PastStanding, Published, PublishedClaim};
use crate::model::time::start_of_day;
use crate::render::outlet::xml::escaped as xml;
use crate::render::report::labels;
use crate::render::site::edition::Edition;
use crate::render::site::{absolute, view};

/// The number of entries of the feed; older ones are left out.
const ENTRIES_MAX: usize = 100;

/// An entry. Its id contains the subject and the time of the change, so that an entry keeps its id in
/// every feed, and a new change is a new entry.
struct FeedEntry {
    id: String,
    title: String,
    updated: Timestamp,
    to: String,
    summary: String,
}

/// The name of the feed.
pub(crate) const FILE: &str = "feed.xml";

/// The feed, newest first. Its dates are those of policies and evidence, never of a build. Changed promises
/// are in the main language of the site, and only in its feed.
pub(crate) fn file(edition: &Edition<'_>, site: &view::SiteView, published: &Published) -> String {
    let url = &edition.project.site.url;
    let mut entries: Vec<FeedEntry> =
        edition.policies().map(|policy| in_force(policy, edition)).collect();
    let claims = published.promises.claims.iter();
    entries.extend(claims.flat_map(|claim| stood(claim, edition)));
    if edition.is_own() {
        entries.extend(published.changes.iter().map(|one| changed(one, url)));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated));
    entries.truncate(ENTRIES_MAX);
    let titled = |title: &str| match site.draft {
        true => edition.words().fill("draft-title", &[("title", title)]),
        false => title.to_owned(),
    };
    entries.iter_mut().for_each(|entry| entry.title = titled(&entry.title));
    let newest = entries.first().map(|entry| entry.updated);
    let updated = newest.unwrap_or(edition.checked());
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{}</id>\n<title>{}</title>\n<updated>{updated}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link href=\"{}\"/>\n\
         <author><name>{}</name></author>\n<generator>{}</generator>",
        xml(&site.language),
        xml(&absolute(url, &site.home)),
        xml(&titled(&site.title)),
        xml(&absolute(url, &edition.path(FILE))),
        xml(&absolute(url, &site.home)),
        xml(&site.organisation),
        xml(&site.generator),
    );
    text.extend(entries.iter().map(element));
    text + "</feed>\n"
}

fn element(entry: &FeedEntry) -> String {
    format!(
        "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
         <link href=\"{}\"/>\n<summary>{}</summary>\n</entry>\n",
        xml(&entry.id),
        xml(&entry.title),
        entry.updated,
        xml(&entry.to),
        xml(&entry.summary),
    )
}

/// Adds entries for retracted claims to a published feed.
pub(crate) fn with_news(feed: &str, claims: &[PublishedClaim]) -> String {
    let news: Vec<FeedEntry> = claims.iter().filter_map(retracted).collect();
    let Some(newest) = news.iter().map(|entry| entry.updated).max() else {
        return feed.to_owned();
    };
    let (start, rest) = feed.split_once("<updated>").unwrap_or((feed, ""));
    let (_, rest) = rest.split_once("</updated>").unwrap_or(("", rest));
    let first = rest.find("<entry>").or_else(|| rest.find("</feed>")).unwrap_or(rest.len());
    let (head, tail) = rest.split_at(first);
    let entries: String = news.iter().map(element).collect();
    format!("{start}<updated>{newest}</updated>{head}{entries}{tail}")
}

fn retracted(claim: &PublishedClaim) -> Option<FeedEntry> {
    let stood = claim.history.last()?;
    Some(FeedEntry {
        id: format!("{}#stood-{}", claim.evidence, stood.since),
        title: format!("{}: {}", labels::status(Standing::Violated), claim.words),
        updated: stood.since,
        to: claim.evidence.clone(),
        summary: claim.told.clone(),
    })
}

fn in_force(policy: &Policy, edition: &Edition<'_>) -> FeedEntry {
    let front = &policy.front;
    let day = front.effective.value;
    let to = absolute(&edition.project.site.url, &format!("{}/index.html", policy.slug));
    let since = edition.words().fill("in-force", &[("day", &edition.words().day(day))]);
    FeedEntry {
        id: format!("{to}#in-force-{day}"),
        title: front.title.value.clone(),
        updated: start_of_day(day),
        to,
        summary: format!("{} {since}", front.summary.value),
    }
}

/// One entry for each change of a claim's standing; the first standing is not a change.
fn stood(claim: &PublishedClaim, edition: &Edition<'_>) -> impl Iterator<Item = FeedEntry> {
    claim.history.windows(2).filter_map(|two| match two {
        [before, now] => Some(verdict(claim, before, now, edition)),
        _ => None,
    })
}

fn verdict(
    claim: &PublishedClaim,
    before: &PastStanding,
    now: &PastStanding,
    edition: &Edition<'_>,
) -> FeedEntry {
    let words = edition.words();
    let word = |stood: &PastStanding| view::MarkView::of(&stood.standing, words).word;
    let here = edition.project.claim(&claim.id);
    let words_here = here.map_or_else(|| claim.words.clone(), |claim| edition.words_of(claim));
    let to = absolute(&edition.project.site.url, &edition.evidence_of(&claim.id));
    FeedEntry {
        id: format!("{to}#stood-{}", now.since),
        title: format!("{}: {words_here}", capital(&word(now))),
        updated: now.since,
        to,
        summary: words.fill(
            "stood",
            &[("time", &words.time(now.since)), ("now", &word(now)), ("before", &word(before))],
        ),
    }
}

fn changed(recorded: &Recorded, url: &Url) -> FeedEntry {
    let Recorded { at, change } = recorded;
    let of = match change.about {
        About::Claim => "",
        About::Statement => " statement",
        About::SubProcessor => " sub-processor",
    };
    let page = absolute(url, &format!("{}/index.html", change.page));
    FeedEntry {
        id: format!("{page}#change-{}", short(&Digest::of_value(recorded))),
        title: format!("{}{of}: {}", capital(change.effect.in_words()), change.words),
        updated: *at,
        to: page,
        summary: change.told.clone(),
    }
}

/// The part of a digest that distinguishes the changes of one page.
fn short(digest: &Digest) -> &str {
    digest.0.get(..16).unwrap_or(&digest.0)
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn each_policy_has_an_entry_for_the_day_it_came_into_force() {
        insta::assert_snapshot!(rendered()["feed.xml"], @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
        <id>https://security.example.com/</id>
        <title>Example security</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link rel="self" type="application/atom+xml" href="https://security.example.com/feed.xml"/>
        <link href="https://security.example.com/"/>
        <author><name>Example</name></author>
        <generator>Avouch 0.1.0</generator>
        <entry>
        <id>https://security.example.com/security/#in-force-2026-01-01</id>
        <title>Security</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link href="https://security.example.com/security/"/>
        <summary>What we promise about security. In force since 1 Jan 2026.</summary>
        </entry>
        <entry>
        <id>https://security.example.com/privacy/#in-force-2026-01-01</id>
        <title>Privacy</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link href="https://security.example.com/privacy/"/>
        <summary>What we promise about privacy. In force since 1 Jan 2026.</summary>
        </entry>
        </feed>
        "#);
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_written_out() {
        assert_eq!(super::xml("a\u{0}<b>\u{ffff}"), "a\\u{0}&lt;b&gt;\u{fffd}");
    }
}
