//! The file of further tenants: one JSON object per line, with secrets in it.
//!
//! Its values are never shown: excerpts of it are blotted out, and no message contains its text.

use std::ops::Range;
use std::path::{Component, Path};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::load::file::reader::{Reader, SourceFile};
use crate::load::project::scope::Scope;
use crate::model::plan::ANYONE;
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::weak_secret::weakness;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// The keys of a line; all of them must be there.
const KEYS: [&str; 4] = ["name", "tenant", "client_key", "shared_secret"];

const HELP: &str = "write it like `{\"name\": \"t1\", \"tenant\": \"t1\", \"client_key\": ..., \"shared_secret\": ...}`";

/// The actors of the file that `tenants:` names, in its order; none where there is no such key.
pub(crate) fn read(
    written: Option<&Spanned<String>>,
    actors: &IndexMap<String, Actor>,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> IndexMap<String, Actor> {
    let Some(file) = written else {
        return IndexMap::new();
    };
    let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(&file.value).components().all(stays) {
        let message = format!("`{}` leads out of the project's folder", file.value);
        scope.report(
            Code::OutsideProject,
            &file.span,
            message,
            "put the file itself into the project",
        );
        return IndexMap::new();
    }
    let Some(source) = reader.secret_file(&file.value, blotted) else {
        let message = format!("`{}` cannot be read", file.value);
        let help = "name a file in the project with one JSON object per line for each tenant";
        scope.report(Code::MissingFile, &file.span, message, help);
        return IndexMap::new();
    };
    let mut reading = Reading { source: &source, scope, found: IndexMap::new() };
    reading.lines(actors);
    let found = reading.found;
    if found.is_empty() {
        let message = format!("there is no tenant in `{}`", file.value);
        scope.report(Code::Empty, &file.span, message, HELP);
    }
    found
}

/// The text with all but its structure blotted out, each byte in its place.
fn blotted(text: &str) -> String {
    let blot = |byte: u8| match byte {
        b'\n' | b'\r' | b' ' | b'{' | b'}' | b'"' | b':' | b',' => char::from(byte),
        _ => '*',
    };
    text.bytes().map(blot).collect()
}

struct Reading<'a, 's> {
    source: &'a SourceFile,
    scope: &'a mut Scope<'s>,
    found: IndexMap<String, Actor>,
}

impl Reading<'_, '_> {
    fn lines(&mut self, actors: &IndexMap<String, Actor>) {
        let text: Arc<str> = self.source.text.clone();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let written = line.trim();
            let at = start + line.find(written).unwrap_or(0);
            start += line.len();
            if written.is_empty() {
                continue;
            }
            let span = at..at + written.len();
            let Some((name, actor)) = self.line(written, &span) else {
                continue;
            };
            if actors.contains_key(&name) || self.found.contains_key(&name) {
                let message = format!("there is an actor `{name}` already");
                let error = Diagnostic::new(Code::DuplicateName, self.place(&span), message);
                let error = error.with(Argument::Name, name);
                self.scope.diagnostics.push(error.help("give each tenant a name of its own"));
                continue;
            }
            self.found.insert(name, actor);
        }
    }

    fn line(&mut self, written: &str, span: &Range<usize>) -> Option<(String, Actor)> {
        let Ok(Value::Object(line)) = serde_json::from_str(written) else {
            // serde's own message may quote a secret.
            self.report(Code::BadTenant, span, "this line is not a JSON object".into(), HELP);
            return None;
        };
        if let Some(key) = line.keys().find(|key| !KEYS.contains(&key.as_str())) {
            // A key of another form may be a secret in the wrong place.
            let is_plain =
                key.len() <= 20 && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let shown = if is_plain { key.as_str() } else { "…" };
            let error = Diagnostic::unknown_key(self.place(span), shown);
            self.scope.diagnostics.push(error.help(help_with_list(key, KEYS)));
            return None;
        }
        let [name, tenant, client_key, secret] = KEYS.map(|key| self.text(&line, key, span));
        let (name, tenant) = (name?, tenant?);
        let scheme =
            Scheme::Connect { client_key: client_key?, shared_secret: Secret::new(secret?) };
        if let Some(why) = weakness(&scheme) {
            let message =
                format!("the secret of this tenant {why}, so it cannot be recognised in an answer");
            let error = Diagnostic::new(Code::WeakSecret, self.place(span), message);
            self.scope.diagnostics.push(error.help("give the tenant a long random secret"));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name == ANYONE || !name.chars().all(fits) {
            let help = "use letters, digits, `-`, `_` and `.`; `anyone` means a caller without credentials";
            self.report(
                Code::BadName,
                span,
                "the `name` of this line cannot be a name".into(),
                help,
            );
            return None;
        }
        Some((
            name,
            Actor { tenant: Some(tenant), scheme, send_to: Vec::new(), weak_secret: false },
        ))
    }

    fn text(
        &mut self,
        line: &Map<String, Value>,
        key: &str,
        span: &Range<usize>,
    ) -> Option<String> {
        let message = match line.get(key) {
            None => format!("the key `{key}` is missing"),
            Some(Value::String(text)) if text.trim().is_empty() => format!("`{key}` is empty"),
            Some(Value::String(text)) if text.chars().any(char::is_control) => {
                format!("there is a line break or control character in `{key}`")
            }
            Some(Value::String(text)) => return Some(text.clone()),
            Some(_) => format!("`{key}` is not text"),
        };
        self.report(Code::BadTenant, span, message, HELP);
        None
    }

    fn report(&mut self, code: Code, span: &Range<usize>, message: String, help: &str) {
        let error = Diagnostic::new(code, self.place(span), message);
        self.scope.diagnostics.push(error.help(help));
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.source.file.clone(), span.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::{FILES, Fixture};
    use crate::model::project::actor::Scheme;

    fn with(lines: &str) -> Fixture {
        let (_, sound) = FILES[0];
        let yaml = format!("{sound}tenants: tenants.jsonl\n");
        Fixture::sound().with("avouch.yaml", yaml).with("tenants.jsonl", lines)
    }

    fn line(name: &str, secret: &str) -> String {
        format!(
            "{{\"name\":\"{name}\",\"tenant\":\"{name}\",\"client_key\":\"{name}-key\",\"shared_secret\":\"{secret}\"}}\n"
        )
    }

    #[test]
    fn tenants_of_a_file_are_actors_after_those_that_are_named() {
        let loaded =
            with(&format!("{}\n{}", line("t1", "one-4f81c2"), line("t2", "two-4f81c2"))).load();
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        let project = loaded.project.unwrap();
        assert_eq!(project.tenants, ["t1", "t2"]);
        assert_eq!(project.actors.keys().collect::<Vec<_>>(), ["acme", "operator", "t1", "t2"]);
        let Scheme::Connect { client_key, shared_secret } = &project.actors["t2"].scheme else {
            panic!("another scheme");
        };
        assert_eq!((client_key.as_str(), shared_secret.expose()), ("t2-key", "two-4f81c2"));
    }

    #[test]
    fn bad_lines_are_reported_with_their_place_and_without_their_contents() {
        let bad = [
            "{\"name\": \"s3cret-s3cret\", ".to_owned(),
            line("t1", "s3cret-s3cret").replace("client_key", "clientkey"),
            line("t2", "s3cret-s3cret").replace("\"t2-key\"", "7"),
            line("t3", "s3cret-s3cret\\n"),
            line("t 4", "s3cret-s3cret"),
            line("acme", "s3cret-s3cret"),
            "[\"s3cret-s3cret\"]".to_owned(),
        ];
        let lines: Vec<&str> = bad.iter().map(|one| one.trim_end()).collect();
        let fixture = with(&lines.join("\n"));
        let reported = fixture.reported();
        assert_eq!(reported.len(), 8, "{reported:#?}");
        let places: Vec<&str> = reported.iter().map(|one| one.split(' ').next().unwrap()).collect();
        for line in 1..=7 {
            assert!(places.contains(&&*format!("tenants.jsonl:{line}:1")), "{reported:#?}");
        }
        let loaded = fixture.load();
        let shown = format!("{:?} {:?}", loaded.diagnostics, loaded.sources);
        assert!(!shown.contains("s3cret-s3cret"), "{shown}");
    }

    #[test]
    fn a_file_that_is_missing_or_outside_the_project_is_reported() {
        let (_, sound) = FILES[0];
        let reported = |file: &str| {
            let yaml = format!("{sound}tenants: {file}\n");
            Fixture::sound().with("avouch.yaml", yaml).reported()
        };
        assert!(reported("none.jsonl")[0].contains("missing-file"), "{:?}", reported("none.jsonl"));
        assert!(reported("../up.jsonl")[0].contains("outside-project"));
        assert!(reported("\"${FILE}\"").iter().any(|one| one.contains("misplaced-variable")));
    }
}
