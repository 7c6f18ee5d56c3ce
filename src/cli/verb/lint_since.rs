//! `avouch lint --since`: compares the promises of the sources with a published page, or with an earlier
//! revision of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Component, Path};

use avouch::language::words;
use avouch::model::project::Project;
use avouch::model::published::change::between;
use avouch::model::published::recorded::{About, Change};
use avouch::model::published::{Promises, Retracted};
use avouch::model::source::Place;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::{promise, wording};
use avouch::workflow::retracted::used_again;
use avouch::workflow::sources::Checked;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::disk::git::{NoAnswer, Repository};
use crate::exit::Exit;
use crate::previous;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::verb::lint::Lint;

/// The size limit of all sources of a revision together, in bytes.
const SOURCES_MAX: usize = 64 * 1024 * 1024;

/// The most sources of a revision, and the most files among which they are looked for.
const FILES_MAX: usize = 20_000;
const ENTRIES_MAX: usize = 1_000_000;

/// The length limit of a path, in bytes: Linux opens no longer one.
const PATH_MAX: usize = 4096;

/// The folders of the sources, and the endings of their names. Files that `avouch.yaml` names are sources too.
const FOLDERS: [&str; 5] = ["content", "checks", "attestations", "waivers", "templates"];
const TEXTS: [&str; 10] = ["md", "yaml", "yml", "html", "css", "js", "svg", "xml", "txt", "json"];

/// The changes since an earlier state.
pub(crate) struct Since {
    /// Every change, worst first, with its place in the sources where it still has one.
    changes: Vec<(Change, Option<Place>)>,
    /// The errors that forbid publishing.
    pub(crate) wrong: Vec<Diagnostic>,
}

/// The changes since `before`, which is a published file or a revision.
pub(crate) fn since(
    before: &str,
    root: &Path,
    args: &Lint,
    checked: &Checked,
    console: Console,
) -> Result<Since, Exit> {
    let (old, retracted) = promised(before, root, args, console)?;
    let Some((project, new)) = promises(checked) else {
        console.message("correct these mistakes to see what changed");
        return Err(Exit::Unusable);
    };
    let changes = between(&old, &new).into_iter();
    Ok(Since {
        changes: changes.map(|change| placed(change, project)).collect(),
        wrong: used_again(project, &retracted),
    })
}

fn placed(change: Change, project: &Project) -> (Change, Option<Place>) {
    let place = place(&change, project);
    (change, place)
}

impl Since {
    /// For people: each change in a few lines.
    pub(crate) fn text(&self, checked: &Checked) -> Text<Terminal> {
        let mut text = Text::new();
        for (change, place) in &self.changes {
            let words = wording::cut(&change.words, 300);
            text = text.put(change.effect.in_words()).own(": ").put(words).own("\n");
            if let Some(place) = place {
                let at = checked.sources.line_column(place);
                let place = format!("{}:{}:{}", place.file, at.line, at.column);
                text = text.own("  --> ").put(place).own("\n");
            }
            text = text.own("  ").put(wording::cut(&change.told, 600)).own("\n\n");
        }
        text
    }

    /// For programs.
    pub(crate) fn json(&self, checked: &Checked) -> Value {
        let one = |(change, place): &(Change, Option<Place>)| {
            let at = place.as_ref().map(|place| checked.sources.line_column(place));
            json!({
                "effect": change.effect,
                "about": change.about,
                "claim": change.claim,
                "words": change.words,
                "before": change.before,
                "told": change.told,
                "file": place.as_ref().map(|place| &*place.file),
                "line": at.map(|at| at.line),
                "column": at.map(|at| at.column),
            })
        };
        self.changes.iter().map(one).collect()
    }

    /// The number of changes, and of those that weaken a promise.
    pub(crate) fn counted(&self) -> String {
        use avouch::model::published::recorded::Effect::{Retracted, Weakened};
        let worse = |(change, _): &&(Change, _)| matches!(change.effect, Weakened | Retracted);
        let worse = self.changes.iter().filter(worse).count();
        format!(
            "{}, {worse} of them weaken a promise",
            wording::count(self.changes.len(), "change")
        )
    }
}

/// The promises of the sources; `None` if some of them cannot be read.
fn promises(checked: &Checked) -> Option<(&Project, Promises)> {
    let project = checked.project.as_ref()?;
    let planned = project.claims.iter().all(|claim| checked.plans.contains_key(&claim.id));
    planned.then(|| (project, promise::planned(project, &checked.plans)))
}

