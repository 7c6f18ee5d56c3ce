//! `avouch.yaml`: reads and validates the settings.
//!
//! Every key is optional to the reader of YAML, so that one mistake does not hide another; missing
//! keys are reported here.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use url::Url;

use crate::load::file::document;
use crate::load::file::document::Document;
use crate::load::file::reader::Reader;
use crate::load::options::Options;
use crate::load::project::actor::Unset;
use crate::load::project::file::PROJECT_FILE;
use crate::load::project::file::{ProjectFile, ReleaseFile};
use crate::load::project::keep::KeptPath;
use crate::load::project::scope::{Scope, check_name};
use crate::load::project::variable::Variables;
use crate::load::project::{
    actor, address, endpoints, forge, jwt, keep, language, limits, needs, tenants, variable, world,
};
use crate::model::plan::expect::Refusal;
use crate::model::project::actor::{Actor, Secret};
use crate::model::project::endpoints::EndpointList;
use crate::model::project::forge::ForgeApp;
use crate::model::project::i18n::Language;
use crate::model::project::permissions::Asked;
use crate::model::project::promises::PromiseSeverity;
use crate::model::project::release::ReleaseSource;
use crate::model::project::world::{Limits, World};
use crate::model::project::{RawHtml, Site};
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::{Node, Value};
use crate::model::written::refusal::WrittenRefusal;

/// The project's file, validated.
pub(crate) struct Settings {
    pub(crate) site: Site,
    pub(crate) keep: Vec<KeptPath>,
    pub(crate) languages: Vec<Language>,
    pub(crate) products: IndexMap<String, String>,
    pub(crate) roles: IndexMap<String, String>,
    pub(crate) hosts: BTreeMap<String, String>,
    pub(crate) actors: IndexMap<String, Actor>,
    pub(crate) unset: Unset,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) tenants: Vec<String>,
    pub(crate) contacts: Vec<Url>,
    pub(crate) limits: Limits,
    pub(crate) writes: bool,
    pub(crate) commands: bool,
    pub(crate) refusal: Refusal,
    pub(crate) refusals: BTreeMap<String, Refusal>,
    pub(crate) jwts: BTreeSet<String>,
    pub(crate) release: Option<ReleaseSource>,
    pub(crate) forge: Option<ForgeApp>,
    pub(crate) endpoints: Vec<EndpointList>,
    pub(crate) promises: PromiseSeverity,
    pub(crate) world: World,
    pub(crate) asked: Asked,
}

/// Reads the project's file; `None` if its settings are too incomplete to validate other files.
pub(crate) fn read(reader: &mut Reader<'_>, options: &Options<'_>) -> Option<Settings> {
    let Some(source) = reader.file(PROJECT_FILE) else {
        let already_reported = reader.diagnostics.iter().any(|one| is_about(one, PROJECT_FILE));
        if !already_reported {
            reader.diagnostics.push(no_project());
        }
        return None;
    };
    let mut diagnostics = Report::new();
    let whole = document::whole(&source.text);
    let document = document::read(&source.text, whole, &source.file, &mut diagnostics);
    let settings = document.and_then(|document: Document<ProjectFile>| {
        let scope =
            &mut Scope { source: &source, node: &document.node, diagnostics: &mut diagnostics };
        settings(&document.value?, scope, reader, options)
    });
    reader.diagnostics.extend(diagnostics);
    settings
}

fn is_about(diagnostic: &Diagnostic, file: &str) -> bool {
    diagnostic.place.as_ref().is_some_and(|place| &*place.file == file)
}

fn no_project() -> Diagnostic {
    let message = format!("there is no `{PROJECT_FILE}` here");
    let help = "go to the project's folder, or begin one with `avouch init`";
    Diagnostic {
        place: None,
        ..Diagnostic::new(Code::NoProject, Place::file(PROJECT_FILE), message).help(help)
    }
}

