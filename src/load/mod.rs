//! Reads a [`Project`] from disk and reports all its mistakes; it never stops at the first.

pub(crate) mod across;
pub mod claim;
pub mod file;
#[cfg(test)]
mod fixture;
mod literal;
pub mod options;
pub mod permissions;
pub mod policy;
pub mod project;

pub use crate::load::project::address::origin;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::load::across::{
    bind, kept, link_targets, needs, page_addresses, products, program_secrets, translations,
    validity, verdict_labels,
};
use crate::load::claim::{Claims, attestations, record, waivers};
use crate::load::file::reader::{Reader, SourceFile};
use crate::load::options::{Loaded, Options};
use crate::load::policy::bound::Of;
use crate::load::policy::verdict::Rule;
use crate::load::policy::{PolicyFile, Rules, sub_processors};
use crate::load::project::settings::Settings;
use crate::load::project::{language, settings};
use crate::model::project::actor::Secret;
use crate::model::project::claim::Claim;
use crate::model::project::i18n::Language;
use crate::model::project::promises::PromiseSeverity;
use crate::model::project::verdict_labels::labels;
use crate::model::project::waiver::Waiver;
use crate::model::project::{Project, RawHtml};
use crate::model::source::Place;
use crate::model::source::claim_id::ClaimId;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, Severity, in_source_order};

/// Maximum number of diagnostics of one file: after correcting those, the author runs it again.
const REPORTED_MAX: usize = 200;

/// Reads the project below `root`.
pub fn project(root: &Path, options: &Options<'_>) -> Loaded {
    let mut reader = Reader::new(root, options.instead);
    let start = reader.diagnostics.mark();
    let settings = settings::read(&mut reader, options);
    // Without readable settings it is unknown which HTML is allowed, so none is reported.
    let html = settings.as_ref().map_or(RawHtml::Sanitised, |one| one.site.raw_html);
    reader.unread_since(start);
    let languages = settings.as_ref().map_or(&[][..], |one| &one.languages);
    let promises = settings.as_ref().map_or(PromiseSeverity::Off, |one| one.promises);
    let labels = labels(languages);
    let rule = Rule { labels: &labels, severity: severity_of_imitations(promises) };
    let mut policies =
        policies(&mut reader, languages, Rules { language: "", html, promises, rule });
    sub_processors::place(&mut reader, &mut policies);
    let mark = reader.diagnostics.mark();
    let claims = claim::read(&mut reader);
    reader.unread_since(mark);
    let home = settings.as_ref().map_or("", |settings| settings.site.url.as_str());
    link_targets::check(&policies, home, &claims.known, &mut reader.diagnostics);
    let measure = measure(settings.as_ref(), &claims.known, options);
    let mark = reader.diagnostics.mark();
    let attestations = attestations::read(&mut reader, &measure);
    let waivers = waivers::read(&mut reader, &measure);
    reader.unread_since(mark);
    let templates = templates(&mut reader);
    if let Some(settings) = &settings {
        against_settings(settings, &policies, &claims, &mut reader.diagnostics);
    }
    reader.diagnostics.extend(verdict_labels::check(&reader.sources, rule));
    let claims = bound(claims, &policies, &waivers, &mut reader.diagnostics);
    if let Some(settings) = &settings {
        translations::check(&settings.languages, &policies, &claims, &mut reader.diagnostics);
    }
    let secrets = secrets(settings.as_ref(), &claims, options, &mut reader);
    let Reader { sources, diagnostics, unread, .. } = reader;
    let project = settings.map(|settings| Project {
        site: settings.site,
        keep: settings.keep.into_iter().map(|kept| kept.path).collect(),
        languages: settings.languages,
        products: settings.products,
        roles: settings.roles,
        hosts: settings.hosts,
        actors: settings.actors,
        secrets,
        tenants: settings.tenants,
        unset: settings.unset,
        contacts: settings.contacts,
        limits: settings.limits,
        writes: settings.writes,
        commands: settings.commands,
        refusal: settings.refusal,
        refusals: settings.refusals,
        jwts: settings.jwts,
        release: settings.release,
        forge: settings.forge,
        endpoints: settings.endpoints,
        world: settings.world,
        asked: settings.asked,
        policies: policies.into_iter().map(|one| one.policy).collect(),
        claims,
        attestations,
        waivers,
        templates,
        sources: sources.clone(),
    });
    Loaded {
        project,
        diagnostics: bounded(in_source_order(diagnostics.into_vec())),
        sources,
        unread,
    }
}

