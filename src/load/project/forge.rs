//! The manifest of a Forge app, and the vendor's answers about it: files that `forge:` names.

use std::path::{Component, Path};
use std::sync::Arc;

use crate::load::file::reader::Reader;
use crate::load::file::{document, yaml};
use crate::load::project::file::ForgeFile;
use crate::load::project::scope::Scope;
use crate::model::project::forge::unread::Unread;
use crate::model::project::forge::{ForgeApp, answers, manifest};
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::Node;

/// Reads both files, and reports what cannot be read of them; `None` without a manifest.
pub(crate) fn read(
    written: &ForgeFile,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> Option<ForgeApp> {
    let answers = written.answers.as_ref().and_then(|file| {
        let (root, file) = tree(file, scope, reader)?;
        let (answers, unread) = answers::read(&root, &file);
        report(unread, &file, scope);
        Some(answers)
    });
    let (root, file) = tree(&written.manifest, scope, reader)?;
    let (manifest, unread) = manifest::read(&root, &file);
    report(unread, &file, scope);
    Some(ForgeApp { manifest, answers })
}

fn report(unread: Vec<Unread>, file: &Arc<str>, scope: &mut Scope<'_>) {
    for Unread { span, message } in unread {
        let place = Place::new(file.clone(), span);
        let help = "write it as Atlassian's reference of the file describes it";
        scope.diagnostics.push(Diagnostic::new(Code::BadManifest, place, message).help(help));
    }
}

fn tree(
    file: &Spanned<String>,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> Option<(Node, Arc<str>)> {
    let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(&file.value).components().all(stays) {
        let message = format!("`{}` leads out of the project's folder", file.value);
        let help = "put the file itself into the project";
        scope.report(Code::OutsideProject, &file.span, message, help);
        return None;
    }
    let Some(source) = reader.file(&file.value) else {
        let message = format!("`{}` cannot be read", file.value);
        let help = "name a file in the project";
        scope.report(Code::MissingFile, &file.span, message, help);
        return None;
    };
    let whole = document::whole(&source.text);
    let root = yaml::parse(&source.text, whole, &source.file, scope.diagnostics)?;
    if root.entries().is_empty() {
        let message = format!("there are no keys in `{}`", file.value);
        let place = Place::new(source.file.clone(), root.span.clone());
        let help = "write its keys, such as `key: value`";
        scope.diagnostics.push(Diagnostic::new(Code::BadManifest, place, message).help(help));
        return None;
    }
    Some((root, source.file))
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const MANIFEST: &str = "manifest.yml";

    fn with(manifest: &str, answers: &str) -> Fixture {
        let forge = "forge: {manifest: manifest.yml, answers: answers.yaml}\nhosts:";
        let fixture = Fixture::sound().replace("avouch.yaml", "hosts:", forge);
        fixture.with(MANIFEST, manifest).with("answers.yaml", answers)
    }

    #[test]
    fn both_files_are_read_whatever_else_they_contain() {
        let manifest = "app: {id: a}\npermissions: {scopes: [b, a]}\nmodules: {function: []}\n";
        let answers = "{\"appTrustInformation\": {\"dataAccessAndStorage\": {\"typesOfDataStored\": [], \
                       \"appStoresEUDOutsideAtlassian\": true}}}\n";
        let loaded = with(manifest, answers).load();
        assert_eq!(loaded.diagnostics, []);
        let forge = loaded.project.unwrap().forge.unwrap();
        assert_eq!(forge.manifest.declared.scopes, ["a", "b"]);
        assert_eq!(forge.answers.unwrap().all.len(), 1);
    }

    #[test]
    fn what_cannot_be_understood_is_reported_at_its_place() {
        let answers = "dataResidency:\n  realmMigrationSupported: perhaps\n";
        let help = "? write it as Atlassian's reference of the file describes it";
        assert_eq!(
            with("permissions:\n  scopes: a\n", answers).reported(),
            [
                format!(
                    "answers.yaml:2:28 bad-manifest: `realmMigrationSupported` must be `true` or \
                     `false`, and this is a string {help}"
                ),
                format!(
                    "manifest.yml:2:11 bad-manifest: `permissions.scopes` must be a list, and this \
                     is a string {help}"
                ),
            ]
        );
        let empty = with("# nothing\n", "a: 1\n").reported();
        assert!(empty[0].contains("there are no keys in `manifest.yml`"), "{empty:?}");
    }

    #[test]
    fn a_file_outside_the_project_and_one_that_is_missing_are_refused() {
        for (file, code) in [("../manifest.yml", "outside-project"), ("a.yml", "missing-file")] {
            let forge = format!("forge: {{manifest: {file}}}\nhosts:");
            let reported = Fixture::sound().replace("avouch.yaml", "hosts:", &forge).reported();
            assert!(reported[0].contains(code), "{reported:?}");
        }
    }
}
