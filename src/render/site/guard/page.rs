//! What every rendered page must have, whatever its templates are: the sheet and the script that keep its verdicts as
//! they are, and marks that mean what they say.

use dom_query::{Document, NodeRef};

use crate::language::verdict::same_label;
use crate::model::project::i18n::Words;
use crate::render::site::security_headers::POLICY;

/// The sheet that no theme can change. It must be loaded before any other.
const SHEET: &str = "marks.css";

/// The script that marks expired claims.
const SCRIPT: &str = "avouch.js";

/// Elements and attributes within which readers see nothing.
const HIDDEN: &str = "[hidden], [inert], [aria-hidden=true], [style], [popover], template, noscript, dialog, svg, \
                      title, textarea, select, object, iframe, audio, video, canvas";

/// What a page is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The path to the site's root.
    pub(crate) root: &'a str,
    /// The texts of the interface.
    pub(crate) words: &'a Words,
}

/// What is wrong with a page, and how to correct it.
pub(crate) type Wrong = (String, String);

/// What a rendered page leaves out or changes.
pub(crate) fn check(html: &str, expected: Expected<'_>) -> Option<Wrong> {
    let document = Document::from(html);
    without_script(&document, expected)
        .or_else(|| without_sheet(&document, expected))
        .or_else(|| another_policy(&document))
        .or_else(|| {
            document.select(".mark").nodes().iter().find_map(|mark| of_mark(mark, expected))
        })
}

fn without_script(document: &Document, expected: Expected<'_>) -> Option<Wrong> {
    let source = format!("{}{SCRIPT}", expected.root);
    let is_ours = |script: &NodeRef<'_>| {
        script.attr("src").is_some_and(|src| *src == *source)
            && script.attrs().iter().all(|one| matches!(&*one.name.local, "src" | "defer"))
    };
    let scripts = document.select("head > script[src]");
    // A browser with scripts on does not read what is within `noscript`.
    let others = document.select("base, head noscript");
    let is_there = scripts.nodes().iter().any(is_ours) && others.nodes().is_empty();
    let message = format!("the page does not load `{SCRIPT}`, which marks expired claims");
    let help = format!(
        "add `<script src=\"{{{{ page.root }}}}{SCRIPT}\" defer></script>` to the head of `base.html`, without `<base>`"
    );
    (!is_there).then_some((message, help))
}

fn without_sheet(document: &Document, expected: Expected<'_>) -> Option<Wrong> {
    let source = format!("{}{SHEET}", expected.root);
    let sheets = document.select("link[rel~=stylesheet], style");
    let first = sheets.nodes().first();
    let is_ours = |sheet: &&NodeRef<'_>| {
        sheet.attr("href").is_some_and(|href| *href == *source)
            && sheet.attrs().iter().all(|one| matches!(&*one.name.local, "href" | "rel"))
            && sheet.attr("rel").is_some_and(|rel| &*rel == "stylesheet")
    };
    let message = format!("the page does not load `{SHEET}` before its other style sheets");
    let help = format!(
        "add `<link rel=\"stylesheet\" href=\"{{{{ page.root }}}}{SHEET}\">` to the head of `base.html`, before the others"
    );
    first.filter(is_ours).is_none().then_some((message, help))
}

/// Another policy of the page could keep the script or the sheet from being loaded.
fn another_policy(document: &Document) -> Option<Wrong> {
    let metas = document.select("meta[http-equiv]");
    let is_other = |meta: &&NodeRef<'_>| {
        let is_policy = meta
            .attr("http-equiv")
            .is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"));
        is_policy && meta.attr("content").is_none_or(|content| *content != *POLICY)
    };
    let message =
        "the page has another Content-Security-Policy than `site.security_policy`".to_owned();
    let help = "use `{{ site.security_policy }}`".to_owned();
    metas.nodes().iter().any(|meta| is_other(&meta)).then_some((message, help))
}