fn settings(
    file: &ProjectFile,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
    options: &Options<'_>,
) -> Option<Settings> {
    variable::refuse_elsewhere(scope);
    let world = world::of(file, scope, reader, options);
    let asked = needs::of(&world, scope, options);
    let variables = Variables::new(options, world.embedded);
    let (mut actors, unset) = actor::all(&file.actors, (&variables, &world.target), scope);
    let tenants = tenants::read(file.tenants.as_ref(), &actors, scope, reader);
    let names = tenants.keys().cloned().collect();
    let languages = language::all(file, scope, reader);
    let promises = file.promises.unwrap_or_default();
    language::unread_promises(&languages, promises, scope);
    actors.extend(tenants);
    let jwts = jwt::actors(file, &actors, &unset, scope);
    let settings = Settings {
        site: site(file, scope),
        keep: keep::read(file.site.as_ref(), scope),
        languages,
        products: named(&file.products, "products", scope),
        roles: named(&file.roles, "roles", scope),
        hosts: world.hosts.clone(),
        actors,
        unset,
        secrets: variables.secrets(),
        tenants: names,
        contacts: contacts(&file.contacts, scope),
        limits: file
            .limits
            .as_ref()
            .map_or_else(Limits::default, |limits| limits::of(limits, scope)),
        writes: file.writes,
        commands: file.commands,
        refusal: refusal(file.refused.as_ref(), &world.target, scope),
        jwts,
        refusals: refusals(file, &world.target, scope),
        release: file.release.as_ref().and_then(|one| release(one, scope)),
        forge: file.forge.as_ref().and_then(|one| forge::read(one, scope, reader)),
        endpoints: endpoints::read(&file.endpoints, scope, reader),
        promises,
        world,
        asked,
    };
    let is_mapping = |key: &&str| {
        let node = scope.node.get(key);
        node.is_none_or(|node| matches!(node.value, Value::Map(_)))
    };
    ["products", "roles", "hosts", "actors"].iter().all(is_mapping).then_some(settings)
}

fn site(file: &ProjectFile, scope: &mut Scope<'_>) -> Site {
    let root = scope.node;
    let Some(node) = root.get("site") else {
        let help = "add `site:` with `title`, `organisation`, `url` and `language`";
        scope.diagnostics.push(Diagnostic::missing_key(scope.place(&root.span), "site").help(help));
        return no_site();
    };
    let Some(site) = &file.site else {
        return no_site();
    };
    let title = scope.required(site.title.as_ref(), "title", node).value;
    let organisation = scope.required(site.organisation.as_ref(), "organisation", node).value;
    let url = scope.required(site.url.as_ref(), "url", node);
    let language = scope.required(site.language.as_ref(), "language", node);
    if !language.is_empty() && !language::is_language(&language) {
        let error = Diagnostic::not_a_language_tag(scope.place(&language.span), &language);
        scope.diagnostics.push(error);
    }
    Site {
        title,
        organisation,
        url: address::web(&url, scope).unwrap_or_else(address::nowhere),
        language: language.value,
        raw_html: site.raw_html.unwrap_or_default(),
        versions: site.versions,
    }
}

/// A stand-in for a site that could not be read, so that other files can be.
fn no_site() -> Site {
    Site {
        title: String::new(),
        organisation: String::new(),
        url: address::nowhere(),
        language: String::new(),
        raw_html: RawHtml::default(),
        versions: false,
    }
}

/// A list of names with their titles; one whose title was refused is included too, by its name.
fn named(
    read: &IndexMap<String, String>,
    key: &str,
    scope: &mut Scope<'_>,
) -> IndexMap<String, String> {
    let entries = scope.node.get(key).map_or(&[][..], Node::entries);
    for entry in entries {
        check_name(&entry.key, &entry.key_span, scope);
    }
    entries
        .iter()
        .map(|entry| (entry.key.clone(), read.get(&entry.key).cloned().unwrap_or_default()))
        .collect()
}