/// The claims with their passages, compared with each other, with the policies and the waivers.
fn bound(
    claims: Claims,
    policies: &[PolicyFile],
    waivers: &BTreeMap<ClaimId, (Arc<str>, Waiver)>,
    diagnostics: &mut Report,
) -> Vec<Claim> {
    needs::check(&claims, diagnostics);
    diagnostics.extend(nothing_there(policies, &claims));
    let claims = bind::all(claims, policies, diagnostics);
    waivers::compare(waivers, &claims, diagnostics);
    claims
}

/// Compares policies and claims with the settings.
fn against_settings(
    settings: &Settings,
    policies: &[PolicyFile],
    claims: &Claims,
    diagnostics: &mut Report,
) {
    products::check(&settings.products, policies, claims, diagnostics);
    kept::check(&settings.keep, &settings.languages, policies, diagnostics);
    validity::check(settings.limits.valid_for, claims, diagnostics);
}

/// What attestations and waivers are compared with.
fn measure<'a>(
    settings: Option<&'a Settings>,
    claims: &'a BTreeSet<ClaimId>,
    options: &Options<'_>,
) -> record::RecordContext<'a> {
    record::RecordContext {
        claims,
        roles: settings.map(|settings| &settings.roles),
        demo: settings.is_none_or(|settings| settings.world.demo),
        today: options.today,
    }
}

/// The secrets of the project. One that a source contains literally is reported, and masked in excerpts.
fn secrets(
    settings: Option<&Settings>,
    claims: &[Claim],
    options: &Options<'_>,
    reader: &mut Reader<'_>,
) -> BTreeMap<String, Secret> {
    let mut secrets = program_secrets::of(claims, options);
    secrets.extend(settings.iter().flat_map(|settings| settings.secrets.clone()));
    let actors = settings.map(|settings| &settings.actors);
    literal::check(&mut reader.sources, &secrets, actors, &mut reader.diagnostics);
    secrets
}

/// The severity of a text of the publisher that imitates a verdict.
fn severity_of_imitations(promises: PromiseSeverity) -> Severity {
    match promises {
        PromiseSeverity::Error => Severity::Error,
        PromiseSeverity::Warning | PromiseSeverity::Off => Severity::Warning,
    }
}

/// The policies in the order of the site.
fn policies(reader: &mut Reader<'_>, languages: &[Language], rules: Rules<'_>) -> Vec<PolicyFile> {
    let sources = reader.folder(policy::FOLDER, &["md"]);
    let diagnostics = &mut reader.diagnostics;
    let read = |source: SourceFile| {
        if diagnostics.stops_at(&source.file) {
            return None;
        }
        let number = language::of(&source, languages);
        let tag = languages.get(number).map_or("", |language| &language.tag);
        Some((number, policy::read(&source, Rules { language: tag, ..rules }, diagnostics)))
    };
    let mut policies: Vec<(usize, PolicyFile)> = sources.into_iter().filter_map(read).collect();
    policies.sort_by_key(|(language, one)| {
        (*language, one.policy.front.order, one.policy.file.clone())
    });
    let policies: Vec<PolicyFile> = policies.into_iter().map(|(_, policy)| policy).collect();
    let unread = policies.iter().filter(|one| !one.is_read).map(|one| one.policy.file.clone());
    reader.unread.extend(unread);
    page_addresses::check(&policies, languages, diagnostics);
    policies
}

/// The project's own templates, by their path below their folder.
fn templates(reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    const FOLDER: &str = "templates/";
    // Other files in the folder are not part of a theme.
    const TEXTS: &[&str] = &["html", "css", "js", "svg", "xml", "txt", "json", "md"];
    let sources = reader.folder(FOLDER.trim_end_matches('/'), TEXTS);
    let name = |file: &str| file.strip_prefix(FOLDER).unwrap_or(file).to_owned();
    sources.iter().map(|one| (name(&one.file), one.text.to_string())).collect()
}

