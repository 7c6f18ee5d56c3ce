//! Texts of authors that look like a verdict: only checks give verdicts.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::Tag;

use crate::language::sentence::sentences;
use crate::language::verdict::{Imitation, Labels, has_mark};
use crate::load::file::hidden;
use crate::load::file::reader::SourceFile;
use crate::load::policy::bound::Bound;
use crate::load::policy::markdown::{Index, Markdown};
use crate::load::policy::unit::{self, Sort, Unit};
use crate::model::project::policy::FrontMatter;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, Severity};

/// Maximum number of characters of a text that a message repeats.
const SHOWN_MAX: usize = 60;

/// The labels, and how bad an imitation is.
#[derive(Clone, Copy)]
pub(crate) struct Rule<'a> {
    pub(crate) labels: &'a Labels,
    pub(crate) severity: Severity,
}

impl Rule<'_> {
    /// Reports a text that readers take for a verdict: the whole of it, or one of its sentences or lines.
    pub(crate) fn text(
        &self,
        file: &Arc<str>,
        span: &Range<usize>,
        text: &str,
    ) -> Option<Diagnostic> {
        let (words, _) = imitation(text, self.labels)?;
        let help =
            "say in a sentence of your own what was done and when: verdicts come from checks alone";
        Some(self.diagnostic(file, span, words, "looks like a verdict").help(help))
    }

    fn spanned(&self, file: &Arc<str>, text: &Spanned<String>) -> Option<Diagnostic> {
        self.text(file, &text.span, &text.value)
    }

    fn diagnostic(
        &self,
        file: &Arc<str>,
        span: &Range<usize>,
        words: &str,
        what: &str,
    ) -> Diagnostic {
        let mut shown: String = words.chars().take(SHOWN_MAX).collect();
        if shown.len() < words.len() {
            shown.push('…');
        }
        let place = Place::new(file.clone(), span.clone());
        let message = format!("`{shown}` {what}");
        let error = Diagnostic::new(Code::ImitatesVerdict, place, message);
        Diagnostic { severity: self.severity, ..error.with(Argument::Words, shown) }
    }
}

/// The part of a text that readers take for a verdict.
fn imitation<'t>(text: &'t str, labels: &Labels) -> Option<(&'t str, Imitation)> {
    let lines = || text.lines().map(str::trim);
    let of_line = |line: &'t str| sentences(line).into_iter().map(move |span| &line[span]);
    let parts = lines().flat_map(of_line).chain(lines()).chain([text.trim()]);
    let mut found: Vec<_> =
        parts.filter_map(|part| Some((part, labels.imitation(part)?))).collect();
    // A mark next to other words is the least of them.
    found.sort_by_key(|(_, imitation)| *imitation == Imitation::Marked);
    found.into_iter().next()
}

/// Reports the texts of a policy that look like a verdict, and words that emphasis divides and that look like
/// others.
pub(crate) fn check(
    source: &SourceFile,
    front: &FrontMatter,
    markdown: &Markdown,
    bounds: &[Bound],
    rule: Rule<'_>,
) -> Vec<Diagnostic> {
    let file = &source.file;
    let texts =
        [Some(&front.title), Some(&front.summary), Some(&front.owner), front.stated.as_ref()];
    let in_front = texts.into_iter().flatten().filter_map(|text| rule.spanned(file, text));
    let units = unit::all(markdown);
    let with_claims: BTreeSet<Index> =
        bounds.iter().flat_map(|bound| tables_around(markdown, bound.link.start)).collect();
    let divided = units.iter().filter(|unit| !matches!(unit.sort, Sort::Link | Sort::Code));
    let divided = divided
        .filter_map(|unit| hidden::in_value(file, &source.text, unit.span.clone(), &unit.text));
    let found = units.iter().filter_map(|unit| of_unit(unit, file, &with_claims, rule));
    let mut seen = BTreeSet::new();
    let once = found
        .filter(|one| one.place.as_ref().is_none_or(|place| seen.insert((place.start, place.end))));
    in_front.chain(once).chain(divided).collect()
}

/// The tables and lists around an event.
fn tables_around(markdown: &Markdown, index: Index) -> impl Iterator<Item = Index> {
    let is_table = |at: &Index| matches!(markdown.tag(*at), Some(Tag::Table(_) | Tag::List(_)));
    markdown.ancestors(index).filter(is_table)
}

fn of_unit(
    unit: &Unit,
    file: &Arc<str>,
    with_claims: &BTreeSet<Index>,
    rule: Rule<'_>,
) -> Option<Diagnostic> {
    let (words, imitation) = imitation(&unit.text, rule.labels)?;
    match (unit.sort, imitation) {
        (Sort::Code, _) if !rule.labels.is_good(&unit.text) => None,
        (Sort::Cell(table), Imitation::Mark | Imitation::Marked) => {
            let what = "looks like a verdict, and this table has claims";
            let help = "write a word such as `yes`; in a table without claims, the page says whose marks they are";
            let error = || rule.diagnostic(file, &unit.span, words, what).help(help);
            with_claims.contains(&table).then(error)
        }
        // A list of features, as it is common.
        (Sort::Item(list), Imitation::Marked) if !with_claims.contains(&list) => {
            let mild = Rule { severity: rule.severity.min(Severity::Warning), ..rule };
            mild.text(file, &unit.span, &unit.text)
        }
        _ => rule.text(file, &unit.span, &unit.text),
    }
}

