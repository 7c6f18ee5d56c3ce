//! The promises of the sources, for `claims.json` and for the detection of changes.

use std::collections::BTreeMap;

use crate::language::quantity::amount::Amount;
use crate::language::quantity::side::Side;
use crate::model::judge::basis;
use crate::model::judge::binding::ClaimBinding;
use crate::model::judge::evidence::{CheckOutcome, Outcome};
use crate::model::plan::expect::Test;
use crate::model::plan::question::{TlsAsk, TlsQuestion};
use crate::model::plan::{Act, Plan, Role, Step};
use crate::model::project::Project;
use crate::model::project::claim::{Claim, Passage};
use crate::model::project::i18n::Language;
use crate::model::project::policy::{Policy, Statement};
use crate::model::published;
use crate::model::published::{
    Expected, NotTested, Processor, Promises, PublishedCheck, PublishedLimit, PublishedQuestion,
    PublishedWaiver, Translated,
};
use crate::model::source::claim_id::ClaimId;
use crate::model::source::decode::Spanned;
use crate::render::site::{absolute, evidence};
use crate::render::{summary, wording};

/// The promises of a project before its checks run.
pub fn planned(project: &Project, plans: &BTreeMap<ClaimId, Vec<Plan>>) -> Promises {
    let none = Vec::new();
    let of = |claim: &Claim| {
        let plans: Vec<&Plan> = plans.get(&claim.id).unwrap_or(&none).iter().collect();
        self::claim(claim, &plans, None, project)
    };
    Promises {
        claims: project.claims.iter().map(of).collect(),
        not_tested: not_tested(project),
        sub_processors: sub_processors(project),
    }
}

/// The promises of a project with their outcomes.
pub(crate) fn asked(project: &Project, outcomes: &[Outcome<'_>]) -> Promises {
    let of = |claim: &Claim| {
        let outcome = outcomes.iter().find(|one| one.claim.id == claim.id);
        let checks = outcome.map_or(&[][..], |outcome| outcome.checks.as_slice());
        let plans: Vec<&Plan> = checks.iter().map(|check| check.plan).collect();
        self::claim(claim, &plans, outcome, project)
    };
    Promises {
        claims: project.claims.iter().map(of).collect(),
        not_tested: not_tested(project),
        sub_processors: sub_processors(project),
    }
}

fn claim(
    claim: &Claim,
    plans: &[&Plan],
    outcome: Option<&Outcome<'_>>,
    project: &Project,
) -> published::PublishedClaim {
    let passage = claim.passages.first();
    let page = passage.map_or_else(String::new, |passage| page(&passage.policy, project));
    let path = match page.as_str() {
        "" => "index.html".to_owned(),
        page => format!("{page}/index.html#claim-{}", claim.id),
    };
    let own = project.languages.first();
    let title = |name: &Spanned<String>| {
        own.map_or_else(|| name.value.clone(), |language| language.product(name))
    };
    let address = |path: &str| absolute(&project.site.url, path);
    published::PublishedClaim {
        id: claim.id.clone(),
        words: wording::words(claim),
        digest: ClaimBinding::of(claim, &[]).words.0,
        also: translated(claim, project),
        policy: address(&path),
        page,
        under: passage.map_or_else(String::new, |passage| passage.under.clone()),
        evidence: address(&format!("evidence/{}/index.html", claim.id)),
        applies_to: claim.tested_products().map(title).collect(),
        standing: outcome.map_or("inconclusive", |one| one.standing.name()).to_owned(),
        told: own.map_or_else(String::new, |one| evidence::standing(claim, outcome, one)),
        basis: plans.iter().map(|plan| basis::of_plan(plan)).max(),
        observed: outcome.and_then(|one| one.observed),
        until: outcome.and_then(summary::until),
        waiver: outcome.and_then(|one| waiver(one, project)),
        valid_for: claim.written.valid_for.value.as_seconds(),
        checks: plans
            .iter()
            .enumerate()
            .map(|(index, plan)| {
                check(plan, outcome.and_then(|one| one.checks.get(index)), project)
            })
            .collect(),
        history: Vec::new(),
    }
}

fn waiver(outcome: &Outcome<'_>, project: &Project) -> Option<PublishedWaiver> {
    let waiving = outcome.waived_by()?;
    Some(PublishedWaiver {
        by: wording::role(waiving, project),
        day: waiving.waiver.day,
        until: waiving.waiver.until,
        tells: waiving.waiver.tell_customers.trim().to_owned(),
    })
}

/// A claim in the other languages of the site.
fn translated(claim: &Claim, project: &Project) -> Vec<Translated> {
    let in_language = |language: &Language| {
        let policy_of = |passage: &Passage| {
            let mut policies = project.policies.iter();
            policies.find(|one| one.file == passage.policy && one.language == language.tag)
        };
        let mut both = claim.passages.iter().filter_map(|one| Some((one, policy_of(one)?)));
        let (passage, policy) = both.next()?;
        let path = format!("{}/index.html#claim-{}", policy.slug, claim.id);
        Some(Translated {
            language: language.tag.clone(),
            words: wording::words_of(passage),
            policy: absolute(&project.site.url, &path),
        })
    };
    project.languages.iter().skip(1).filter_map(in_language).collect()
}

/// The path of a policy on the site.
fn page(file: &str, project: &Project) -> String {
    let policy = project.policies.iter().find(|policy| &*policy.file == file);
    policy.map_or_else(String::new, |policy| policy.slug.clone())
}

fn check(plan: &Plan, outcome: Option<&CheckOutcome<'_>>, project: &Project) -> PublishedCheck {
    PublishedCheck {
        kind: plan.kind.clone(),
        verdict: outcome.map(|check| check.judgement.verdict.name().to_owned()),
        looks: outcome.and_then(wording::strength),
        covers: plan.covers.clone(),
        not_shown: plan.leaves_open.clone(),
        asks: questions(plan, project),
    }
}

/// The questions of the probes, each once, with all expectations of its answers.
fn questions(plan: &Plan, project: &Project) -> Vec<PublishedQuestion> {
    let names = HostNames::of(project);
    let mut questions: Vec<PublishedQuestion> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.role == Role::Probe && !is_variant(step)) {
        let asked = step.looks_at().and_then(|earlier| plan.step(earlier)).unwrap_or(step);
        let (ask, limit) = without_limit(asked, wording::request_line(asked, project));
        let (ask, by) = (names.as_written(ask), wording::asker(step, project));
        let expects = limit.into_iter().chain(expected(step, &names)).collect::<Vec<_>>();
        match questions.iter_mut().find(|one| one.ask == ask && one.by == by) {
            None => questions.push(PublishedQuestion { ask, by, expects }),
            Some(known) => {
                for one in expects {
                    if !known.expects.contains(&one) {
                        known.expects.push(one);
                    }
                }
            }
        }
    }
    questions
}