fn release(file: &ReleaseFile, scope: &mut Scope<'_>) -> Option<ReleaseSource> {
    let paths = [Some(&file.get), file.at.as_ref()];
    let mut wrong = paths.into_iter().flatten().filter(|one| !one.starts_with('/')).peekable();
    let is_sound = wrong.peek().is_none();
    for one in wrong {
        let message = format!("`{}` does not begin with `/`", one.value);
        let help = "write `release: { get: /version, at: /commit }`: a path of the target, and a \
                    JSON Pointer into its answer";
        scope.report(Code::BadPointer, &one.span, message, help);
    }
    let at = file.at.as_ref().map(|at| at.value.clone());
    is_sound.then(|| ReleaseSource { get: file.get.value.clone(), at })
}

fn contacts(written: &[Spanned<String>], scope: &mut Scope<'_>) -> Vec<Url> {
    let mut contacts = Vec::new();
    for contact in written {
        match Url::parse(contact) {
            Ok(url) if matches!(url.scheme(), "mailto" | "https") => contacts.push(url),
            _ => {
                let message = format!("`{}` is not a contact address", contact.value);
                let help =
                    "write it like `mailto:security@example.com` or `https://example.com/report`";
                scope.report(Code::BadAddress, &contact.span, message, help);
            }
        }
    }
    contacts
}

fn refusal(file: Option<&WrittenRefusal>, target: &Url, scope: &mut Scope<'_>) -> Refusal {
    let Some(file) = file else {
        return Refusal::standard();
    };
    let (refusal, mistakes) = file.read(Some(target));
    for (span, message, help) in mistakes {
        scope.report(Code::BadRefusal, &span, message, help);
    }
    refusal
}