/// The tables with marks such as ✓ in a cell, by their first event.
pub(crate) fn marked_tables(markdown: &Markdown) -> BTreeSet<Index> {
    let cells = unit::all(markdown).into_iter().filter_map(|unit| match unit.sort {
        Sort::Cell(table) if has_mark(&unit.text) => Some(table),
        _ => None,
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;
    use crate::model::source::diagnostic::Diagnostic;
    use crate::model::source::diagnostic::codes::Code;

    const FRONT: &str = "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\n";

    fn strict() -> Fixture {
        Fixture::sound().replace("avouch.yaml", "promises: off", "promises: error")
    }

    /// The words that look like a verdict, in a third policy with this body.
    fn found(body: &str) -> Vec<String> {
        let policy = format!("{FRONT}{body}");
        let loaded = strict().with("content/third.md", &policy).load();
        let imitations = loaded.diagnostics.iter().filter(|one| one.code == Code::ImitatesVerdict);
        imitations.map(|one| one.message.split('`').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn a_text_that_looks_like_a_verdict_is_an_error_with_its_place() {
        let fixture = strict().with("content/third.md", format!("{FRONT}Hello.\n\n- ✓ Verified\n"));
        assert_eq!(
            fixture.reported(),
            [
                "content/third.md:9:3 imitates-verdict: `✓ Verified` looks like a verdict ? say in a sentence of your own what was done and when: verdicts come from checks alone"
            ]
        );
        assert!(fixture.load().diagnostics[0].is_error());
        let mild = Fixture::sound().with("content/third.md", format!("{FRONT}Verified.\n"));
        assert_eq!(mild.load().diagnostics.len(), 1);
        assert!(!mild.load().diagnostics[0].is_error());
    }

    #[test]
    fn every_form_of_a_text_is_read() {
        for body in [
            "# Verified\n",
            "**Verified**\n",
            "`✓`\n",
            "&check; Verified\n",
            "V&#1077;rified\n",
            "> Verified\n",
            "1. verified on 3 May\n",
            "We do it. Tested publicly. Yes.\n",
            "We do it  \nVerified\n",
            "Our page [Verified](https://a.test) is there.\n",
            "Our page [is](https://a.test \"✓ Verified\") there.\n",
            "Hello. [](stated: \"Confirmed by a named role\")\n",
            "| A | B |\n|---|---|\n| Backup | Verified |\n",
            "```\n✓ Verified\n```\n",
            "Hi[^1].\n\n[^1]: Verified.\n",
            "Data is encrypted ✓ **Verified**\n",
            "Geprüft am 3. Mai.\n",
            "Could not verify\n",
        ] {
            assert!(!found(body).is_empty(), "{body}");
        }
        assert_eq!(found("- ✅ Verified\n"), ["✅ Verified"]);
    }

    #[test]
    fn ordinary_text_is_free() {
        let body = "# How we test\n\nWe log failed log-ins, and refuse an expired token. Verified by Visa is \
                    supported.\n\n```\nstate = failed\n```\n\n| A | B |\n|---|---|\n| SSO | yes |\n";
        assert_eq!(found(body), Vec::<String>::new());
    }

    #[test]
    fn a_table_may_have_marks_unless_it_has_claims() {
        let table = "| A | B |\n|---|---|\n| SSO | ✓ |\n| SAML | ✅ from 2.0 |\n";
        assert_eq!(found(table), Vec::<String>::new());
        let with_claim = format!("{table}| [x y](stated: \"z\") | no |\n");
        assert_eq!(found(&with_claim), ["✓", "✅ from 2.0"]);
    }

    #[test]
    fn a_mark_in_a_list_without_claims_is_a_warning() {
        for (body, is_error) in [
            ("- ✓ SSO\n- ✓ SAML\n", false),
            ("- ✓ SSO\n- [x y](stated: \"z\")\n", true),
            ("- ✓ Verified\n", true),
            ("- ✓ We do it. Verified.\n", true),
            ("- ✓\n", true),
            ("✓ SSO\n", true),
        ] {
            let loaded = strict().with("content/third.md", format!("{FRONT}{body}")).load();
            let found = |one: &&Diagnostic| one.code == Code::ImitatesVerdict;
            let first = loaded.diagnostics.iter().find(found).unwrap();
            assert_eq!(first.is_error(), is_error, "{body}: {:?}", loaded.diagnostics);
        }
    }

    #[test]
    fn the_front_matter_is_read_too() {
        for (from, to) in [
            ("title: A", "title: ✓ Verified"),
            ("summary: B", "summary: Tested publicly."),
            ("owner: c", "owner: Verified"),
        ] {
            let policy = FRONT.replace(from, to);
            let loaded = strict().with("content/third.md", &policy).load();
            assert_eq!(loaded.diagnostics.len(), 1, "{to}: {:?}", loaded.diagnostics);
            assert_eq!(loaded.diagnostics[0].code, Code::ImitatesVerdict);
        }
    }
}
