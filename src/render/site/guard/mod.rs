//! What a theme cannot do: hide a verdict's mark or a notice, give a verdict the label of another one, or leave out the
//! sheet and the script that keep them as they are.

mod css;
mod hiding;
mod page;
mod selector;
mod size;
mod tags;

use std::cell::OnceCell;

use dom_query::{Document, Matcher, NodeId, NodeRef};

use crate::language::verdict::Labels;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::render::site::guard::css::{Declaration, Rule};

pub(crate) use crate::render::site::guard::page::{Expected, check as of_page};
pub(crate) use crate::render::site::guard::size::is_excessive;

/// The elements that readers must see.
const PROTECTED: &str = ".mark, .shape, .outcome, .count, .warning, .lapsed";

/// Maximum number of selectors of rules that could hide something: each is compared with every page.
const SELECTORS_MAX: usize = 20_000;

/// A page with its protected elements, and the elements around them.
pub(crate) struct Guarded {
    document: Document,
    /// Marks and notices, and the elements around them.
    protected: Vec<NodeId>,
}

impl Guarded {
    /// A rendered page.
    pub(crate) fn new(html: &str) -> Self {
        let document = Document::from(html);
        let mut protected = Vec::new();
        for node in document.select(PROTECTED).nodes() {
            let around = node.ancestors_it(None).filter(NodeRef::is_element);
            protected.extend(around.map(|one| one.id).chain([node.id]));
        }
        Self { document, protected }
    }

    /// What a selector selects of the protected elements, and of those around them. Unknown selectors select all.
    fn selects(&self, selector: &str) -> bool {
        let Ok(matcher) = Matcher::new(selector) else { return true };
        let found = self.document.select_matcher(&matcher);
        found.nodes().iter().any(|node| self.protected.contains(&node.id))
    }
}

/// Reports the rules of a theme's style sheet that could hide a mark or a notice on one of these pages, and texts
/// in it that look like a verdict. `file` is the sheet's name.
pub(crate) fn of_sheet(
    file: &str,
    text: &str,
    pages: &[Guarded],
    labels: &Labels,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let rules = css::rules(text).filter(|rules| {
        let hiding = rules.iter().filter(|rule| rule.declarations.iter().any(hiding::may_hide));
        hiding.map(|rule| rule.selectors.len()).sum::<usize>() <= SELECTORS_MAX
    });
    let Some(rules) = rules else { return vec![excessive(file)] };
    for rule in rules {
        let selected = OnceCell::new();
        let protected = || selected.get_or_init(|| protected(&rule, pages)).as_ref();
        for declaration in &rule.declarations {
            let wrong = wrong_words(declaration, labels);
            let wrong = wrong.or_else(|| hidden(declaration, &protected));
            found.extend(wrong.map(|(message, help)| {
                let place = Place::new(format!("templates/{file}"), declaration.span.clone());
                Diagnostic::new(Code::ThemeHides, place, message).help(help)
            }));
        }
    }
    found
}

/// The diagnostic for a sheet that cannot be compared with pages.
fn excessive(file: &str) -> Diagnostic {
    let message = "there are too many selectors here, or too many rules within each other";
    let place = Place::file(format!("templates/{file}"));
    let error = Diagnostic::new(Code::TemplateTooMuch, place, message);
    error.help("use fewer rules that hide or move something, and fewer rules within rules")
}

/// A selector of a rule that selects a mark or a notice on one of the pages, or something around it.
fn protected(rule: &Rule, pages: &[Guarded]) -> Option<String> {
    let selects = |one: &&String| {
        let plain = selector::plain(one);
        pages.iter().any(|page| page.selects(&plain))
    };
    rule.selectors.iter().find(selects).cloned()
}

/// A text that a declaration inserts, and that looks like a verdict.
fn wrong_words(declaration: &Declaration, labels: &Labels) -> Option<(String, &'static str)> {
    let text = declaration.strings().find(|text| labels.imitation(text).is_some())?;
    let message = format!("the style sheet inserts `{text}`, which looks like a verdict");
    Some((message, "remove it: verdicts come from checks alone"))
}

/// A declaration that could hide a mark or a notice on one of the pages, or cover it. `protected` is the selector of
/// its rule that selects one.
fn hidden<'a>(
    declaration: &Declaration,
    protected: &dyn Fn() -> Option<&'a String>,
) -> Option<(String, &'static str)> {
    let (name, value) = (&declaration.name, &declaration.value);
    if hiding::may_cover(declaration) {
        let message = format!("`{name}: {value}` could cover a verdict");
        return Some((message, "use a number up to 1000"));
    }
    let selector = hiding::may_hide(declaration).then(protected).flatten()?;
    let message = format!(
        "`{name}: {value}` could hide a verdict or a notice, which `{selector}` selects or contains"
    );
    Some((message, "remove it, or select neither marks and notices nor what is around them"))
}

/// Reports the words of a project's template that look like a verdict, and that the built-in template of the same
/// name does not have. `say` and `mark.word` insert the verdicts of claims.
pub(crate) fn of_template(
    name: &str,
    text: &str,
    built_in: &str,
    labels: &Labels,
) -> Vec<Diagnostic> {
    let all = |template: &str| [words_of(template), tags::literals(template)].concat();
    let known = all(built_in);
    let own = all(text).into_iter().filter(|words| !known.contains(words));
    let own = own.filter(|words| labels.imitation(words).is_some());
    let imitations = own.map(|words| {
        let message = format!("the template inserts `{words}`, which looks like a verdict");
        (message, "insert `mark.word` of a claim, or use other words")
    });
    let report = |(message, help): (String, &'static str)| {
        let place = Place::file(format!("templates/{name}"));
        Diagnostic::new(Code::ThemeHides, place, message).help(help)
    };
    imitations.chain(tags::changes(text, built_in)).map(report).collect()
}

