//! Retracts claims on a published site: marks claims that a later assessment found violated as not verified
//! since then. Needs no sources, and never adds a verified claim.

use std::collections::BTreeMap;

use dom_query::{Document, NodeRef};
use jiff::Timestamp;

use crate::language::words::{capital, normalise};
use crate::model::published::{PastStanding, Published, PublishedClaim};
use crate::model::source::claim_id::ClaimId;
use crate::model::time::in_words;
use crate::render::Files;
use crate::render::outlet::html::escaped;
use crate::render::site::claims::json;
use crate::render::site::{badge, feed};
use crate::render::wording::count;

/// The text that replaces the standing of a claim.
const SINCE: &str = "not verified since";

/// Marks the claims in `failed` as not verified since their times, in the site `files` with the
/// `claims.json` `page`. The error is a message for people.
pub fn retract(
    files: &Files,
    mut page: Published,
    failed: &BTreeMap<ClaimId, Timestamp>,
) -> Result<Files, String> {
    let marked = marked(&mut page, failed);
    let counts = format!("{} {SINCE} {}", count(marked.len(), "claim"), last(failed));
    let badge = badge::retracted(&counts);
    let mut site = Files::new();
    for (path, bytes) in files {
        let text = || String::from_utf8_lossy(bytes);
        // Each language of the site has its own files with these names.
        let name = path.rsplit('/').next().unwrap_or(path);
        let new = match name {
            "claims.json" => json(&page),
            "feed.xml" => feed::with_news(&text(), &marked).into_bytes(),
            name if name.ends_with(".html") => html(&text(), &marked)?.into_bytes(),
            name if name.ends_with(".md") => markdown(&text(), &marked).into_bytes(),
            name => match badge.iter().find(|(badge, _)| badge == name) {
                Some((_, badge)) => badge.clone(),
                None => bytes.clone(),
            },
        };
        site.insert(path.clone(), new);
    }
    Ok(site)
}

fn last(failed: &BTreeMap<ClaimId, Timestamp>) -> String {
    failed.values().max().map_or_else(String::new, |at| in_words(*at))
}

/// Marks the claims in `page`. Returns the marked claims.
fn marked(page: &mut Published, failed: &BTreeMap<ClaimId, Timestamp>) -> Vec<PublishedClaim> {
    let mut marked = Vec::new();
    for claim in &mut page.promises.claims {
        let Some(since) = failed.get(&claim.id) else { continue };
        claim.standing = "violated".into();
        claim.told = format!("A later check found that this is not true: {}.", sentence(*since));
        claim.until = None;
        claim.history.push(PastStanding { since: *since, standing: "violated".into() });
        marked.push(claim.clone());
    }
    let ends = page.promises.claims.iter().filter_map(|claim| claim.until);
    page.valid_until = ends.min();
    marked
}

fn sentence(since: Timestamp) -> String {
    format!("{SINCE} {}", in_words(since))
}

fn since(claim: &PublishedClaim) -> String {
    claim.history.last().map_or_else(String::new, |stood| sentence(stood.since))
}

/// Marks the claims on a page of the site. A page without these claims stays the same to the byte; any other
/// page is parsed as a browser parses it, and serialised again.
fn html(page: &str, claims: &[PublishedClaim]) -> Result<String, String> {
    let told: Vec<&PublishedClaim> =
        claims.iter().filter(|claim| page.contains(&hook(claim))).collect();
    if let Some(lost) =
        claims.iter().find(|claim| page.contains(&anchor(claim)) && !page.contains(&hook(claim)))
    {
        return Err(format!(
            "the theme does not mark the status of `{}`: there is no `data-claim`",
            lost.id
        ));
    }
    if told.is_empty() {
        return Ok(page.to_owned());
    }
    let document = Document::from(page);
    warn(&document, &told);
    for mark in document.select("[data-claim]").nodes() {
        let of = mark.attr("data-claim").unwrap_or_default();
        if let Some(claim) = told.iter().find(|claim| *claim.id == *of) {
            take_down(mark, &since(claim));
        }
    }
    keep_first_line_breaks(&document);
    Ok(document.html().to_string())
}

/// Doubles the line break that the text of these elements begins with: browsers drop the first
/// one (HTML, section 13.1.2.5).
fn keep_first_line_breaks(document: &Document) {
    for element in document.select("pre, textarea, listing").nodes() {
        let first = element.first_child().filter(NodeRef::is_text);
        if first.is_some_and(|text| text.text().starts_with('\n')) {
            element.prepend_child(&document.tree.new_text("\n"));
        }
    }
}

/// Marks the page as a whole: these claims are not verified.
fn warn(document: &Document, told: &[&PublishedClaim]) {
    document.select("main").prepend_html(notice(told));
    for title in document.select("head > title").nodes() {
        title.remove_attr("data-until");
        title.set_text(format!("Not verified: {}", title.text()));
    }
    for icon in document.select("link[rel=icon][data-then]").nodes() {
        let then = icon.attr("data-then").unwrap_or_default();
        icon.remove_attr("data-until");
        icon.set_attr("href", &then);
    }
    document.select("meta[name=description]").set_attr("content", &described(told));
    // Its description of the page is no longer true.
    document.select("script[type='application/ld+json']").remove();
    let summary = document.select(".summary");
    summary.remove_attr("data-until");
    summary.set_attr("class", "summary violated");
}

