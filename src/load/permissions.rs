//! Reads the operator's policy, and the files that the needs of a project depend on.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::load::file::day;
use crate::load::file::document;
use crate::load::file::document::Document;
use crate::load::file::hidden;
use crate::load::file::regular;
use crate::load::file::regular::Links;
use crate::model::plan::backup::ENTRIES_READ_MAX;
use crate::model::project::permissions::needs::Files;
use crate::model::project::permissions::{Permissions, UNREADABLE, sha256};
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::node::Node;

/// Maximum size of a policy in bytes.
const POLICY_MAX: u64 = 1024 * 1024;

/// Maximum number of files in a folder that a program's line names.
const FILES_MAX: usize = 10_000;

/// Maximum number of bytes that are read for one digest. A larger file or folder counts as unreadable.
const DIGEST_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Maximum number of links that lead from a path to a file.
const LINKS_MAX: usize = 40;

/// Reads a policy; `name` is its path, or the variable that contains it. Without a mistake, there is a policy.
pub fn read(text: &str, name: &str) -> Result<Permissions, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from(name);
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_comment) {
        let message = format!("the policy `{name}` has no entries");
        let empty = Diagnostic::new(Code::BadPolicy, Place::file(name), message);
        let help = "write `{}` to permit nothing";
        return Err(vec![Diagnostic { place: None, ..empty.help(help) }]);
    }
    let mut diagnostics = Report::new();
    diagnostics.extend(hidden::in_text(&file, text));
    let (range, mark) = (document::whole(text), diagnostics.mark());
    let document: Option<Document<Permissions>> =
        document::read(text, range, &file, &mut diagnostics);
    if let Some(document) = &document {
        let waivers = document.node.get("waivers").map_or(&[][..], Node::items);
        for waiver in waivers {
            day::check(waiver.get("until"), &file, &mut diagnostics, mark);
        }
        entries(&document.node, &file, &mut diagnostics);
    }
    match document.and_then(|document| document.value) {
        Some(permissions) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(permissions),
        _ => Err(diagnostics.into_vec()),
    }
}

/// Reports entries that could never permit anything.
fn entries(node: &Node, file: &Arc<str>, diagnostics: &mut Report) {
    let list = |key: &str| node.get(key).map_or(&[][..], Node::items).iter();
    let mut report = |node: &Node, message: String, help: &str| {
        let place = Place::new(file.clone(), node.span.clone());
        diagnostics.push(Diagnostic::new(Code::BadPolicy, place, message).help(help));
    };
    for entry in ["hosts", "redirects", "writes"].into_iter().flat_map(list) {
        if let Some(text) = entry.as_str().filter(|text| !is_host_and_port(text)) {
            let message = format!("`{text}` is not a host with its port");
            report(entry, message, "write it like `www.example.com:443` or `*.example.com:443`");
        }
    }
    for variable in node.get("variables").map_or(&[][..], Node::entries) {
        let items = |key: &str| variable.value.get(key).map_or(&[][..], Node::items).iter();
        for origin in items("sent_to") {
            if let Some(text) = origin.as_str().filter(|text| !is_origin(text)) {
                let message = format!("`{text}` is not an origin");
                report(origin, message, "write it like `https://www.example.com` or `${TARGET}`");
            }
        }
        for key in items("used_as") {
            if let Some(text) = key.as_str().filter(|text| !is_key(text)) {
                let message = format!("`{text}` is not a key that may contain a variable");
                let help =
                    "write `target`, `connect_to`, `roots`, or a key of an actor, such as `bearer`";
                report(key, message, help);
            }
        }
    }
    for path in list("files") {
        if let Some(text) = path.as_str().filter(|text| !Path::new(text).is_absolute()) {
            report(path, format!("`{text}` is not an absolute path"), "begin it with `/`");
        }
    }
    let addresses = node.get("connect_to").map_or(&[][..], Node::entries).iter();
    let addresses = addresses.flat_map(|host| host.value.items());
    for address in addresses.chain(node.get("resolver")) {
        let is_address =
            |text: &&str| text.contains("${") || text.parse::<std::net::SocketAddr>().is_ok();
        if let Some(text) = address.as_str().filter(|text| !is_address(text)) {
            let message = format!("`{text}` is not an IP address with its port");
            report(address, message, "write it like `192.0.2.1:443` or `[2001:db8::1]:443`");
        }
    }
    for line in list("commands").filter_map(|command| command.get("line")) {
        if line.items().is_empty() {
            report(line, "`line` is empty".to_owned(), "write the program and its arguments");
        }
    }
    let commands = list("commands").filter_map(|command| command.get("files"));
    let files = commands.flat_map(Node::entries).map(|entry| &entry.value);
    for digest in files.chain(list("roots")).chain(node.get("trust_anchor")) {
        if let Some(text) = digest.as_str().filter(|text| !is_digest(text)) {
            let message = format!("`{text}` is not a SHA-256");
            report(digest, message, "write `sha256:` and 64 hexadecimal digits in lower case");
        }
    }
}

