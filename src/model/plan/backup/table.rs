//! The table of backups that the Heroku CLI prints (`heroku pg:backups`, version 11), as JSON.

use serde_json::{Value, json};

/// The columns of the table of backups, in lower case. The tables of restores and copies have others.
const COLUMNS: [&str; 3] = ["id", "created at", "status"];

/// Reads the table of backups into entries like those of the platform's API; `None` if there is none.
pub(super) fn read(text: &str) -> Option<Vec<Value>> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let title = lines.iter().position(|line| line.trim_matches(['=', ' ']) == "Backups")?;
    let section: Vec<&str> =
        lines[title + 1..].iter().take_while(|line| !line.starts_with("===")).copied().collect();
    if section.iter().any(|line| line.starts_with("No backups")) {
        return Some(Vec::new());
    }
    let head = section
        .iter()
        .position(|line| COLUMNS.iter().all(|name| line.to_ascii_lowercase().contains(name)))?;
    let starts = starts(section[head]);
    let rows = section[head + 1..].iter().filter(|line| !line.is_empty() && !is_rule(line));
    Some(rows.map(|line| entry(&cells(line, &starts))).collect())
}

/// The characters at which the columns start: after two spaces.
fn starts(head: &str) -> Vec<usize> {
    let letters: Vec<char> = head.chars().collect();
    let is_space = |at: usize| letters.get(at).is_none_or(|letter| *letter == ' ');
    let is_start = |at: &usize| {
        !is_space(*at)
            && (*at == 0 || (is_space(at - 1) && (*at == 1 || is_space(at.saturating_sub(2)))))
    };
    (0..letters.len()).filter(is_start).collect()
}

fn is_rule(line: &str) -> bool {
    line.chars().all(|letter| "─- ".contains(letter))
}

fn cells(line: &str, starts: &[usize]) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let ends = starts.iter().skip(1).copied().chain([letters.len()]);
    let cell = |(start, end): (&usize, usize)| {
        let cell: String =
            letters.get(*start..end.min(letters.len())).unwrap_or_default().iter().collect();
        cell.trim().to_owned()
    };
    starts.iter().zip(ends).map(cell).collect()
}

fn entry(cells: &[String]) -> Value {
    let cell = |index: usize| cells.get(index).map(String::as_str).unwrap_or_default();
    let status = cell(2);
    let finished = status.strip_prefix("Completed");
    let at = finished
        .or_else(|| status.strip_prefix("Finished with")?.split_once(' ').map(|(_, at)| at));
    json!({
        "name": cell(0),
        "created_at": cell(1),
        "status": status,
        "succeeded": finished.is_some(),
        "finished_at": at.map(str::trim).filter(|at| !at.is_empty()),
        "processed_bytes": bytes(cell(3)),
        "from_name": cell(4),
        "to_type": "gof3r",
    })
}

/// A size such as `25.6KB`; `null` for any other text.
fn bytes(size: &str) -> Option<u64> {
    let end = size.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = size.split_at(end);
    let number: f64 = number.trim().parse().ok()?;
    let factor = match unit.to_ascii_uppercase().as_str() {
        "B" | "BYTES" => 1.0,
        "KB" | "KIB" => 1024.0,
        "MB" | "MIB" => 1024.0 * 1024.0,
        "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        "TB" | "TIB" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
=== Backups

 ID    Created at                 Status                               Size    Database
 ────  ─────────────────────────  ───────────────────────────────────  ──────  ────────
 b002  2026-01-31 12:00:00 +0000  Running (processed 1.5MB)            1.5MB   DATABASE
 b001  2026-01-30 12:00:00 +0000  Completed 2026-01-30 12:01:00 +0000  25.6KB  DATABASE

=== Restores

No restores found. Use heroku pg:backups:restore to restore a backup
";

    #[test]
    fn rows_are_entries() {
        let entries = read(TABLE).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["succeeded"], false);
        assert_eq!(entries[0]["finished_at"], Value::Null);
        assert_eq!(entries[1]["name"], "b001");
        assert_eq!(entries[1]["succeeded"], true);
        assert_eq!(entries[1]["finished_at"], "2026-01-30 12:01:00 +0000");
        assert_eq!(entries[1]["processed_bytes"], 26214);
        assert_eq!(entries[1]["from_name"], "DATABASE");
    }

    #[test]
    fn a_table_without_rows_is_empty_and_other_text_is_none() {
        let none = "=== Backups\n\nNo backups. Capture one with heroku pg:backups:capture\n";
        assert_eq!(read(none), Some(Vec::new()));
        assert_eq!(read("Error: not logged in"), None);
        assert_eq!(read(""), None);
    }
}