/// What actors count as a refusal instead, by their names.
fn refusals(file: &ProjectFile, target: &Url, scope: &mut Scope<'_>) -> BTreeMap<String, Refusal> {
    let written =
        file.actors.iter().filter_map(|(name, actor)| Some((name, actor.refused.as_ref()?)));
    written.map(|(name, one)| (name.clone(), refusal(Some(one), target, scope))).collect()
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;
    use crate::model::project::actor::Scheme;

    fn reported(yaml: &str) -> Vec<String> {
        Fixture::sound().with("avouch.yaml", yaml).reported()
    }

    /// The diagnostics for the sound file with another line in place of the one that begins with `key`.
    fn with(key: &str, line: &str) -> Vec<String> {
        let (_, sound) = crate::load::fixture::FILES[0];
        let kept = sound.lines().filter(|one| !one.starts_with(&format!("{key}:")));
        let lines: Vec<&str> = [line].into_iter().chain(kept).collect();
        reported(&lines.join("\n"))
    }

    #[test]
    fn keys_that_are_unknown_missing_or_of_another_type_are_reported_at_once() {
        assert_eq!(
            reported(
                "sight: {}\nsite: {title: '', url: example.com, language: e}\nwrites: maybe\nroles: {officer: A}\nproducts: {cloud: A}\n"
            ),
            [
                "avouch.yaml:1:1 unknown-key: unknown key `sight` ? did you mean `site`?",
                "avouch.yaml:1:1 missing-key: the key `target` is missing ? add `target:`",
                "avouch.yaml:2:7 missing-key: the key `organisation` is missing ? add `organisation:`",
                "avouch.yaml:2:15 empty: `title` is empty ? write a text",
                "avouch.yaml:2:24 bad-address: `example.com` is not a web address ? write it like `https://security.example.com`",
                "avouch.yaml:2:47 bad-language: `e` is not a language tag ? write it like `en` or `pt-BR`",
                "avouch.yaml:3:9 wrong-type: expected `true` or `false`, found a string ? write `true` or `false`, without quotes",
            ]
        );
    }

    #[test]
    fn a_missing_or_empty_file_is_reported() {
        assert_eq!(
            Fixture::sound().without("avouch.yaml").reported(),
            [
                "no-project: there is no `avouch.yaml` here ? go to the project's folder, or begin one with `avouch init`"
            ]
        );
        assert_eq!(
            reported("# nothing yet\n"),
            [
                "avouch.yaml:1:1 empty: nothing is written here ? write its keys, such as `key: value`"
            ]
        );
    }

    #[test]
    fn an_invalid_target_is_reported_at_its_place() {
        let usual = "write `demo`, or an origin such as `https://addon.example.com`, with nothing after the host";
        let plain = "write `https://`: plain `http://` is allowed on loopback only, as credentials would travel in the clear";
        let path = "end it after the host, and put `/path` into the paths of the checks";
        for (bad, help) in [
            ("http://addon.example.com", plain),
            ("addon.example.com", usual),
            ("https://a.test/path", path),
            ("demon", usual),
        ] {
            assert_eq!(
                with("target", &format!("target: {bad}")),
                [format!(
                    "avouch.yaml:1:9 bad-target: the target `{bad}` is not an origin ? {help}"
                )]
            );
        }
        assert_eq!(
            Fixture::sound().target("nowhere").reported(),
            [
                "bad-target: the target `nowhere` is not an origin ? write `demo`, or an origin such as `https://addon.example.com`, with nothing after the host"
            ]
        );
    }

    #[test]
    fn the_demo_is_known_by_its_name_and_by_its_host() {
        for (target, url, demo) in [
            ("demo", "https://addon.demo.test/", true),
            ("https://addon.demo.test:8443", "https://addon.demo.test:8443/", true),
            ("https://demo.test.example.com", "https://demo.test.example.com/", false),
        ] {
            let project = Fixture::sound().target(target).load().project.unwrap();
            assert_eq!((project.world.target.as_str(), project.world.demo), (url, demo));
            assert_eq!(project.world.embedded, target == "demo");
            let secret = project.actors["operator"].scheme.secret().unwrap().expose();
            assert_eq!(secret, format!("OPS_TOKEN of demo {}", target == "demo"));
        }
    }

    #[test]
    fn variables_are_read_in_actors_and_target_only_and_never_shown() {
        let fixture = Fixture::sound()
            .replace("avouch.yaml", "https://addon.example.com", "${TARGET}")
            .replace("avouch.yaml", "organisation: Example", "organisation: \"${TARGET} Ltd\"")
            .replace("avouch.yaml", "${ACME_SECRET}", "a-${UNSET}")
            .replace(
                "avouch.yaml",
                "bearer: \"${OPS_TOKEN}\"",
                "basic: {user: \"${WITH_BREAK}\", password: \"${EMPTY}${1x}\"}",
            );
        assert_eq!(
            fixture.reported(),
            [
                "avouch.yaml:1:37 misplaced-variable: the variable `TARGET` is not read here ? variables are read in `actors`, `target`, `connect_to` and `roots` only",
                "avouch.yaml:7:70 unset-variable: the variable `UNSET` has no value ? set `UNSET` in the environment",
                "avouch.yaml:8:28 bad-credential: there is a line break or control character in this credential ? look at the value of its variable: often it ends with a line break",
                "avouch.yaml:8:56 unset-variable: the variable `EMPTY` has no value ? set `EMPTY` in the environment",
                "avouch.yaml:8:64 bad-variable: `1x` is not the name of a variable ? use letters, digits and `_`, such as `${ACME_SECRET}`",
            ]
        );
        let project = fixture.load().project.unwrap();
        assert_eq!(project.world.target.as_str(), "https://from.env.example/");
        assert!(!format!("{:?}", project.actors).contains("s3cret\n\""));
    }

    #[test]
    fn an_actor_has_exactly_one_way_to_show_who_it_is() {
        let actors = "actors: {none: {tenant: a}, two: {bearer: x, basic: {user: u}}, anyone: {bearer: x, weak_secret: true}, 'b c': 5, good: {header: {name: X-Key, value: v}, send_to: [ops.example.com], weak_secret: true}}";
        let (_, sound) = crate::load::fixture::FILES[0];
        let before = sound.split("actors:").next().unwrap();
        let fixture = Fixture::sound().with("avouch.yaml", format!("{before}{actors}\n"));
        const ONE: &str = "give it exactly one of `login`, `oauth2`, `headers`, `query`, `aws`, `certificate`, `bearer`, `basic`, `header`, `connect` and `signed`; the third to the sixth may be combined, and added to the first two";
        assert_eq!(
            fixture.reported(),
            [
                format!("avouch.yaml:6:16 credential-scheme: this actor has no credential ? {ONE}"),
                format!("avouch.yaml:6:46 credential-scheme: this actor has more than one credential ? {ONE}"),
                "avouch.yaml:6:65 reserved-name: `anyone` means a caller without credentials, and cannot be defined ? give the actor another name".to_owned(),
                "avouch.yaml:6:105 bad-name: `b c` cannot be a name ? use letters, digits, `-`, `_` and `.`".to_owned(),
                "avouch.yaml:6:112 wrong-type: expected a mapping, found a number ? write it as lines of `key: value`".to_owned(),
                "avouch.yaml:6:165 bad-address: `ops.example.com` is not an origin ? write it like `https://ops.example.com`, with nothing after the host".to_owned(),
            ]
        );
        let project = fixture.load().project.unwrap();
        assert!(project.knows_actor("b c") && project.knows_actor("none"));
        assert!(matches!(project.actors["good"].scheme, Scheme::Header { .. }));
    }

    #[test]
    fn invalid_addresses_and_files_are_reported() {
        let extra = "hosts: {platform: 'https://a.test', media: a.test}\ncontacts: [security@example.com]\nconnect_to: {'a b': '127.0.0.1:1', a.test: localhost}\nroots: [../ca.pem, gone.pem, avouch.yaml]\nresolver: dns.example.com\ntrust_anchor: x.test. IN A 192.0.2.1\n";
        let (_, sound) = crate::load::fixture::FILES[0];
        let kept =
            sound.lines().filter(|one| !one.starts_with("hosts:") && !one.starts_with("contacts:"));
        let text = format!("{extra}{}", kept.collect::<Vec<_>>().join("\n"));
        assert_eq!(
            reported(&text),
            [
                "avouch.yaml:1:19 bad-host: `https://a.test` is not a host name ? write its name alone, such as `www.example.com`",
                "avouch.yaml:2:12 bad-address: `security@example.com` is not a contact address ? write it like `mailto:security@example.com` or `https://example.com/report`",
                "avouch.yaml:3:14 bad-connect-to: `a b` is not a host name ? write it like `addon.example.com` or `addon.example.com:443`",
                "avouch.yaml:3:44 bad-connect-to: `localhost` is not an IP address with a port ? write numbers, such as `127.0.0.1:8443`",
                "avouch.yaml:4:9 outside-project: `../ca.pem` leads out of the project's folder ? put the file itself into the project",
                "avouch.yaml:4:20 missing-file: `gone.pem` cannot be read ? name a file in the project that contains PEM certificates",
                "avouch.yaml:4:30 bad-root: there is no certificate in `avouch.yaml` ? it must contain PEM certificates, each between `-----BEGIN CERTIFICATE-----` and its end",
                "avouch.yaml:5:11 bad-resolver: `dns.example.com` is not the address of a resolver ? write numbers, such as `127.0.0.1:5353`",
                "avouch.yaml:6:15 bad-trust-anchor: the trust anchor is not a list of DNSKEY records ? write one a line, such as `corp.example. IN DNSKEY 257 3 13 BASE64`",
            ]
        );
    }

    #[test]
    fn limits_are_read_and_bounded() {
        let sound = Fixture::sound().replace(
            "avouch.yaml",
            "hosts:",
            "limits: {at_once: 4, timeout: 5s, body: 64KiB}\nhosts:",
        );
        let limits = sound.load().project.unwrap().limits;
        assert_eq!((limits.at_once, limits.per_host, limits.body), (4, 8, 65536));
        assert_eq!(
            with("limits", "limits: {at_once: 0, retries: 11, timeout: 0s, body: 1GiB, run: 25h}"),
            [
                "avouch.yaml:1:19 bad-limit: `0` is out of range ? write a value from `1` to `1000`",
                "avouch.yaml:1:31 bad-limit: `11` is out of range ? write a value from `0` to `10`",
                "avouch.yaml:1:44 bad-limit: `0s` is out of range ? write a value from `1s` to `10m`",
                "avouch.yaml:1:54 wrong-value: `1GiB` is not a size ? write it like `64KiB` or `1MiB`",
                "avouch.yaml:1:65 bad-limit: `25h` is out of range ? write a value from `1s` to `24h`",
            ]
        );
    }

    #[test]
    fn what_counts_as_a_refusal_is_named_by_status_log_in_page_and_body() {
        let rule = "{statuses: [401, 404, 200], login: /login, json: {/code: 101}}";
        let sound =
            Fixture::sound().replace("avouch.yaml", "hosts:", &format!("refused: {rule}\nhosts:"));
        let refusal = sound.load().project.unwrap().refusal;
        assert_eq!(refusal.statuses, [401, 404].into());
        assert_eq!((refusal.login.as_deref(), refusal.body.len()), (Some("/login"), 1));
        assert_eq!(
            with("refused", "refused: {statuses: [401, 200, 302, 429], login: login}"),
            [
                "avouch.yaml:1:27 bad-refusal: status 200 is not a refusal ? a success refuses only by its body: add `json:`, `title:` or `text:` with what only a refusal contains",
                "avouch.yaml:1:32 bad-refusal: status 302 is not a refusal ? name the log-in page to which it leads: `login: /login`",
                "avouch.yaml:1:37 bad-refusal: status 429 is not a refusal ? write statuses from 400 to 499, such as `[401, 403, 404]`",
                "avouch.yaml:1:50 bad-refusal: `login` is not a path ? write it like `/login`, or as a whole `https:` address on another host",
            ]
        );
        assert_eq!(
            with("refused", "refused: {statuses: []}"),
            [
                "avouch.yaml:1:21 bad-refusal: no status is left that counts as a refusal ? leave `statuses:` out for `[400, 401, 403]`"
            ]
        );
    }

    #[test]
    fn a_refusal_that_ordinary_answers_meet_is_reported() {
        for (rule, message) in [
            ("{login: /}", "every redirect within the service would count as a refusal"),
            ("{text: {contains: e}}", "this text is so short that ordinary answers contain it"),
            ("{json: {/data: {exists: false}}}", "every answer without this would count"),
            ("{title: {exists: true}}", "an ordinary answer would count as a refusal"),
            ("{text: {contains: ''}}", "any answer would count as a refusal"),
            ("{json: {code: 1}}", "`code` is not a JSON Pointer"),
        ] {
            let reported = with("refused", &format!("refused: {rule}"));
            assert_eq!(reported.len(), 1, "{rule} {reported:?}");
            assert!(reported[0].contains("bad-refusal"), "{reported:?}");
            assert!(reported[0].contains(message), "{reported:?}");
        }
        let actor = "acme: {refused: {statuses: [200]}, tenant";
        let actor = Fixture::sound().replace("avouch.yaml", "acme: {tenant", actor).reported();
        assert!(actor[0].contains("status 200 is not a refusal"), "{actor:?}");
    }

    #[test]
    fn a_section_that_cannot_be_read_leaves_other_files_unmeasured() {
        let reported = with("products", "products: cloud");
        assert_eq!(
            reported,
            [
                "avouch.yaml:1:11 wrong-type: expected a mapping, found a string ? write it as lines of `key: value`"
            ]
        );
    }
}
