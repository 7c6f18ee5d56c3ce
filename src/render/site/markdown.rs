//! A policy as Markdown beside its page: the author's words with the links led to where the site has
//! their targets. Comments and link definitions, which the page does not show, are left out.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::model::policy::Policy;
use crate::render::site::index_files::plain;
use crate::render::site::{link, view};

/// Where the Markdown of a policy stands on the site.
pub(crate) fn path(policy: &Policy) -> String {
    format!("{}/index.md", policy.slug)
}

/// The file.
pub(crate) fn file(policy: &Policy, policies: &[Policy], site: &view::Site) -> String {
    let front = &policy.front;
    format!(
        "# {}\n\n> {}\n\nIn force since {}. {}\n\n{}\n",
        plain(&front.title.value),
        plain(&front.summary.value),
        view::Day::from(front.effective.value).words,
        dates(site),
        body(policy, policies).trim(),
    )
}

/// When it was checked, and until when that counts.
pub(crate) fn dates(site: &view::Site) -> String {
    let mut text = format!("Checked {} against {}.", site.checked.words, plain(&site.target));
    if let Some(until) = &site.summary.until {
        text.push_str(&format!(" Treat what is said here as unverified after {}.", until.words));
    }
    site.warnings.iter().fold(text, |text, warning| format!("{text} {}", plain(warning)))
}

/// A stretch of the source, and what stands in its place.
type Edit = (Range<usize>, String);

/// A link or image that has begun.
struct Open {
    link_type: LinkType,
    to: String,
    title: String,
    image: bool,
    /// Where its text stands, as far as it was seen.
    text: Option<Range<usize>>,
}

fn body(policy: &Policy, policies: &[Policy]) -> String {
    let source = policy.markdown.as_str();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let parser = Parser::new_ext(source, options);
    let definitions = parser.reference_definitions().iter();
    let mut edits: Vec<Edit> =
        definitions.map(|(_, one)| (one.span.clone(), String::new())).collect();
    let mut open: Vec<Open> = Vec::new();
    for (event, range) in parser.into_offset_iter() {
        let ends = matches!(event, Event::End(TagEnd::Link | TagEnd::Image));
        let closed = if ends { open.pop() } else { None };
        if let Some(link) = &closed {
            edits.extend(edit(link, range.clone(), policy, policies));
        }
        for outer in &mut open {
            let seen = outer.text.get_or_insert(range.clone());
            *seen = seen.start.min(range.start)..seen.end.max(range.end);
        }
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                open.push(begun(link_type, &dest_url, &title, false));
            }
            Event::Start(Tag::Image { link_type, dest_url, title, .. }) => {
                open.push(begun(link_type, &dest_url, &title, true));
            }
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)
                if source.get(range.clone()).is_some_and(|html| html.contains("<!--")) =>
            {
                edits.push((range, String::new()));
            }
            _ => {}
        }
    }
    edited(source, edits)
}

fn begun(link_type: LinkType, to: &str, title: &str, image: bool) -> Open {
    Open { link_type, to: to.to_owned(), title: title.to_owned(), image, text: None }
}

/// What becomes of a link: of its end, or of all of it where it has no text.
fn edit(open: &Open, range: Range<usize>, policy: &Policy, policies: &[Policy]) -> Option<Edit> {
    if matches!(open.link_type, LinkType::Autolink | LinkType::Email) {
        return None;
    }
    let check = check(&open.to, policy);
    let Some(text) = &open.text else {
        return match check {
            Some(id) => Some((range, format!("[evidence](<{}>)", evidence(&id)))),
            None if open.to == "stated:" => {
                Some((range, format!("(not tested: {})", plain(&open.title))))
            }
            None => None,
        };
    };
    let to = match check {
        Some(id) => evidence(&id),
        None if open.image => open.to.clone(),
        None => link::address(&open.to, policy, policies).unwrap_or_default(),
    };
    Some((text.end..range.end, format!("](<{}>)", to.replace(['<', '>'], ""))))
}

fn evidence(id: &str) -> String {
    format!("../evidence/{id}/index.html")
}

/// The claim whose file a link leads to.
fn check(to: &str, policy: &Policy) -> Option<String> {
    let file = link::resolved(&policy.file, to)?;
    let name = file.strip_prefix("checks/")?;
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).map(str::to_owned)
}

/// The source with its edits; one that begins within another is part of it.
fn edited(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut text, mut done) = (String::with_capacity(source.len()), 0);
    for (range, new) in edits.into_iter() {
        if range.start >= done {
            text.push_str(source.get(done..range.start).unwrap_or_default());
            text.push_str(&new);
            done = range.end;
        }
    }
    text.push_str(source.get(done..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn of(markdown: &str) -> String {
        let mut policies = sample::project().policies;
        policies[0].markdown = markdown.into();
        body(&policies[0], &policies)
    }

    #[test]
    fn a_claim_leads_to_its_evidence_and_a_policy_to_its_page() {
        assert_eq!(
            of("[It *is* so.](../checks/a.yaml) See [there](privacy.md#b).\n"),
            "[It *is* so.](<../evidence/a/index.html>) See [there](<../privacy/index.html#b>).\n"
        );
    }

    #[test]
    fn a_link_without_text_is_given_words() {
        assert_eq!(
            of("So. [](../checks/a.yaml)\n\nNever. [](stated: \"it *cannot* be\")\n"),
            "So. [evidence](<../evidence/a/index.html>)\n\nNever. (not tested: it \\*cannot\\* be)\n"
        );
    }

    #[test]
    fn what_the_page_does_not_show_is_not_in_it() {
        let source = "A <!-- ask\nlegal --> b [c].\n\n<!-- todo -->\n\n[c]: https://c.test \"d\"\n[//]: # (e)\n";
        let told = of(source);
        for never in ["legal", "todo", "(e)", "!--"] {
            assert!(!told.contains(never), "{never}: {told}");
        }
        assert!(told.contains("[c](<https://c.test>)"), "{told}");
    }

    #[test]
    fn an_address_that_runs_something_leads_nowhere() {
        assert_eq!(of("[x](javascript:y) <https://a.test>"), "[x](<>) <https://a.test>");
    }
}