/// The texts between the tags of a template, without what it inserts.
fn words_of(template: &str) -> Vec<String> {
    let mut html = template.to_owned();
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
        let mut parts = html.split(open);
        let first = parts.next().unwrap_or_default().to_owned();
        let behind = |part: &str| part.split_once(close).map_or("", |(_, rest)| rest).to_owned();
        html = parts.fold(first, |all, part| all + "<wbr>" + &behind(part));
    }
    let document = Document::from(html.as_str());
    let root = document.root();
    let texts = root.descendants_it().filter(NodeRef::is_text);
    let texts = texts.map(|node| node.text().trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::verdict_labels::labels;

    const PAGE: &str = "<!doctype html><html><body class=\"sheet-1\"><header class=\"site\"><p>x</p></header>\
        <main id=\"page-content\"><p class=\"warning\"><strong>Demo.</strong></p><div class=\"policy\"><p>It is. \
        <span class=\"mark holds\"><span aria-hidden=\"true\">✓</span> Verified</span></p><details class=\"about\">\
        <p class=\"lapsed\" hidden>Expired</p></details></div></main><footer class=\"site\"></footer></body></html>";

    fn refused(css: &str) -> Vec<String> {
        let pages = [Guarded::new(PAGE)];
        of_sheet("theme.css", css, &pages, &labels(&[]))
            .into_iter()
            .map(|one| one.message)
            .collect()
    }

    #[test]
    fn rules_that_could_hide_a_mark_or_what_is_around_it_are_refused() {
        for css in [
            ".mark { display: none }",
            ".MARK, p { d\\69splay: none }",
            "span.mark.holds{visibility:hidden!important}",
            "main { opacity: 0 }",
            "html { opacity: .01 }",
            "body > * { clip-path: inset(50%) }",
            ".policy { transform: scale(0) }",
            "p { font-size: 0 }",
            ".warning { color: transparent }",
            ".warning { position: absolute; left: -9999px }",
            ".policy p { text-indent: -9999px }",
            "main { max-height: 0; overflow: hidden }",
            "main { filter: opacity(0) }",
            "@media (min-width: 1px) { .mark { display: none } }",
            "@supports (display: grid) { @layer a { main { visibility: collapse } } }",
            "main { .mark { display: none } }",
            "main { & span { display: none } }",
            "*:has(.mark) { display: none }",
            ":is(.policy, .x) span:not(.y) { content-visibility: hidden }",
            "p span:nth-child(1) { display: none }",
            "[class*=mark] { display: none }",
            ".mark:hover, .x { display: none }",
            "@keyframes a { to { opacity: 0 } } main { animation: a 1s forwards }",
            "main { margin-left: -200vw }",
            "main { zoom: 0.01 }",
            "main { isolation: isolate }",
            "@import \"other.css\";",
            "footer { z-index: 99999 }",
            ".unknown:of-some-future(mark) { display: none }",
            "main { display: var(--x) }",
            "main { -webkit-mask: linear-gradient(#000, #000) }",
            ".lapsed { display: none }",
            "p::after { content: \"✓ Verified\" }",
            "p::before { content: \"\\2713\" }",
        ] {
            assert_eq!(refused(css).len().min(1), 1, "{css}");
        }
    }

    #[test]
    fn rules_that_change_the_looks_alone_are_free() {
        for css in [
            ":root { --link: #7a2e6d; --measure: 33em; }",
            "main { max-width: 60rem; margin: 0 auto; padding: 1rem; display: grid }",
            "header.site { display: none }",
            "footer.site { opacity: .5 }",
            ".mark { border: 1px solid; border-radius: 3px }",
            "p { font-size: 1.1rem; color: #333; line-height: 1.6 }",
            "html { font-size: 112.5% }",
            "details { margin: -.55em 0 1.1em }",
            "p::before { content: \"§ \" }",
            "@media print { header { display: none } }",
            "@font-face { font-family: x; src: url(x.woff) }",
            "a:hover { text-decoration: underline }",
            "body { overflow-x: hidden }",
            "main { position: relative; visibility: visible; opacity: 1 }",
        ] {
            assert_eq!(refused(css), Vec::<String>::new(), "{css}");
        }
    }

    #[test]
    fn a_template_has_no_verdict_of_its_own() {
        let found = |text: &str| {
            let built_in = include_str!("../../../../templates/components.html");
            of_template("components.html", text, built_in, &labels(&[])).len()
        };
        assert_eq!(found("<p><span class=\"x\">✅</span> Verified</p>"), 2);
        assert_eq!(found("{% block heading %}<b>Tested publicly</b>{% endblock heading %}"), 1);
        assert_eq!(found("{{ mark.shape }} {{ mark.word }} {% if x == \"✓\" %}y{% endif %}"), 0);
        assert_eq!(found("<p>Questions? Ask us.</p>"), 0);
        assert_eq!(found(include_str!("../../../../templates/components.html")), 0);
    }

    #[test]
    fn the_built_in_sheet_hides_nothing() {
        let style = include_str!("../../../../templates/style.css");
        assert_eq!(refused(style), Vec::<String>::new());
    }
}