/// A mark that has the words of another verdict, or that is where readers cannot see it.
fn of_mark(mark: &NodeRef<'_>, expected: Expected<'_>) -> Option<Wrong> {
    let class = mark.attr("class").unwrap_or_default();
    let class = class.split_whitespace().find(|class| *class != "mark").unwrap_or_default();
    let text = mark.text();
    let key = format!("word-{class}");
    let labels = [Some(key.as_str()), (class == "waived").then_some("word-waived-until")];
    let mut labels = labels.into_iter().flatten().filter_map(|key| expected.words.get(key));
    let is_label = labels.any(|label| same_label(label, &text)) || is_sample(class, &text);
    if !is_label {
        let message = format!("the mark of class `{class}` reads `{}`", text.trim());
        return Some((message, "insert `mark.word` of the same mark".to_owned()));
    }
    let mut around = mark.ancestors_it(None).chain([*mark]).filter(NodeRef::is_element);
    let message = || "a verdict's mark is where readers cannot see it".to_owned();
    let help = || "move it out of the hidden element around it".to_owned();
    around.any(|one| one.is(HIDDEN)).then(|| (message(), help()))
}

/// Sample pages have the name of a verdict for its label.
fn is_sample(class: &str, text: &str) -> bool {
    let words = text.split_whitespace().skip(1).collect::<Vec<_>>().join("-");
    words == class
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<link rel=\"stylesheet\" href=\"../marks.css\"><link rel=\"stylesheet\" href=\"../style.css\">\
                        <script src=\"../avouch.js\" defer></script>";
    const MARK: &str =
        "<span class=\"mark holds\"><span aria-hidden=\"true\">✓</span> Verified</span>";

    fn wrong(head: &str, body: &str) -> Option<String> {
        let html = format!("<!doctype html><html><head>{head}</head><body>{body}</body></html>");
        let words = Words::built_in("en");
        check(&html, Expected { root: "../", words: &words }).map(|(message, _)| message)
    }

    #[test]
    fn a_page_needs_the_script_and_the_sheet() {
        assert_eq!(wrong(HEAD, MARK), None);
        for head in [
            HEAD.replace("<script src=\"../avouch.js\" defer></script>", ""),
            HEAD.replace("../avouch.js", "avouch.js"),
            HEAD.replace(" defer", " type=\"text/plain\""),
            HEAD.replace("<script src=\"../avouch.js\" defer></script>", "<!-- ../avouch.js -->"),
            HEAD.replace("<script", "<noscript><script")
                .replace("</script>", "</script></noscript>"),
            HEAD.replace("<link rel=\"stylesheet\" href=\"../marks.css\">", ""),
            HEAD.replace("href=\"../marks.css\"", "href=\"../marks.css\" media=\"print\""),
            format!("<link rel=\"stylesheet\" href=\"../theme.css\">{HEAD}"),
            format!("<base href=\"https://a.test/\">{HEAD}"),
            format!(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'\">{HEAD}"
            ),
        ] {
            assert!(wrong(&head, MARK).is_some(), "{head}");
        }
        let policy =
            format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">{HEAD}");
        assert_eq!(wrong(&policy, MARK), None);
    }

    #[test]
    fn a_mark_has_the_words_of_its_verdict_and_is_seen() {
        for body in [
            MARK.replace("holds", "violated"),
            MARK.replace("Verified", "Failed"),
            MARK.replace("Verified", ""),
            format!("<div hidden>{MARK}</div>"),
            format!("<div style=\"display:none\">{MARK}</div>"),
            format!("<section aria-hidden=\"true\"><p>{MARK}</p></section>"),
            format!("<dialog>{MARK}</dialog>"),
            format!("<noscript>{MARK}</noscript>"),
        ] {
            // Without its script, a browser reads what is within `noscript`, so it is no element of the page.
            let is_read = body.contains("noscript");
            assert!(wrong(HEAD, &body).is_some() || is_read, "{body}");
        }
        let waived =
            "<span class=\"mark waived\"><span>◐</span> Exception until 30 Nov 2026</span>";
        assert_eq!(wrong(HEAD, waived), None);
        assert_eq!(wrong(HEAD, &format!("<details><p>{MARK}</p></details>")), None);
    }
}
