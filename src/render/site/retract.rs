//! Retracts claims on a published site: marks claims that a later assessment found violated as not verified
//! since then. Needs no sources, and never adds a verified claim.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use lol_html::html_content::{ContentType, Element};
use lol_html::{ElementContentHandlers, HandlerResult, RewriteStrSettings, Selector, element};

use crate::language::words::{capital, normalise};
use crate::model::published::{Claim, Published, Stood};
use crate::model::source::claim_id::ClaimId;
use crate::model::time::in_words;
use crate::render::Files;
use crate::render::site::claims::json;
use crate::render::site::link::escaped;
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
fn marked(page: &mut Published, failed: &BTreeMap<ClaimId, Timestamp>) -> Vec<Claim> {
    let mut marked = Vec::new();
    for claim in &mut page.promises.claims {
        let Some(since) = failed.get(&claim.id) else { continue };
        claim.standing = "violated".into();
        claim.told = format!("A later check found that this does not hold: {}.", sentence(*since));
        claim.until = None;
        claim.history.push(Stood { since: *since, standing: "violated".into() });
        marked.push(claim.clone());
    }
    let ends = page.promises.claims.iter().filter_map(|claim| claim.until);
    page.valid_until = ends.min();
    marked
}

fn sentence(since: Timestamp) -> String {
    format!("{SINCE} {}", in_words(since))
}

fn since(claim: &Claim) -> String {
    claim.history.last().map_or_else(String::new, |stood| sentence(stood.since))
}

/// Marks the claims on a page of the site. A page without these claims stays as it is.
fn html(page: &str, claims: &[Claim]) -> Result<String, String> {
    let told: Vec<&Claim> = claims.iter().filter(|claim| page.contains(&hook(claim))).collect();
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
    let mut handlers: Vec<(std::borrow::Cow<'_, Selector>, ElementContentHandlers<'_>)> = vec![
        element!("main", |main| {
            main.prepend(&notice(&told), ContentType::Html);
            Ok(())
        }),
        element!("title", |title| {
            title.remove_attribute("data-until");
            title.prepend("Not verified: ", ContentType::Text);
            Ok(())
        }),
        element!("link[rel=icon][data-then]", |icon| {
            let then = icon.get_attribute("data-then").unwrap_or_default();
            icon.remove_attribute("data-until");
            Ok(icon.set_attribute("href", &then)?)
        }),
        element!("meta[name=description]", |meta| {
            Ok(meta.set_attribute("content", &described(&told))?)
        }),
        // The data about the page is no longer true.
        element!("script[type='application/ld+json']", |data| {
            data.remove();
            Ok(())
        }),
        element!(".summary", |section| {
            section.remove_attribute("data-until");
            Ok(section.set_attribute("class", "summary violated")?)
        }),
    ];
    for claim in &told {
        let words = Rc::new(since(claim));
        handlers.push(element!(format!("[data-claim=\"{}\"]", claim.id), move |mark| {
            take_down(mark, &words)
        }));
    }
    let settings = handlers.into_iter().fold(RewriteStrSettings::new(), |settings, one| {
        settings.append_element_content_handler(one)
    });
    lol_html::rewrite_str(page, settings).map_err(|error| error.to_string())
}

fn take_down(mark: &mut Element<'_, '_>, words: &str) -> HandlerResult {
    mark.remove_attribute("data-until");
    mark.remove_attribute("data-then");
    mark.set_attribute("lang", "en")?;
    let is_mark = mark.get_attribute("class").is_some_and(|class| class.starts_with("mark"));
    if is_mark {
        mark.set_attribute("class", "mark violated")?;
        let shape = "<span aria-hidden=\"true\">✗</span> ";
        mark.set_inner_content(&format!("{shape}{}", escaped(words)), ContentType::Html);
    } else {
        let words = format!("A later check found that this does not hold: {words}.");
        mark.set_inner_content(&words, ContentType::Text);
    }
    Ok(())
}

/// The selector of a claim's standing on a page.
fn hook(claim: &Claim) -> String {
    format!("data-claim=\"{}\"", claim.id)
}

/// The selector of a claim's words on a page.
fn anchor(claim: &Claim) -> String {
    format!("id=\"claim-{}\"", claim.id)
}

fn described(claims: &[&Claim]) -> String {
    let all: Vec<String> =
        claims.iter().map(|claim| format!("{}: {}", capital(&since(claim)), claim.words)).collect();
    all.join(" ")
}

fn notice(claims: &[&Claim]) -> String {
    let one = |claim: &&Claim| {
        let words = escaped(&claim.words);
        format!(
            "<p class=\"warning\" role=\"note\" lang=\"en\"><strong>{}:</strong> {words}</p>\n",
            capital(&since(claim))
        )
    };
    claims.iter().map(one).collect()
}

fn markdown(page: &str, claims: &[Claim]) -> String {
    // The line breaks of the Markdown are the author's.
    let plain = normalise(page);
    let told = claims.iter().filter(|claim| plain.contains(&normalise(&claim.words)));
    let notice = told.map(|claim| format!("> **{}:** {}\n\n", capital(&since(claim)), claim.words));
    notice.collect::<String>() + page
}