/// Whether it varies the request of its control, which is a question of its own.
fn is_variant(step: &Step) -> bool {
    step.expect.iter().any(|one| matches!(one.test, Test::WithholdsData))
}

/// Separates the oldest offered version from the question of a handshake: the version is a limit.
fn without_limit(step: &Step, ask: String) -> (String, Option<Expected>) {
    let Act::Tls(TlsQuestion { ask: tls @ TlsAsk::Handshake(oldest), .. }) = &step.act else {
        return (ask, None);
    };
    let number = oldest.name().rsplit(' ').next().unwrap_or_default();
    let limit = Amount::version("TLS", number).map(|amount| Expected {
        words: format!("the server supports {oldest} or newer"),
        limits: vec![PublishedLimit {
            of: "the version of TLS".to_owned(),
            side: Side::AtLeast,
            amount,
        }],
    });
    (ask.replacen(&tls.in_words(), "handshake with", 1), limit)
}

fn expected(step: &Step, names: &HostNames) -> Vec<Expected> {
    let of = |one| Expected {
        words: names.as_written(wording::expected(one)),
        limits: wording::limits(one),
    };
    step.expect.iter().map(of).collect()
}

/// The host names of this target, each with the name in the policies: a question stays the same when it
/// is sent to another target.
struct HostNames(Vec<(String, String)>);

impl HostNames {
    fn of(project: &Project) -> Self {
        let world = &project.world;
        let written = |role: &String| project.hosts.get(role).cloned();
        let hosts = world.hosts.iter();
        let mut names: Vec<(String, String)> =
            hosts.filter_map(|(role, host)| Some((host.clone(), written(role)?))).collect();
        let target = world.target.host_str().unwrap_or_default();
        if !names.iter().any(|(host, _)| host == target) {
            names.push((target.to_owned(), "the service".to_owned()));
        }
        // Longest first: one name may be the end of another.
        names.sort_by_key(|(host, _)| std::cmp::Reverse(host.len()));
        names.retain(|(host, written)| !host.is_empty() && host != written);
        Self(names)
    }

    fn as_written(&self, text: String) -> String {
        self.0.iter().fold(text, |text, (host, written)| text.replace(host, written))
    }
}

/// Every sub-processor of the policies, once.
fn sub_processors(project: &Project) -> Vec<Processor> {
    let mut all: Vec<Processor> = Vec::new();
    for policy in &project.policies {
        for about in policy.tables().flat_map(|table| &table.rows) {
            if !all.iter().any(|one| one.about.name == about.name) {
                all.push(Processor { page: policy.slug.clone(), about: about.clone() });
            }
        }
    }
    all
}

fn not_tested(project: &Project) -> Vec<NotTested> {
    let own = project.policies.iter().filter(|policy| policy.language == project.site.language);
    own.flat_map(|policy| of_policy(policy, project)).collect()
}

fn of_policy(policy: &Policy, project: &Project) -> Vec<NotTested> {
    let path = format!("{}/index.html", policy.slug);
    let of = |statement: &Statement| NotTested {
        words: wording::words_of(&statement.passage),
        policy: absolute(&project.site.url, &path),
        page: policy.slug.clone(),
        reason: statement.reason.clone(),
    };
    policy.statements.iter().map(of).collect()
}