/// Whether a text is a host with its port, or contains a variable or a placeholder that no reader resolves.
fn is_host_and_port(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_port = port.parse::<u16>().is_ok();
    let is_special = text.contains("${") || matches!(text, "programs" | "*");
    is_special || (is_port && !name.is_empty() && !name.contains(['/', ' ', '@', '*']))
}

fn is_origin(text: &str) -> bool {
    let has_path =
        |url: &url::Url| url.path() != "/" || url.query().is_some() || !url.username().is_empty();
    let is_plain = url::Url::parse(text).is_ok_and(|url| {
        url.has_host() && matches!(url.scheme(), "https" | "http") && !has_path(&url)
    });
    is_plain || text.contains("${") || text.starts_with("https://*")
}

/// Whether a key of `avouch.yaml`, or of an actor, may contain a variable.
fn is_key(text: &str) -> bool {
    const KEYS: [&str; 11] = [
        "target",
        "connect_to",
        "roots",
        "tenants",
        "tenant",
        "connect",
        "bearer",
        "basic",
        "header",
        "signed",
        "send_to",
    ];
    KEYS.contains(&text.split('.').next().unwrap_or_default())
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    let is_hex =
        hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hex || text.contains("${")
}

/// Reads the text of a policy's file. The error is a message for people.
///
/// # Errors
///
/// The file is not a regular file, cannot be read, is longer than 1 MiB or is not UTF-8.
pub fn text(path: &Path) -> Result<String, String> {
    regular::read_text(path, POLICY_MAX, Links::Followed).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    })
}

/// Whether the file at a path, or a link on the way to it, lies in one of the folders.
pub fn leads_through(path: &Path, folders: &[PathBuf]) -> bool {
    let mut rest = whole(path);
    for _ in 0..LINKS_MAX {
        match first_link(&rest, folders) {
            Followed::Inside => return true,
            Followed::Outside => return false,
            Followed::Link(next) => rest = next,
        }
    }
    // A path that never ends is not trusted.
    true
}

enum Followed {
    /// The file or a link to it lies in a folder.
    Inside,
    /// It does not, and no part of the path is a link.
    Outside,
    /// The path without its first link.
    Link(PathBuf),
}

/// Follows a path up to its first link.
fn first_link(path: &Path, folders: &[PathBuf]) -> Followed {
    let mut parts = path.components();
    let mut walked = PathBuf::new();
    while let Some(part) = parts.next() {
        match part {
            Component::ParentDir => drop(walked.pop()),
            Component::CurDir => {}
            other => walked.push(other),
        }
        // Sources can let a link of theirs lead anywhere, so the path may not depend on one.
        if let Ok(to) = std::fs::read_link(&walked) {
            if is_inside(&walked, folders) {
                return Followed::Inside;
            }
            walked.pop();
            return Followed::Link(walked.join(to).join(parts.as_path()));
        }
    }
    if is_inside(&walked, folders) { Followed::Inside } else { Followed::Outside }
}

fn is_inside(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The files of the project at a folder, for its needs.
pub struct ProjectFiles {
    root: PathBuf,
}

impl ProjectFiles {
    /// The files of the project at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: std::fs::canonicalize(root).unwrap_or_else(|_| whole(root)) }
    }

    /// A path as a program sees it, if it is within the project and not the project itself.
    fn within(&self, word: &str) -> Option<PathBuf> {
        let path = self.root.join(word);
        let Ok(real) = std::fs::canonicalize(&path) else {
            // A link that leads nowhere yet.
            let is_link = path.symlink_metadata().is_ok() && plain(&path).starts_with(&self.root);
            return is_link.then_some(path);
        };
        let is_here = plain(&path).starts_with(&self.root) || real.starts_with(&self.root);
        (is_here && !self.root.starts_with(&real)).then_some(path)
    }
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut all = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(all.pop()),
            Component::CurDir => {}
            other => all.push(other),
        }
    }
    all
}

