//! The languages of the site: `languages:` in the project's file, and the interface's words.

use std::collections::BTreeMap;
use std::ops::Range;

use indexmap::IndexMap;

use crate::language::promise;
use crate::load::file::document;
use crate::load::file::document::Document;
use crate::load::file::reader::{Reader, SourceFile};
use crate::load::file::yaml;
use crate::load::policy;
use crate::load::project::file::{ProjectFile, SiteFile};
use crate::load::project::scope::Scope;
use crate::load::project::verdict_words::VerdictWords;
use crate::model::project::i18n::{FORMS, Language, Words, holes};
use crate::model::project::promises::PromiseSeverity;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::model::source::node::{Entry, Node};

/// The folder of the interface's words.
pub(crate) const FOLDER: &str = "templates/i18n";

/// The prefix of the keys that only a project's own templates use.
const OWN: &str = "own-";

/// The site's languages, its own first.
pub(crate) fn all(file: &ProjectFile, scope: &mut Scope<'_>, reader: &mut Reader) -> Vec<Language> {
    let own = own_words(reader);
    let nothing = SiteFile::default();
    let site = file.site.as_ref().map_or(&nothing, |site| &site.value);
    let text = |value: &Option<Spanned<String>>| {
        value.as_ref().map_or_else(String::new, |value| value.value.clone())
    };
    let tag = text(&site.language);
    let mut languages = vec![Language {
        words: own.words(&tag),
        folder: String::new(),
        title: text(&site.title),
        products: file.products.clone(),
        roles: file.roles.clone(),
        tag,
    }];
    let node = scope.node.get("site").and_then(|site| site.get("languages"));
    for entry in node.map_or(&[][..], Node::entries) {
        check_tag(entry, &languages, scope);
        let given = site.languages.get(&entry.key).cloned().unwrap_or_default();
        let titled = Some(text(&given.title)).filter(|title| !title.trim().is_empty());
        languages.push(Language {
            tag: entry.key.clone(),
            folder: format!("{}/", entry.key),
            title: titled.unwrap_or_else(|| languages[0].title.clone()),
            products: named("products", &given.products, &file.products, &entry.value, scope),
            roles: named("roles", &given.roles, &file.roles, &entry.value, scope),
            words: own.words(&entry.key),
        });
    }
    own.check(&languages, scope, reader);
    languages
}

fn check_tag(entry: &Entry, before: &[Language], scope: &mut Scope<'_>) {
    let tag = &entry.key;
    if !is_language(tag) {
        let error = Diagnostic::not_a_language_tag(scope.place(&entry.key_span), tag);
        scope.diagnostics.push(error);
    } else if before.iter().any(|one| one.tag.eq_ignore_ascii_case(tag)) {
        let message = format!("the site has the language `{tag}` already");
        let help = "name each further language once";
        scope.report(Code::BadLanguage, &entry.key_span, message, help);
    }
}

/// The form of a language tag (BCP 47, section 2.1), without its registry.
pub(crate) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_primary =
        |part: &str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic());
    let is_sub = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(is_primary) && parts.all(is_sub)
}

/// Names in a language, with those of the site's own where it has none.
fn named(
    key: &'static str,
    given: &IndexMap<String, String>,
    known: &IndexMap<String, String>,
    node: &Node,
    scope: &mut Scope<'_>,
) -> IndexMap<String, String> {
    for entry in node.get(key).map_or(&[][..], Node::entries) {
        if !known.contains_key(&entry.key) {
            let (code, one) = match key {
                "products" => (Code::UnknownProduct, "product"),
                _ => (Code::UnknownRole, "role"),
            };
            let message = format!("there is no {one} `{}`", entry.key);
            let help = help_with_list(&entry.key, known.keys().map(String::as_str));
            let error = Diagnostic::new(code, scope.place(&entry.key_span), message);
            scope.diagnostics.push(error.with(Argument::Name, &entry.key).help(help));
        }
    }
    let name = |(name, title): (&String, &String)| {
        (name.clone(), given.get(name).unwrap_or(title).clone())
    };
    known.iter().map(name).collect()
}

