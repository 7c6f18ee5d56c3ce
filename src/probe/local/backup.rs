//! Opens a backup that was fetched into a private copy. What is in it stays in it.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::model::answer::error::ProbeError;
use crate::model::answer::verdict::Reason;
use crate::model::plan::backup::{BackupSource, FileQuery, Form, Opening};
use crate::model::plan::request::Program;
use crate::probe::gate::{Stop, Urgency};
use crate::probe::http::download::{Copy, Place};
use crate::probe::local::command::Desk;
use crate::probe::local::opened::{Opened, too_long};
use crate::probe::local::{archive, command, file, sqlite};

/// Copies the newest of some files; gives the facts of how that went.
pub(crate) fn copy_newest(
    root: &Path,
    wanted: &FileQuery,
    mut copy: Copy,
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

/// Opens the copy, if `fetched` says that there is one, and gives all facts.
pub(crate) async fn open(
    opening: &Opening,
    fetched: Value,
    place: &Place,
    desk: Desk<'_>,
) -> Result<Value, ProbeError> {
    let there = match opening.from {
        BackupSource::Http(_) => fetched["status"] == 200,
        BackupSource::Files(_) => fetched["found"] == true,
    };
    if !there {
        return Ok(fetched);
    }
    let opened = of_form(&opening.form, &place.path(), desk).await?;
    let mut facts = fetched;
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, opened.facts()) {
        facts.extend(more);
    }
    Ok(facts)
}

async fn of_form(form: &Form, path: &Path, desk: Desk<'_>) -> Result<Opened, ProbeError> {
    if std::fs::metadata(path).is_ok_and(|copy| copy.len() == 0) {
        return Ok(Opened::No("it is empty"));
    }
    match form {
        Form::Sqlite(tables) => {
            let (path, tables) = (path.to_owned(), tables.clone());
            bounded(desk, move |end| sqlite::open(&path, &tables, end)).await
        }
        Form::Tar => {
            let path = path.to_owned();
            bounded(desk, move |end| archive::open(&path, end)).await
        }
        Form::PgDump(program) => lists(program, path, desk).await,
        Form::Command(program) => {
            let ran = command::run(program, Some(path), desk).await?;
            let facts = |exit: &Value| Opened::Yes(json!({ "exit": exit }));
            Ok(ended_well(&ran).map_or(Opened::No("the program did not open it"), facts))
        }
    }
}

/// Runs a program that lists what is in the copy: a line for each entry, others after `;`.
async fn lists(program: &Program, path: &Path, desk: Desk<'_>) -> Result<Opened, ProbeError> {
    let ran = command::run(program, Some(path), desk).await?;
    if ended_well(&ran).is_none() {
        return Ok(Opened::No("it is no archive of `pg_dump`"));
    }
    let text = ran["stdout"]["text"].as_str().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(';'));
    Ok(Opened::Yes(json!({ "entries": lines.count() })))
}

fn ended_well(ran: &Value) -> Option<&Value> {
    ran.get("exit").filter(|exit| **exit == 0)
}

/// Does work that may take long on a thread of its own, which ends it by itself at its end.
async fn bounded(
    desk: Desk<'_>,
    work: impl FnOnce(Instant) -> Result<Opened, ProbeError> + Send + 'static,
) -> Result<Opened, ProbeError> {
    let end = Instant::now() + desk.gate.opening_max();
    let done = tokio::task::spawn_blocking(move || work(end));
    let done = desk.gate.within(desk.gate.opening_max(), Urgency::Asking, done).await;
    match done.map_err(Stop::error)? {
        Some(Ok(opened)) => opened,
        Some(Err(_)) => Ok(Opened::No("it cannot be read")),
        None => Err(too_long()),
    }
}
