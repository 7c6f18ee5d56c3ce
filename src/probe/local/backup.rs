//! Opens a private copy of a backup. Its content never becomes a fact.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::{BackupSource, FileQuery, Form, Opening};
use crate::model::plan::request::Program;
use crate::probe::http::download::{PrivateCopy, PrivateDir};
use crate::probe::limiter::{Stop, Urgency};
use crate::probe::local::command::CommandContext;
use crate::probe::local::format::Format;
use crate::probe::local::opened_backup::{OpenedBackup, too_long};
use crate::probe::local::unpacked::{Plain, plain};
use crate::probe::local::{archive, command, file, sqlite};

/// What is opened as a SQLite database.
const SQLITE: (&[Format], &str) =
    (&[Format::Sqlite], "a SQLite database, plain or in gzip or Zstandard");

/// What `pg_restore` lists. `pg_dump` also writes tar archives.
const PG_DUMP: (&[Format], &str) =
    (&[Format::PgDump, Format::Tar], "an archive of `pg_dump`, plain or in gzip or Zstandard");

/// Copies the newest of the files that match `wanted`. Returns the facts of the copy.
pub(crate) fn copy_newest(
    root: &Path,
    wanted: &FileQuery,
    mut copy: PrivateCopy,
) -> Result<Value, ProbeError> {
    let search = file::search(root, wanted)?;
    let files = search.into_iter().flat_map(|search| search.files);
    let Some(newest) = files.into_iter().find(|one| one.finished) else {
        return Ok(json!({ "found": false }));
    };
    let read = std::fs::File::open(&newest.path).and_then(|mut from| copy.fill(&mut from));
    read.map_err(|error| {
        let why = format!("`{}` cannot be read: {}", newest.name, error.kind());
        ProbeError::new(Reason::Unreachable, why)
    })?;
    Ok(json!({
        "found": true,
        "name": newest.name,
        "modified": newest.modified.to_string(),
        "body": copy.facts()?,
    }))
}

/// Opens the copy, if there is one according to `fetched`, and returns all facts.
pub(crate) async fn open(
    opening: &Opening,
    fetched: Value,
    dir: &PrivateDir,
    context: CommandContext<'_>,
) -> Result<Value, ProbeError> {
    let exists = match opening.from {
        BackupSource::Http(_) => fetched["status"] == 200,
        BackupSource::Files(_) => fetched["found"] == true,
    };
    if !exists {
        return Ok(fetched);
    }
    let opened = of_form(opening, &dir.path(), context).await?;
    Ok(opened.add_to(fetched))
}

async fn of_form(
    opening: &Opening,
    path: &Path,
    context: CommandContext<'_>,
) -> Result<OpenedBackup, ProbeError> {
    if std::fs::metadata(path).is_ok_and(|copy| copy.len() == 0) {
        return Ok(OpenedBackup::Unreadable("the backup is empty"));
    }
    let (path, size_max) = (path.to_owned(), opening.size_max);
    match &opening.form {
        Form::Sqlite(tables) => {
            let tables = tables.clone();
            with_time_limit(context, move |end| match plain(&path, SQLITE, size_max, end)? {
                Plain::At(path) => sqlite::open(&path, &tables, end),
                Plain::Not(opened) => Ok(opened),
            })
            .await?
        }
        Form::Tar => with_time_limit(context, move |end| archive::open(&path, end)).await?,
        Form::PgDump(program) => {
            let unpack = move |end| plain(&path, PG_DUMP, size_max, end);
            match with_time_limit(context, unpack).await?? {
                Plain::At(path) => list(program, &path, context).await,
                Plain::Not(opened) => Ok(opened),
            }
        }
        Form::Command(program) => {
            let ran = command::run(program, Some(&path), context).await?;
            let facts = |exit: &Value| OpenedBackup::Readable(json!({ "exit": exit }));
            Ok(successful_exit(&ran)
                .map_or(OpenedBackup::Unreadable("the program could not open the backup"), facts))
        }
    }
}

/// Runs a program that lists the content of the copy: one line for each entry, comments after `;`.
async fn list(
    program: &Program,
    path: &Path,
    context: CommandContext<'_>,
) -> Result<OpenedBackup, ProbeError> {
    let ran = command::run(program, Some(path), context).await?;
    if successful_exit(&ran).is_none() {
        return Ok(OpenedBackup::Unreadable("the backup is not an archive of `pg_dump`"));
    }
    let text = ran["stdout"]["text"].as_str().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(';'));
    Ok(OpenedBackup::Readable(json!({ "entries": lines.count() })))
}

fn successful_exit(ran: &Value) -> Option<&Value> {
    ran.get("exit").filter(|exit| **exit == 0)
}

/// Runs `work` on another thread, with a time limit that `work` also checks by itself.
async fn with_time_limit<T: Send + 'static>(
    context: CommandContext<'_>,
    work: impl FnOnce(Instant) -> T + Send + 'static,
) -> Result<T, ProbeError> {
    let end = Instant::now() + context.limiter.opening_timeout();
    let done = tokio::task::spawn_blocking(move || work(end));
    let done =
        context.limiter.with_timeout(context.limiter.opening_timeout(), Urgency::Read, done).await;
    match done.map_err(Stop::error)? {
        Some(Ok(opened)) => Ok(opened),
        Some(Err(_)) => Err(ProbeError::new(Reason::NotAsked, "the backup could not be opened")),
        None => Err(too_long()),
    }
}