/// The place in `languages` of the one that a policy is written in.
pub(crate) fn of(source: &SourceFile, languages: &[Language]) -> usize {
    let below = source.file.strip_prefix(policy::FOLDER).unwrap_or(&source.file);
    let below = below.trim_start_matches('/');
    let in_folder = |one: &Language| !one.folder.is_empty() && below.starts_with(&one.folder);
    languages.iter().position(in_folder).unwrap_or_default()
}

/// The project's own words, by language: of each file its text, and its phrases with their places.
struct OwnWords {
    files: BTreeMap<String, (SourceFile, Option<Node>)>,
    diagnostics: Report,
}

fn own_words(reader: &mut Reader) -> OwnWords {
    let mut own = OwnWords { files: BTreeMap::new(), diagnostics: Report::new() };
    for source in reader.folder(FOLDER, &["yaml", "yml"]) {
        let name = source.file.rsplit('/').next().unwrap_or_default();
        let tag = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let read: Option<Document<BTreeMap<String, String>>> = document::read(
            &source.text,
            document::whole(&source.text),
            &source.file,
            &mut own.diagnostics,
        );
        own.files.insert(tag, (source, read.map(|document| document.node)));
    }
    own
}

/// The words that come with Avouch for a language; none where it has none.
fn built_in(tag: &str) -> Words {
    let text = Words::built_in_text(tag);
    // They are not of the project, and a test reads each of the files.
    let node = yaml::parse(text, 0..text.len(), &FOLDER.into(), &mut Report::new());
    Words::new(tag, phrases(node.as_ref()))
}

fn phrases(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map_or(&[][..], Node::entries).iter();
    entries.filter_map(|one| Some((one.key.clone(), one.value.as_str()?.to_owned()))).collect()
}

impl OwnWords {
    fn words(&self, tag: &str) -> Words {
        let node = self.files.get(tag).and_then(|(_, node)| node.as_ref());
        built_in(tag).with(phrases(node))
    }

    /// Reports mistakes in the words, and languages without words.
    fn check(mut self, languages: &[Language], scope: &mut Scope<'_>, reader: &mut Reader) {
        let node = scope.node.get("site");
        for language in languages.iter().filter(|one| is_language(&one.tag)) {
            let file = self.files.get(&language.tag);
            if let Some((source, node)) = file {
                let Some(node) = node else { continue };
                let mut file = WordsFile { source, diagnostics: &mut self.diagnostics };
                file.entries(node);
                file.verdicts(node, &language.words);
                file.missing(node, &language.words);
                continue;
            }
            if language.words.iter().next().is_none() {
                let span = place_of(&language.tag, node);
                scope.report(
                    Code::NoInterfaceWords,
                    &span,
                    no_words(&language.tag),
                    &add_words(&language.tag),
                );
            }
        }
        for (tag, (source, _)) in &self.files {
            let known = Words::languages().any(|one| one == tag);
            if !known && !languages.iter().any(|language| language.tag == *tag) {
                let message = format!("the site is not published in `{tag}`");
                let warning =
                    Diagnostic::new(Code::UnusedWords, Place::file(source.file.clone()), message);
                let help =
                    format!("add `{tag}:` to `languages:` under `site:`, or remove the file");
                self.diagnostics.push(warning.help(help));
            }
        }
        reader.diagnostics.extend(self.diagnostics);
    }
}

/// Warns once of each language in which promises are not looked for.
pub(crate) fn unread_promises(
    languages: &[Language],
    promises: PromiseSeverity,
    scope: &mut Scope<'_>,
) {
    let known: Vec<&str> = promise::Language::ALL.iter().map(|one| one.name()).collect();
    let is_unknown =
        |one: &&Language| is_language(&one.tag) && promise::Language::of(&one.tag).is_none();
    for language in languages.iter().filter(is_unknown) {
        if promises == PromiseSeverity::Off {
            return;
        }
        let span = place_of(&language.tag, scope.node.get("site"));
        let message = format!("promises without a check are not looked for in `{}`", language.tag);
        let help = format!(
            "read those policies yourself, or write `promises: off`; promises are recognised in {}",
            known.join(", ")
        );
        scope.report(Code::PromisesNotSought, &span, message, &help);
    }
}

