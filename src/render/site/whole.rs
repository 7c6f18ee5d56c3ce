//! The data that all pages share: publisher, target, permissions, and the summary of all claims.

use crate::language::period::Period;
use crate::language::promise::Language;
use crate::model::judge::binding::Digest;
use crate::model::project::Project;
use crate::model::project::i18n::Words;
use crate::model::project::policy::Policy;
use crate::model::project::world::{VALID_FOR_MAX, World};
use crate::render::site::edition::Edition;
use crate::render::site::{
    Stage, endpoints, feed, index_files, markdown, security_headers, security_txt, standing, view,
};
use crate::render::wording::plain;

/// The number of hexadecimal digits that identify a build.
const BUILD_LENGTH: usize = 12;

/// The data that all pages share.
pub(crate) fn site(edition: &Edition<'_>) -> view::SiteView {
    let project = edition.project;
    view::SiteView {
        title: edition.language.title.clone(),
        organisation: project.site.organisation.clone(),
        url: project.site.url.to_string(),
        language: edition.language.tag.clone(),
        direction: edition.language.direction().to_owned(),
        promises_sought: Language::of(&edition.language.tag).is_some(),
        home: edition.path("index.html"),
        generator: concat!("Avouch ", env!("CARGO_PKG_VERSION")).to_owned(),
        target: tested(edition),
        checked: edition.time(edition.checked()),
        contacts: project.contacts.iter().map(contact).collect(),
        warnings: warnings(edition),
        permissions: permissions(project, edition.words()),
        policies: edition.policies().map(policy_link).collect(),
        endpoints: endpoints::lists(edition),
        summary: standing::of_all(edition),
        draft: edition.stage == Stage::Draft,
        build: build(edition),
        security_policy: security_headers::POLICY.to_owned(),
        files: files(edition),
    }
}

/// The target, with the release that was tested if the project reads it.
fn tested(edition: &Edition<'_>) -> String {
    let words = edition.words();
    let target = target(&edition.project.world, words);
    match edition.assessment.released.as_ref().filter(|_| edition.project.release.is_some()) {
        Some(known) => {
            words.fill("target-release", &[("target", &target), ("release", &plain(&known.name))])
        }
        None => target,
    }
}

pub(crate) fn target(world: &World, words: &Words) -> String {
    match world.demo {
        true => words.say("demo-target"),
        false => world.target.origin().ascii_serialization(),
    }
}

/// The identifier of this build: the start of a digest of the sources and the evidence.
fn build(edition: &Edition<'_>) -> String {
    let sources: Vec<(&str, &str)> =
        edition.project.sources.iter().map(|(file, text)| (&**file, &**text)).collect();
    let mut digest = Digest::of_value(&(sources, edition.assessment)).0;
    digest.truncate(BUILD_LENGTH);
    digest
}

/// The files for programs.
fn files(edition: &Edition<'_>) -> Vec<view::File> {
    let words = edition.words();
    let one = |title: String, media: &str, path: &str| view::File {
        title,
        media: media.to_owned(),
        path: path.to_owned(),
    };
    let titled = |key: &str, media: &str, path: &str| one(words.say(key), media, path);
    let mut files = vec![
        titled("file-claims", "application/json", "claims.json"),
        titled("file-schema", "application/schema+json", "claims.schema.json"),
        titled("file-feed", "application/atom+xml", &edition.path(feed::FILE)),
        titled("file-badge", "image/svg+xml", "badge.svg"),
        titled("file-badge-json", "application/json", "badge.json"),
        titled("file-llms", "text/markdown", &edition.path(index_files::OVERVIEW)),
        titled("file-sitemap", "application/xml", "sitemap.xml"),
    ];
    files.extend(edition.policies().map(|policy| as_markdown(policy, words)));
    if security_txt::file(edition).is_some() {
        files.push(one("security.txt".to_owned(), "text/plain", security_txt::PATH));
    }
    files
}

/// The Markdown file of a policy.
pub(crate) fn as_markdown(policy: &Policy, words: &Words) -> view::File {
    view::File {
        title: words.fill("as-markdown", &[("title", &policy.front.title.value)]),
        media: "text/markdown".into(),
        path: markdown::path(policy),
    }
}

fn contact(address: &url::Url) -> view::LinkView {
    let text = match address.scheme() {
        "mailto" => address.path().to_owned(),
        _ => address.host_str().unwrap_or_default().to_owned(),
    };
    view::LinkView { text, address: address.to_string() }
}

fn policy_link(policy: &Policy) -> view::PolicyLink {
    view::PolicyLink {
        title: policy.front.title.value.clone(),
        summary: policy.front.summary.value.clone(),
        path: format!("{}/index.html", policy.slug),
    }
}

/// The warnings that a reader must see.
fn warnings(edition: &Edition<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if edition.project.world.demo || edition.assessment.world.demo {
        warnings.push(edition.words().say("demo"));
    }
    if let Some(clock) = edition.assessment.clock.or(edition.project.world.clock) {
        let clock = edition.words().time(clock);
        warnings.push(edition.words().fill("clock-set", &[("time", &clock)]));
    }
    warnings
}

/// The permissions of the checks beyond public requests.
fn permissions(project: &Project, words: &Words) -> Vec<String> {
    let world = &project.world;
    let mut all = Vec::new();
    if project.writes {
        all.push(words.say("may-write"));
    }
    if project.commands {
        all.push(words.say("may-run"));
    }
    if project.limits.valid_for > VALID_FOR_MAX {
        let days = project.limits.valid_for.as_seconds() / Period::days(1).as_seconds();
        all.push(words.count("may-last", usize::try_from(days).unwrap_or(usize::MAX)));
    }
    for (name, actor) in project.actors.iter().filter(|(_, actor)| !actor.send_to.is_empty()) {
        let to: Vec<String> =
            actor.send_to.iter().map(|one| one.origin().ascii_serialization()).collect();
        all.push(words.fill("may-send", &[("actor", name), ("origins", &words.list(&to))]));
    }
    if world.demo {
        all.push(words.say("demo-names"));
        return all;
    }
    for (host, to) in &world.connect_to {
        let to: Vec<String> = to.iter().map(ToString::to_string).collect();
        all.push(words.fill("led-to", &[("host", host), ("address", &words.list(&to))]));
    }
    if !world.roots.is_empty() {
        all.push(words.count("more-roots", world.roots.len()));
    }
    if let Some(resolver) = world.resolver {
        all.push(words.fill("asked-resolver", &[("address", &resolver.to_string())]));
    }
    all
}