/// A project without policies or claims proves nothing, so it is an error.
fn nothing_there(policies: &[PolicyFile], claims: &Claims) -> Option<Diagnostic> {
    let makes_claims =
        policies.iter().flat_map(|one| &one.bounds).any(|bound| matches!(bound.of, Of::Claim(_)));
    let (code, message, help) = if policies.is_empty() {
        (
            Code::NoPolicies,
            "there is no policy in `content/`",
            "write one, such as `content/security.md`",
        )
    } else if !makes_claims && claims.known.is_empty() {
        (
            Code::NoClaims,
            "no policy makes a claim",
            "link words to a check: `[words](../checks/claim.yaml)`",
        )
    } else {
        return None;
    };
    let error = Diagnostic::new(code, Place::file(policy::FOLDER), message).help(help);
    Some(Diagnostic { place: None, ..error })
}

/// Drops the diagnostics beyond [`REPORTED_MAX`] of each file, and reports that.
fn bounded(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts: BTreeMap<Option<Arc<str>>, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for one in diagnostics {
        let file = one.place.as_ref().map(|place| place.file.clone());
        let count = counts.entry(file.clone()).or_default();
        *count += 1;
        match (file, *count) {
            (Some(file), count) if count == REPORTED_MAX + 1 => {
                let message = format!("there are more than {REPORTED_MAX} mistakes in this file");
                let error = Diagnostic::new(Code::TooManyMistakes, Place::file(file), message);
                kept.push(error.help("correct those that are listed, and run this again"));
            }
            (Some(_), count) if count > REPORTED_MAX => {}
            _ => kept.push(one),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::fixture::Fixture;
    use crate::load::options::StandIns;
    use crate::model::answer::attestation::AttestationDay;

    #[test]
    fn a_sound_project_is_read_whole_and_in_order() {
        let loaded =
            Fixture::sound().with("templates/part/foot.html", "<p>{{ site.title }}</p>").load();
        assert_eq!(loaded.diagnostics, []);
        let project = loaded.project.unwrap();
        let slugs: Vec<&str> = project.policies.iter().map(|one| one.slug.as_str()).collect();
        assert_eq!(slugs, ["security", "disclosure"]);
        let ids: Vec<&str> = project.claims.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["backup-daily", "report-channels"]);
        assert_eq!(project.claims[0].words(), "Customer data is backed up every day.");
        assert_eq!(project.claims[0].passages[0].under, "Data backup");
        assert_eq!(project.claims[1].checks[0].kind.value, "link");
        assert_eq!(project.policies[0].statements[0].passage.words, "No system is impenetrable.");
        assert!(matches!(project.attestations["backup-daily"].1.day, AttestationDay::On(_)));
        let names: Vec<&String> = project.templates.keys().collect();
        assert_eq!(names, ["part/foot.html"]);
        assert!(project.sources.text("checks/backup-daily.yaml").is_some());
    }

    #[test]
    fn what_cannot_be_read_is_named_and_another_text_can_stand_in_for_it() {
        let fixture = Fixture::sound()
            .replace("content/security.md", "title: ", "title: [")
            .with("checks/backup-daily.yaml", "proves: [")
            .with("content/disclosure.md", b"caf\xe9");
        let loaded = fixture.load();
        let unread: Vec<&str> = loaded.unread.iter().map(|file| &**file).collect();
        let expected = ["checks/backup-daily.yaml", "content/disclosure.md", "content/security.md"];
        assert_eq!(unread, expected);
        let text = |file: &str| {
            let (_, text) = crate::load::fixture::FILES.iter().find(|(name, _)| *name == file)?;
            Some(Arc::from(*text))
        };
        let stand_in = |file: &Arc<str>| (file.clone(), text(file));
        let instead: StandIns = loaded.unread.iter().map(stand_in).collect();
        let stood_in = fixture.load_instead(&instead);
        assert_eq!(stood_in.diagnostics, []);
        let nothing: StandIns = instead.keys().map(|file| (file.clone(), None)).collect();
        assert!(fixture.load_instead(&nothing).project.unwrap().policies.is_empty());
    }

    #[test]
    fn a_mistake_in_the_body_alone_leaves_a_policy_readable() {
        let loaded = Fixture::sound().replace("content/security.md", "See ", "See <b>").load();
        assert_ne!(loaded.diagnostics, []);
        assert!(loaded.unread.is_empty());
    }

    #[test]
    fn nothing_at_all_is_an_error_and_no_success() {
        let root = tempfile::tempdir().unwrap();
        let options = Options {
            target: None,
            env: &|_, _| None,
            unset: Severity::Error,
            today: jiff::civil::date(2026, 11, 22),
            instead: &StandIns::new(),
        };
        let loaded = project(root.path(), &options);
        let codes: Vec<Code> = loaded.diagnostics.iter().map(|one| one.code).collect();
        assert_eq!(codes, [Code::NoPolicies, Code::NoProject]);
        assert!(loaded.project.is_none());
    }

    #[test]
    fn policies_without_a_claim_are_an_error() {
        let reported = Fixture::sound()
            .without("checks/backup-daily.yaml")
            .without("checks/report-channels.yaml")
            .without("attestations/backup-daily.yaml")
            .without("content/disclosure.md")
            .with(
                "content/security.md",
                "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: c\n---\nNothing.\n",
            )
            .reported();
        assert_eq!(
            reported,
            [
                "no-claims: no policy makes a claim ? link words to a check: `[words](../checks/claim.yaml)`"
            ]
        );
    }

    #[test]
    fn a_file_full_of_mistakes_is_reported_as_such() {
        let many = "<b>\n".repeat(500);
        let fixture =
            Fixture::sound().replace("content/security.md", "See ", &format!("See {many}"));
        let reported = fixture.reported();
        assert_eq!(reported.len(), REPORTED_MAX + 1);
        assert!(reported.last().unwrap().contains("too-many-mistakes"));
    }

    /// A change to a text: its place as a share of the length, the number of bytes to remove, and the bytes
    /// to insert.
    type Edit = (usize, usize, Vec<u8>);

    fn edits() -> impl Strategy<Value = Vec<Edit>> {
        let snippets = [
            "[",
            "](",
            "](../checks/",
            "[](stated: \"x\")",
            "```",
            "> ",
            "- ",
            "| ",
            "---\n",
            "\n\n",
            "&a ",
            "*a",
            "<<: ",
            "!!str ",
            "? ",
            "'",
            "\"",
            "{",
            ": ",
            "\t",
            "\u{0}",
            "\u{feff}",
            "é",
            "~~",
            "[^1]",
            "[^1]: x",
            "<b>",
            "${X}",
            "# ",
            "${",
            "999999999999999999999",
            "\r",
        ];
        let known =
            prop::sample::select(snippets.to_vec()).prop_map(|text| text.as_bytes().to_vec());
        let any = prop::collection::vec(any::<u8>(), 0..4);
        prop::collection::vec((0..10_000usize, 0..12usize, prop_oneof![4 => known, 1 => any]), 1..6)
    }

    fn edited(text: &str, edits: Vec<Edit>) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for (at, out, new) in edits {
            let at = at * bytes.len() / 10_000;
            let end = (at + out).min(bytes.len());
            bytes.splice(at..end, new);
        }
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn no_change_of_any_file_can_bring_the_reader_down(
            file in 0..crate::load::fixture::FILES.len(),
            edits in edits(),
        ) {
            let (name, text) = crate::load::fixture::FILES[file];
            let loaded = Fixture::sound().with(name, edited(text, edits)).load();
            for one in &loaded.diagnostics {
                prop_assert!(one.help.is_some(), "{one:?} gives no help");
                let places = one.place.iter().chain(one.related.iter().map(|(place, _)| place));
                for place in places {
                    let text = loaded.sources.text(&place.file).map_or("", |text| text.as_ref());
                    prop_assert!(text.get(place.span()).is_some() || text.is_empty(), "{one:?}");
                }
            }
        }
    }
}