impl Files for ProjectFiles {
    fn digest(&self, word: &str) -> Option<String> {
        let path = self.within(word)?;
        let mut bytes_left = DIGEST_BYTES_MAX;
        let digest = match path.is_dir() {
            true => of_folder(&path, &mut bytes_left),
            false => of_file(&path, &mut bytes_left),
        };
        Some(digest.unwrap_or_else(|_| UNREADABLE.to_owned()))
    }

    fn outside(&self, path: &str) -> Vec<String> {
        let path = self.root.join(path);
        let mut entries = std::fs::read_dir(&path).into_iter().flatten();
        let links: Vec<_> = entries.by_ref().take(ENTRIES_READ_MAX).collect();
        // Not an absolute path, which no policy permits.
        let rest = entries.next().map(|_| format!("all of {}", path.display()));
        let links = links.into_iter().filter_map(Result::ok).map(|entry| entry.path());
        let links = links.filter(|entry| entry.is_symlink());
        let mut outside: Vec<String> = [path.clone()]
            .into_iter()
            .chain(links)
            .map(|path| std::fs::canonicalize(&path).unwrap_or_else(|_| plain(&path)))
            .filter(|real| !real.starts_with(&self.root))
            .map(|real| real.display().to_string())
            .chain(rest)
            .collect();
        outside.sort();
        outside.dedup();
        outside
    }
}

fn of_file(path: &Path, bytes_left: &mut u64) -> io::Result<String> {
    let bytes = regular::read(path, *bytes_left, Links::Followed)?;
    *bytes_left -= bytes.len() as u64;
    Ok(sha256(&bytes))
}

/// The digest of the names and contents of all files in a folder.
fn of_folder(path: &Path, bytes_left: &mut u64) -> io::Result<String> {
    let mut all = String::new();
    let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
    for (count, entry) in walk.into_iter().enumerate() {
        let entry = entry.map_err(io::Error::other)?;
        if count > FILES_MAX {
            return Err(io::Error::other("the folder has too many files"));
        }
        if !entry.file_type().is_dir() {
            let name = entry.path().strip_prefix(path).unwrap_or(entry.path()).display();
            let digest = of_file(entry.path(), bytes_left)?;
            all.push_str(&format!("{digest} {name:?}\n"));
        }
    }
    Ok(sha256(all.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_can_never_permit_anything_are_reported() {
        for text in [
            "variables: { A: { used_as: [nonsense] } }",
            "variables: { A: { sent_to: [x] } }",
            "variables: { A: { sent_to: [\"https://a.test/path\"] } }",
            "files: [a/b]",
            "resolver: nonsense",
            "connect_to: { a.test: [b.test] }",
            "commands: [{ line: [] }]",
            "commands: [{ line: [x], files: { x: unreadable } }]",
            "roots: [\"sha256:AB\"]",
            "trust_anchor: x",
            "# only a comment",
            "",
        ] {
            let wrong = read(text, "policy.yaml").unwrap_err();
            assert!(wrong.iter().all(|one| one.code == Code::BadPolicy), "{text}: {wrong:#?}");
        }
        for text in [
            "{}",
            "variables: { A: { used_as: [basic.user, target], sent_to: [\"${TARGET}\", \"https://a.test:1/\"] } }",
            "files: [/a]",
            "resolver: \"127.0.0.1:53\"",
            "connect_to: { a.test: [\"127.0.0.1:443\", \"${ADDRESS}\"] }",
            "writes: [\"*\"]",
        ] {
            assert!(read(text, "policy.yaml").is_ok(), "{text}: {:#?}", read(text, "policy.yaml"));
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_has_no_digest_that_is_permitted() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("run")).unwrap();
        let files = ProjectFiles::new(folder.path());
        assert_eq!(files.digest("run").as_deref(), Some(UNREADABLE));
        assert_eq!(files.digest("missing"), None);
    }
}