/// The place of a language in the settings.
fn place_of(tag: &str, site: Option<&Node>) -> Range<usize> {
    let further = site.and_then(|site| site.get("languages"));
    let further = further.map_or(&[][..], Node::entries).iter();
    let key = further.filter(|one| one.key == tag).map(|one| &one.key_span);
    let own = site.and_then(|site| site.get("language")).map(|node| &node.span);
    key.chain(own).next().cloned().unwrap_or_default()
}

fn no_words(tag: &str) -> String {
    format!("there are no words of the interface in `{tag}`")
}

fn add_words(tag: &str) -> String {
    let known: Vec<String> = Words::languages().map(|one| format!("`{one}`")).collect();
    format!(
        "write `{FOLDER}/{tag}.yaml`, with the keys of `en.yaml`; {} are built in",
        known.join(" and ")
    )
}

struct WordsFile<'a> {
    source: &'a SourceFile,
    diagnostics: &'a mut Report,
}

impl WordsFile<'_> {
    fn report(&mut self, code: Code, span: &Range<usize>, message: String, help: String) {
        self.diagnostics.push(Diagnostic::new(code, self.place(span), message).help(help));
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.source.file.clone(), span.clone())
    }

    /// Reports unknown keys, and phrases with other placeholders than the English ones.
    fn entries(&mut self, node: &Node) {
        let english = built_in("en");
        for entry in node.entries().iter().filter(|entry| !entry.key.starts_with(OWN)) {
            let (base, form) = entry.key.rsplit_once('.').unwrap_or((&entry.key, ""));
            let counts = FORMS.contains(&form) && english.has(&format!("{base}.other"));
            let model = if counts { format!("{base}.other") } else { entry.key.clone() };
            if !english.has(&model) {
                let help = help_with_list(&entry.key, english.iter().map(|(key, _)| key));
                let help = if help.starts_with("did") {
                    help
                } else {
                    format!(
                        "the keys are those of `en.yaml`; those of your own templates begin with `{OWN}`"
                    )
                };
                let error = Diagnostic::unknown_key(self.place(&entry.key_span), &entry.key);
                self.diagnostics.push(error.help(help));
            } else if let Some(phrase) = entry.value.as_str() {
                self.holes(phrase, &english.say(&model), counts, &entry.value.span);
            }
        }
    }

    /// Reports texts by which one verdict looks like another, or like nothing.
    fn verdicts(&mut self, node: &Node, words: &Words) {
        let known = VerdictWords::new(words);
        for entry in node.entries() {
            let phrase = entry.value.as_str().unwrap_or_default();
            if let Some((message, help)) = known.mistake(&entry.key, phrase) {
                self.report(Code::BadWords, &entry.value.span, message, help);
            }
        }
    }

    fn holes(&mut self, phrase: &str, model: &str, counts: bool, span: &Range<usize>) {
        let help = || {
            let known: Vec<String> = holes(model).map(|hole| format!("`{{{hole}}}`")).collect();
            format!(
                "this phrase is given {}",
                if known.is_empty() { "nothing".into() } else { known.join(", ") }
            )
        };
        if let Some(unknown) = holes(phrase).find(|hole| !holes(model).any(|one| one == *hole)) {
            return self.report(
                Code::BadWords,
                span,
                format!("unknown placeholder `{{{unknown}}}`"),
                help(),
            );
        }
        // "one" may be a word.
        let may_miss = |hole: &str| counts && hole == "n" || holes(phrase).any(|one| one == hole);
        let lost = holes(model).find(|hole| !may_miss(hole));
        if let Some(lost) = lost {
            self.report(Code::BadWords, span, format!("`{{{lost}}}` is missing here"), help());
        }
    }

    /// Reports missing keys; of plural forms only the last one is required.
    fn missing(&mut self, node: &Node, words: &Words) {
        let english = built_in("en");
        let needed = english.iter().map(|(key, _)| key).filter(|key| !key.ends_with(".one"));
        let missing: Vec<&str> = needed.filter(|key| !words.has(key)).collect();
        for key in missing {
            let help = format!("add it; in English it is “{}”", english.say(key));
            let place = self.place(&(node.span.start..node.span.start));
            self.diagnostics.push(Diagnostic::missing_key(place, key).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::fixture::Fixture;

    const SETTINGS: &str = "avouch.yaml";

    /// The sound project, in English and German.
    fn german() -> Fixture {
        let policy = "---\ntitle: Sicherheit\nsummary: Wie Daten geschützt sind.\neffective: 2026-01-01\nowner: officer\n---\n## Sicherung\n\n[Daten werden täglich gesichert.](../../checks/backup-daily.yaml)\n\nSchreiben Sie an [uns](https://desk.example.com). [](../../checks/report-channels.yaml)\n";
        let also = |words: &str| {
            format!("proves_also: [{{in: content/de/security.md, words: \"{words}\"}}]\nbecause:")
        };
        Fixture::sound()
            .replace(SETTINGS, "language: en", "language: en, languages: {de: {title: Vertrauen, products: {cloud: Cloud-Zusätze}}}")
            .with("content/de/security.md", policy)
            .replace("checks/backup-daily.yaml", "because:", &also("Daten werden täglich gesichert."))
            .replace("checks/report-channels.yaml", "because:", &also("Schreiben Sie an uns <https://desk.example.com>."))
    }

    #[test]
    fn each_language_has_its_policies_its_names_and_its_words() {
        let loaded = german().load();
        assert_eq!(loaded.diagnostics, []);
        let project = loaded.project.unwrap();
        let policies = project.policies.iter().map(|one| format!("{} {}", one.language, one.slug));
        assert_eq!(
            policies.collect::<Vec<_>>(),
            ["en security", "en disclosure", "de de/security"]
        );
        let [english, german] = project.languages.as_slice() else { panic!() };
        assert_eq!((english.title.as_str(), german.title.as_str()), ("Trust", "Vertrauen"));
        assert_eq!(german.products["cloud"], "Cloud-Zusätze");
        assert_eq!(german.products["server"], "Server add-ons");
        assert_eq!(german.words.say("word-holds"), "Verifiziert");
        assert_eq!(project.claims[0].words(), "Customer data is backed up every day.");
        assert_eq!(project.claims[0].passages[1].words, "Daten werden täglich gesichert.");
    }

    #[test]
    fn the_words_that_come_with_avouch_are_read_as_any_other_yaml_is() {
        for tag in Words::languages() {
            assert_eq!(built_in(tag), Words::built_in(tag), "{tag}");
            let text = Words::built_in_text(tag);
            let mut diagnostics = Report::new();
            yaml::parse(text, 0..text.len(), &FOLDER.into(), &mut diagnostics);
            assert!(diagnostics.is_empty(), "{tag}");
        }
    }

    #[test]
    fn a_claim_that_is_missing_in_a_language_is_reported_with_both_languages() {
        let reported = german()
            .replace("content/de/security.md", "[Daten werden täglich gesichert.](../../checks/backup-daily.yaml)", "Nichts.")
            .replace("checks/backup-daily.yaml", "proves_also: [{in: content/de/security.md, words: \"Daten werden täglich gesichert.\"}]\n", "")
            .reported();
        assert_eq!(
            reported,
            [
                "content/security.md:10:2 untranslated: the claim `backup-daily` is not made in `de` ? link its words in `content/de/`, and quote them in `checks/backup-daily.yaml` under `proves_also:`"
            ]
        );
    }

    #[test]
    fn a_language_without_promises_is_reported_once() {
        let italian = |promises: &str| {
            let loaded = german().replace(SETTINGS, "promises: off", promises).replace(
                SETTINGS,
                "languages: {de:",
                "languages: {it: {}, de:",
            );
            let found = loaded.load().diagnostics;
            found.into_iter().filter(|one| one.code == Code::PromisesNotSought).count()
        };
        assert_eq!(italian("promises: warning"), 1);
        assert_eq!(italian("promises: off"), 0);
        let english = german().replace(SETTINGS, "promises: off", "promises: warning").load();
        assert!(english.diagnostics.iter().all(|one| one.code != Code::PromisesNotSought));
    }

    #[test]
    fn changed_words_of_another_language_are_suspect() {
        let reported =
            german().replace("content/de/security.md", "täglich", "stündlich").reported();
        assert_eq!(reported.len(), 1, "{reported:?}");
        assert!(reported[0].starts_with("content/de/security.md:9:2 suspect: "), "{reported:?}");
    }

    #[test]
    fn invalid_languages_are_reported() {
        let languages = "languages: {en: {}, x: {}, de: {products: {clod: A}, roles: {oficer: B}, title: C}, fr: {}}";
        let reported = Fixture::sound()
            .replace(SETTINGS, "language: en", &format!("language: en, {languages}"))
            .reported();
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(
            short,
            [
                "no-policies: there is no policy in `content/de/`",
                "no-policies: there is no policy in `content/fr/`",
                "no-policies: there is no policy in `content/x/`",
                "avouch.yaml:1:103 bad-language: the site has the language `en` already",
                "avouch.yaml:1:111 bad-language: `x` is not a language tag",
                "avouch.yaml:1:134 unknown-product: there is no product `clod`",
                "avouch.yaml:1:152 unknown-role: there is no role `oficer`",
                "avouch.yaml:1:175 no-interface-words: there are no words of the interface in `fr`",
            ]
        );
    }

    #[test]
    fn a_folder_that_looks_like_a_language_is_reported() {
        let reported = Fixture::sound()
            .with(
                "content/de/a.md",
                "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: officer\n---\n",
            )
            .reported();
        assert_eq!(
            reported,
            [
                "content/de/a.md:1:1 undeclared-language: `de` looks like a language, but is not one of the site's ? add `de: {}` to `languages:` under `site:`, or rename the folder"
            ]
        );
    }

    #[test]
    fn a_policy_cannot_take_the_place_of_a_languages_index() {
        let reported = german()
            .with(
                "content/de.md",
                "---\ntitle: A\nsummary: B\neffective: 2026-01-01\nowner: officer\n---\n",
            )
            .reported();
        assert!(reported[0].starts_with("content/de.md:1:1 same-address: "), "{reported:?}");
    }

    #[test]
    fn mistakes_in_a_projects_own_words_are_reported_at_their_places() {
        let words = "word-hold: x\nday: \"{day}. {moonth}\"\ncount-holds.two: \"zwei stimmen\"\nstanding-inconclusive: unklar\nown-greeting: hello\nfor-products: 5\n";
        let reported = german()
            .with("templates/i18n/de.yaml", words)
            .with("templates/i18n/fr.yaml", "or: ou\n")
            .reported();
        let short: Vec<&str> =
            reported.iter().map(|one| one.split(" ? ").next().unwrap()).collect();
        assert_eq!(
            short,
            [
                "templates/i18n/de.yaml:1:1 unknown-key: unknown key `word-hold`",
                "templates/i18n/de.yaml:2:6 bad-words: unknown placeholder `{moonth}`",
                "templates/i18n/de.yaml:4:24 bad-words: `{reason}` is missing here",
                "templates/i18n/de.yaml:6:15 wrong-type: expected a string, found a number",
                "templates/i18n/fr.yaml:1:1 unused-words: the site is not published in `fr`",
            ]
        );
    }

    #[test]
    fn a_language_of_the_projects_own_needs_every_key() {
        let english = include_str!("../../../templates/i18n/en.yaml");
        let french = english.replace("\nor: or\n", "\n");
        let fixture = |words: &str| {
            Fixture::sound()
                .replace(SETTINGS, "language: en", "language: fr-CA")
                .with("templates/i18n/fr-CA.yaml", words)
        };
        assert_eq!(fixture(english).reported(), Vec::<String>::new());
        let [reported] = &fixture(&french).reported()[..] else { panic!("one key is missing") };
        assert!(
            reported
                .ends_with("missing-key: the key `or` is missing ? add it; in English it is “or”")
        );
    }
}