fn take_down(mark: &NodeRef<'_>, words: &str) {
    mark.remove_attrs(&["data-until", "data-then"]);
    mark.set_attr("lang", "en");
    if mark.attr("class").is_some_and(|class| class.starts_with("mark")) {
        mark.set_attr("class", "mark violated");
        let shape = "<span aria-hidden=\"true\">✗</span> ";
        mark.set_html(format!("{shape}{}", escaped(words)));
    } else {
        mark.set_text(format!("A later check found that this is not true: {words}."));
    }
}

/// The selector of a claim's standing on a page.
fn hook(claim: &PublishedClaim) -> String {
    format!("data-claim=\"{}\"", claim.id)
}

/// The selector of a claim's words on a page.
fn anchor(claim: &PublishedClaim) -> String {
    format!("id=\"claim-{}\"", claim.id)
}

fn described(claims: &[&PublishedClaim]) -> String {
    let all: Vec<String> =
        claims.iter().map(|claim| format!("{}: {}", capital(&since(claim)), claim.words)).collect();
    all.join(" ")
}

fn notice(claims: &[&PublishedClaim]) -> String {
    let one = |claim: &&PublishedClaim| {
        let words = escaped(&claim.words);
        format!(
            "<p class=\"warning\" role=\"note\" lang=\"en\"><strong>{}:</strong> {words}</p>\n",
            capital(&since(claim))
        )
    };
    claims.iter().map(one).collect()
}

fn markdown(page: &str, claims: &[PublishedClaim]) -> String {
    // The line breaks of the Markdown are the author's.
    let plain = normalise(page);
    let told = claims.iter().filter(|claim| plain.contains(&normalise(&claim.words)));
    let notice = told.map(|claim| format!("> **{}:** {}\n\n", capital(&since(claim)), claim.words));
    notice.collect::<String>() + page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::site::tests::rendered;

    /// A claim that failed at noon.
    fn failed(id: &str) -> PublishedClaim {
        let site = rendered();
        let published: Published = serde_json::from_str(&site["claims.json"]).unwrap();
        let mut page = published;
        let noon = "2026-11-23T12:00:00Z".parse().unwrap();
        marked(&mut page, &BTreeMap::from([(id.into(), noon)])).remove(0)
    }

    const HEAD: &str = "<!DOCTYPE html><html lang=\"en\"><head>\n<title data-until=\"x\">A &amp; b</title>\n</head>\n";

    #[test]
    fn a_claim_is_taken_down_and_the_page_warns_of_it() {
        let claim = failed("backup-daily");
        let page = format!(
            "{HEAD}<body><main><p class=\"mark holds\" data-claim=\"backup-daily\" data-until=\"x\">x</p>\n\
             <p data-claim=\"backup-daily\">x</p><p data-claim=\"other\">x</p></main></body></html>"
        );
        insta::assert_snapshot!(html(&page, &[claim]).unwrap(), @r#"
        <!DOCTYPE html><html lang="en"><head>
        <title>Not verified: A &amp; b</title>
        </head>
        <body><main><p class="warning" role="note" lang="en"><strong>Not verified since 23 Nov 2026, 12:00 UTC:</strong> Customer data is backed up every day.</p>
        <p class="mark violated" data-claim="backup-daily" lang="en"><span aria-hidden="true">✗</span> not verified since 23 Nov 2026, 12:00 UTC</p>
        <p data-claim="backup-daily" lang="en">A later check found that this is not true: not verified since 23 Nov 2026, 12:00 UTC.</p><p data-claim="other">x</p></main></body></html>
        "#);
    }

    #[test]
    fn all_else_on_the_page_reads_as_before() {
        let claim = failed("backup-daily");
        for kept in [
            "<pre>\n\n a  b\n</pre>",
            "<p title=\"&quot;a&quot; 'b' &lt;c&gt;\">a &lt;b&gt; &amp;amp; “c”&nbsp;d</p>",
            "<noscript><p>&lt;no&gt; script</p></noscript>",
            "<script>if (a < b && c) { d(\"</p>\") }</script>",
            "<style>p > a::after { content: \"<\" }</style>",
            "<template><p>a</p></template>",
            "<svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><title>a</title><path d=\"M0 0\"></path></svg>",
            "<details open=\"\"><summary>a</summary>b</details>",
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
            "<!-- a -->",
            "<input value=\"a\"><br><img src=\"a\" alt=\"\">",
        ] {
            let page = format!(
                "{HEAD}<body><main><b data-claim=\"backup-daily\">x</b>{kept}</main></body></html>"
            );
            let new = html(&page, std::slice::from_ref(&claim)).unwrap();
            assert!(new.contains(kept), "{kept}: {new}");
        }
    }

    #[test]
    fn every_rewritten_page_is_the_same_to_a_browser() {
        for (path, page) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
            let once = Document::from(page.as_str()).html();
            assert_eq!(Document::from(once.clone()).html(), once, "{path}");
            let text = |html: &str| Document::from(html).text().to_string();
            assert_eq!(text(&once).trim(), text(page).trim(), "{path}");
        }
    }

    #[test]
    fn a_page_that_says_nothing_of_it_stays_as_it_is_to_the_byte() {
        let page = "<!doctype html><TITLE>a</title><p data-claim='other'>x<br/>";
        assert_eq!(html(page, &[failed("backup-daily")]).unwrap(), page);
    }
}
