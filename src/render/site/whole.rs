//! What every page says of the whole: who publishes, what was asked and how, where the claims stand.

use crate::model::binding::Digest;
use crate::model::project::{Project, World};
use crate::model::time::in_words;
use crate::render::Input;
use crate::render::site::{Stage, markdown, security_headers, security_txt, standing, view};
use crate::render::wording::{count, list};

/// How many hexadecimal digits tell a build.
const BUILD_LENGTH: usize = 12;

/// What is the same on every page.
pub(crate) fn site(input: &Input<'_>, stage: Stage) -> view::Site {
    let project = input.project;
    view::Site {
        title: project.site.title.clone(),
        organisation: project.site.organisation.clone(),
        url: project.site.url.to_string(),
        language: project.site.language.clone(),
        generator: concat!("Avouch ", env!("CARGO_PKG_VERSION")).to_owned(),
        target: target(&project.world),
        checked: input.assessment.finished.into(),
        contacts: project.contacts.iter().map(contact).collect(),
        warnings: warnings(input),
        permissions: permissions(project),
        policies: project.policies.iter().map(policy_link).collect(),
        summary: standing::of_all(input),
        draft: stage == Stage::Draft,
        build: build(input),
        security_policy: security_headers::POLICY.to_owned(),
        files: files(input),
        no_security_txt: no_security_txt(input),
    }
}

fn target(world: &World) -> String {
    match world.demo {
        true => "the embedded demo add-on".to_owned(),
        false => world.target.origin().ascii_serialization(),
    }
}

/// What tells this build from any other: the beginning of a digest of the sources and the evidence.
fn build(input: &Input<'_>) -> String {
    let sources: Vec<(&str, &str)> =
        input.project.sources.iter().map(|(file, text)| (&**file, &**text)).collect();
    let mut digest = Digest::of_value(&(sources, input.assessment)).0;
    digest.truncate(BUILD_LENGTH);
    digest
}

/// What stands beside the pages for machines.
fn files(input: &Input<'_>) -> Vec<view::File> {
    let one = |title: &str, media: &str, path: &str| view::File {
        title: title.to_owned(),
        media: media.to_owned(),
        path: path.to_owned(),
    };
    let mut files = vec![
        one("Every claim as JSON", "application/json", "claims.json"),
        one("The schema of that file", "application/schema+json", "claims.schema.json"),
        one("Feed of the policies", "application/atom+xml", "feed.xml"),
        one("Badge", "image/svg+xml", "badge.svg"),
        one("Badge as JSON", "application/json", "badge.json"),
        one("Overview for language models", "text/markdown", "llms.txt"),
        one("Site map", "application/xml", "sitemap.xml"),
    ];
    files.extend(input.project.policies.iter().map(|policy| {
        let title = format!("{} as Markdown", policy.front.title.value);
        one(&title, "text/markdown", &markdown::path(policy))
    }));
    if security_txt::file(input).is_some() {
        files.push(one("security.txt", "text/plain", security_txt::PATH));
    }
    files
}

fn no_security_txt(input: &Input<'_>) -> String {
    match security_txt::file(input) {
        Some(_) => String::new(),
        None => {
            "There is no security.txt here: nobody has given their dated word for the contacts."
                .to_owned()
        }
    }
}

fn contact(address: &url::Url) -> view::Link {
    let text = match address.scheme() {
        "mailto" => address.path().to_owned(),
        _ => address.host_str().unwrap_or_default().to_owned(),
    };
    view::Link { text, address: address.to_string() }
}

fn policy_link(policy: &crate::model::policy::Policy) -> view::PolicyLink {
    view::PolicyLink {
        title: policy.front.title.value.clone(),
        summary: policy.front.summary.value.clone(),
        path: format!("{}/index.html", policy.slug),
    }
}

/// What a reader must not miss.
fn warnings(input: &Input<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if input.project.world.demo || input.assessment.world.demo {
        warnings.push("Verified against the embedded demo add-on, not a live service.".to_owned());
    }
    if let Some(clock) = input.assessment.clock.or(input.project.world.clock) {
        let clock = in_words(clock);
        warnings.push(format!("The clock was set to {clock}; these are not the real times."));
    }
    warnings
}

/// What the checks were permitted beyond asking a public service as anyone meets it.
fn permissions(project: &Project) -> Vec<String> {
    let world = &project.world;
    let mut all = Vec::new();
    if project.writes {
        all.push(
            "The checks may create and delete objects of their own on the service.".to_owned(),
        );
    }
    if project.commands {
        all.push("The checks may run programs of the publisher's own.".to_owned());
    }
    for (name, actor) in project.actors.iter().filter(|(_, actor)| !actor.send_to.is_empty()) {
        let to: Vec<String> =
            actor.send_to.iter().map(|one| one.origin().ascii_serialization()).collect();
        all.push(format!("The credentials of {name} also go to {}.", list(&to, "and")));
    }
    if world.demo {
        all.push("Every name was answered by the demo add-on itself, on this machine.".to_owned());
        return all;
    }
    for (host, to) in &world.connect_to {
        all.push(format!("Connections to {host} were led to {to}."));
    }
    if !world.roots.is_empty() {
        let roots = count(world.roots.len(), "more file");
        all.push(format!(
            "Beside the public certificate authorities, {roots} of them was trusted."
        ));
    }
    if let Some(resolver) = world.resolver {
        all.push(format!("Names were looked up at {resolver}."));
    }
    all
}
