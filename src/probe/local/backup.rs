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
use crate::probe::local::opened_backup::{OpenedBackup, too_long};
use crate::probe::local::{archive, command, file, sqlite};

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
    let opened = of_form(&opening.form, &dir.path(), context).await?;
    let mut facts = fetched;
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, opened.facts()) {
        facts.extend(more);
    }
    Ok(facts)
}

async fn of_form(
    form: &Form,
    path: &Path,
    context: CommandContext<'_>,
) -> Result<OpenedBackup, ProbeError> {
    if std::fs::metadata(path).is_ok_and(|copy| copy.len() == 0) {
        return Ok(OpenedBackup::Unreadable("the backup is empty"));
    }
    match form {
        Form::Sqlite(tables) => {
            let (path, tables) = (path.to_owned(), tables.clone());
            with_time_limit(context, move |end| sqlite::open(&path, &tables, end)).await
        }
        Form::Tar => {
            let path = path.to_owned();
            with_time_limit(context, move |end| archive::open(&path, end)).await
        }
        Form::PgDump(program) => list(program, path, context).await,
        Form::Command(program) => {
            let ran = command::run(program, Some(path), context).await?;
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
async fn with_time_limit(
    context: CommandContext<'_>,
    work: impl FnOnce(Instant) -> Result<OpenedBackup, ProbeError> + Send + 'static,
) -> Result<OpenedBackup, ProbeError> {
    let end = Instant::now() + context.limiter.opening_timeout();
    let done = tokio::task::spawn_blocking(move || work(end));
    let done =
        context.limiter.with_timeout(context.limiter.opening_timeout(), Urgency::Read, done).await;
    match done.map_err(Stop::error)? {
        Some(Ok(opened)) => opened,
        Some(Err(_)) => Ok(OpenedBackup::Unreadable("the backup cannot be read")),
        None => Err(too_long()),
    }
}
