//! The view of a policy: its body with marks, its table of contents, and its statements.

use crate::model::project::i18n::Words;
use crate::model::project::policy::{Marked, Policy};
use crate::render::outlet::html::escaped;
use crate::render::site::edition::Edition;
use crate::render::site::link::id_of;
use crate::render::site::{body, evidence, standing, versions, view};
use crate::render::wording;

/// The deepest level of headings in the table of contents.
const CONTENTS_LEVEL_MAX: u8 = 3;

/// The view of a policy.
pub(crate) fn policy(policy: &Policy, edition: &Edition<'_>) -> view::PolicyView {
    let marker = |of: &Marked| marker(of, policy, edition);
    let stretches = body::body(policy, &edition.project.policies, edition.words(), &marker);
    let products = policy.front.products.iter().map(|name| &name.value);
    view::PolicyView {
        title: policy.front.title.value.clone(),
        summary: policy.front.summary.value.clone(),
        owner: edition.language.role(&policy.front.owner.value),
        effective: edition.day(policy.front.effective.value),
        products: products.map(|name| edition.language.product(name)).collect(),
        stated: policy.front.stated.as_ref().map_or_else(String::new, |why| why.value.clone()),
        contents: contents(policy),
        stretches: stretches.into_iter().map(|one| section(one, edition)).collect(),
        statements: statements(policy),
        standing: standing::of_policy(policy, edition),
        claims: standing::links_of(policy, edition),
        changes: Vec::new(),
        versions: versions::path(policy, edition).unwrap_or_default(),
    }
}

fn section(section: body::BodySection, edition: &Edition<'_>) -> view::PolicySection {
    let claims = section.claims.iter().filter_map(|id| edition.project.claim(id));
    view::PolicySection {
        claims: claims.map(|claim| evidence::claim(claim, edition)).collect(),
        html: section.html,
    }
}

fn contents(policy: &Policy) -> Vec<view::HeadingView> {
    let down = body::shift(policy);
    let headings = policy.headings.iter().map(|heading| view::HeadingView {
        level: heading.level + down,
        text: heading.text.clone(),
        anchor: heading.anchor.clone(),
    });
    headings.filter(|heading| heading.level <= CONTENTS_LEVEL_MAX).collect()
}

fn statements(policy: &Policy) -> Vec<view::StatementView> {
    let all = policy.statements.iter().enumerate();
    all.map(|(index, statement)| view::StatementView {
        anchor: id_of(&Marked::Statement(index)),
        words: wording::words_of(&statement.passage),
        reason: statement.reason.trim_end_matches('.').to_owned(),
    })
    .collect()
}

/// The HTML after a marked passage: a shape, a word, and the products that it applies to.
fn marker(of: &Marked, policy: &Policy, edition: &Edition<'_>) -> String {
    let words = edition.words();
    match of {
        Marked::Claim(id) => {
            let outcome = edition.outcome(id);
            let claim = edition.project.claim(id);
            let products = claim.map_or_else(Vec::new, |claim| edition.products(claim));
            let said = match products.is_empty() {
                true => String::new(),
                false => {
                    let products = words.list(&products);
                    let said = words.fill("for-products", &[("products", &products)]);
                    format!(" <span class=\"products\">{}</span>", escaped(&said))
                }
            };
            let to = format!("#about-{id}");
            format!("{}{said}", mark(&evidence::mark(outcome, words), words, &to))
        }
        Marked::Statement(index) => {
            let reason = policy.statements.get(*index).map_or("", |one| one.reason.as_str());
            let mark = mark(&view::MarkView::of("not tested", words), words, "#page-not-verified");
            format!("{mark}<span class=\"visually-hidden\">: {}</span>", escaped(reason))
        }
    }
}

fn mark(mark: &view::MarkView, words: &Words, to: &str) -> String {
    let ends = mark.ends.as_ref().map_or_else(String::new, |ends| {
        let then = escaped(&words.say("word-expired"));
        format!(" data-until=\"{}\" data-then=\"{then}\"", escaped(&ends.iso))
    });
    let claim = mark.claim.as_ref().map_or_else(String::new, |id| format!(" data-claim=\"{id}\""));
    format!(
        " <a class=\"mark {}\"{claim}{ends} href=\"{}\"><span aria-hidden=\"true\">{}</span> {}</a>",
        escaped(&mark.class),
        escaped(to),
        escaped(&mark.shape),
        escaped(&mark.word)
    )
}
