//! A policy as a reader is shown it: its body with marks, its contents, and what is not verified.

use crate::model::policy::{Marked, Policy};
use crate::render::site::body::{self, id_of};
use crate::render::site::link::escaped;
use crate::render::site::{evidence, standing, versions, view};
use crate::render::{Input, wording};

/// The deepest heading that the contents list.
const CONTENTS_LEVEL_MAX: u8 = 3;

/// What the page of a policy says.
pub(crate) fn policy(policy: &Policy, input: &Input<'_>) -> view::Policy {
    let marker = |of: &Marked| marker(of, policy, input);
    let stretches = body::body(policy, &input.project.policies, &marker);
    let products = policy.front.products.iter().map(|name| &name.value);
    let title = |name: &String| input.project.products.get(name).unwrap_or(name).clone();
    view::Policy {
        title: policy.front.title.value.clone(),
        summary: policy.front.summary.value.clone(),
        owner: owner(policy, input),
        effective: policy.front.effective.value.into(),
        products: products.map(title).collect(),
        contents: contents(policy),
        stretches: stretches.into_iter().map(|one| stretch(one, input)).collect(),
        statements: statements(policy),
        standing: standing::of_policy(policy, input),
        claims: standing::links_of(policy, input),
        changes: Vec::new(),
        versions: versions::path(policy, input).unwrap_or_default(),
    }
}

/// The title of the role that answers for a policy.
fn owner(policy: &Policy, input: &Input<'_>) -> String {
    let name = &policy.front.owner.value;
    input.project.roles.get(name).unwrap_or(name).clone()
}

fn stretch(stretch: body::Stretch, input: &Input<'_>) -> view::Stretch {
    let claims = stretch.claims.iter().filter_map(|id| input.project.claim(id));
    view::Stretch {
        claims: claims.map(|claim| evidence::claim(claim, input)).collect(),
        html: stretch.html,
    }
}

fn contents(policy: &Policy) -> Vec<view::Heading> {
    let down = body::shift(policy);
    let headings = policy.headings.iter().map(|heading| view::Heading {
        level: heading.level + down,
        text: heading.text.clone(),
        anchor: heading.anchor.clone(),
    });
    headings.filter(|heading| heading.level <= CONTENTS_LEVEL_MAX).collect()
}

fn statements(policy: &Policy) -> Vec<view::Statement> {
    let all = policy.statements.iter().enumerate();
    all.map(|(index, statement)| view::Statement {
        anchor: id_of(&Marked::Statement(index)),
        words: wording::words_of(&statement.passage),
        reason: statement.reason.trim_end_matches('.').to_owned(),
    })
    .collect()
}

/// What stands behind a marked passage: a shape, a word, and the products that it is about.
fn marker(of: &Marked, policy: &Policy, input: &Input<'_>) -> String {
    match of {
        Marked::Claim(id) => {
            let outcome = input.outcomes.iter().find(|one| one.claim.id == *id);
            let claim = input.project.claim(id);
            let products =
                claim.map_or_else(Vec::new, |claim| evidence::products(claim, input.project));
            let said = match products.is_empty() {
                true => String::new(),
                false => {
                    format!(
                        " <span class=\"products\">for {}</span>",
                        escaped(&wording::list(&products, "and"))
                    )
                }
            };
            let to = format!("#about-{id}");
            format!("{}{said}", mark(&evidence::mark(outcome), &to))
        }
        Marked::Statement(index) => {
            let reason = policy.statements.get(*index).map_or("", |one| one.reason.as_str());
            let mark = mark(&view::Mark::of("not tested"), "#page-not-verified");
            format!("{mark}<span class=\"visually-hidden\">: {}</span>", escaped(reason))
        }
    }
}

fn mark(mark: &view::Mark, to: &str) -> String {
    let ends = mark.ends.as_ref().map_or_else(String::new, |ends| {
        format!(" data-until=\"{}\" data-then=\"expired\"", escaped(&ends.iso))
    });
    format!(
        " <a class=\"mark {}\"{ends} href=\"{}\"><span aria-hidden=\"true\">{}</span> {}</a>",
        escaped(&mark.class),
        escaped(to),
        escaped(&mark.shape),
        escaped(&mark.word)
    )
}