/// The earlier promises, and the wordings retracted by then.
fn promised(
    before: &str,
    root: &Path,
    args: &Lint,
    console: Console,
) -> Result<(Promises, Vec<Retracted>), Exit> {
    if root.join(before).is_file() {
        let published = previous::in_file(before, root, console)?;
        return Ok((published.promises, published.retracted));
    }
    let folder = checked_out(root, before).map_err(|why| {
        let help = "name a published `claims.json`, or a revision such as `HEAD` or `v1.2`";
        console.error(format!("cannot compare with `{before}`: {why}"), help);
        Exit::Unusable
    })?;
    let open = Open::to_read(folder.path(), args.target.as_deref());
    let checked = check_sources(&open, None, clock(None));
    match promises(&checked) {
        Some((_, promises)) => Ok((promises, Vec::new())),
        None => {
            console.diagnostics(&checked.diagnostics, &checked.sources);
            let help = "name a revision whose sources can be read";
            console.error(format!("the sources at `{before}` have these mistakes"), help);
            Err(Exit::Unusable)
        }
    }
}

/// The sources at a revision, in a temporary folder.
fn checked_out(root: &Path, revision: &str) -> Result<TempDir, String> {
    let git = Repository::open(root).map_err(|why| no_revision(&why))?;
    let commit = git.commit(revision).map_err(|why| no_revision(&why))?;
    let sources = sources_at(&git, &commit).map_err(|why| why.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (blobs, mut written, mut total) =
        (sources.values().cloned().collect::<Vec<_>>(), Ok(()), 0);
    let paths: Vec<&String> = sources.keys().collect();
    let read = git.texts(&blobs, |number, bytes| {
        total += bytes.len();
        if total > SOURCES_MAX {
            let most = SOURCES_MAX / 1024 / 1024;
            written = Err(format!("its sources are longer than {most} MiB"));
        } else {
            written =
                write(folder.path(), paths[number], &bytes).map_err(|error| error.to_string());
        }
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    read.map_err(|why| why.to_string()).and(written).map(|()| folder)
}

fn no_revision(why: &NoAnswer) -> String {
    match why {
        NoAnswer::Absent => "there is no such file, and Git has no such revision".to_owned(),
        why => format!("there is no such file, and Git cannot look for a revision: {why}"),
    }
}

/// The sources of the project at a commit, each with its blob.
fn sources_at(git: &Repository, commit: &str) -> Result<BTreeMap<String, String>, NoAnswer> {
    let settings = git.text_at(commit, "avouch.yaml").or_else(|why| match why {
        NoAnswer::Absent => Ok(String::new()),
        why => Err(why),
    })?;
    let named = named(&settings);
    let mut sources = BTreeMap::new();
    let mut is_over = false;
    git.files_at(commit, ENTRIES_MAX, |path, blob| {
        if path.len() <= PATH_MAX && (is_source(path) || named.contains(path)) {
            is_over = sources.len() == FILES_MAX;
            sources.insert(path.to_owned(), blob.to_owned());
        }
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    match is_over {
        true => Err(NoAnswer::Unreadable(format!("it has more than {FILES_MAX} sources"))),
        false => Ok(sources),
    }
}

/// The words of `avouch.yaml` that may be paths.
fn named(settings: &str) -> BTreeSet<&str> {
    let words = settings.split(|c: char| c.is_whitespace() || "\"',[]{}".contains(c));
    words.map(|word| word.trim_start_matches("./")).collect()
}

/// Whether a project reads the file at this path without being told to by its settings.
fn is_source(path: &str) -> bool {
    let in_folder = path.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_text = TEXTS.iter().any(|one| one.eq_ignore_ascii_case(extension));
    path == "avouch.yaml" || in_folder && is_text
}

/// Writes one file into a folder; a path that leads out of it is skipped.
fn write(folder: &Path, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let stays = |part| matches!(part, Component::Normal(_));
    if !Path::new(path).components().all(stays) {
        return Ok(());
    }
    let to = folder.join(path);
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(to, bytes)
}

/// The place of the changed words, or of the policy that contained them.
fn place(change: &Change, project: &Project) -> Option<Place> {
    let claim = change.claim.as_ref().and_then(|id| project.claim(id));
    if let Some(passage) = claim.and_then(|claim| claim.passages.first()) {
        return Some(passage.place.clone());
    }
    let policy = project.policies.iter().find(|policy| policy.slug == change.page)?;
    let mut statements = policy.statements.iter().filter(|_| change.about == About::Statement);
    let stated =
        statements.find(|one| words::same(&wording::words_of(&one.passage), &change.words));
    Some(stated.map_or_else(|| Place::file(policy.file.clone()), |one| one.passage.place.clone()))
}
