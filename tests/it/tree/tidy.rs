//! The walls between the rooms: which paths each may name. Reads tokens, so that comments and strings
//! do not count, and what stands in macros does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const ROOMS: [&str; 8] =
    ["language", "workflow", "model", "load", "check", "probe", "render", "cli"];

/// A path prefix, and the rooms that may name it.
const WALLS: &[(&str, &[&str])] = &[
    ("std::fs", &["load", "probe", "cli"]),
    ("std::process", &["cli", "probe"]),
    ("std::env", &["cli"]),
    ("std::thread", &["probe", "cli"]),
    ("std::time::SystemTime", &[]),
    ("std::time::Instant", &["probe", "cli"]),
    ("std::net::TcpStream", &["probe"]),
    ("std::net::TcpListener", &["cli"]),
    ("std::net::UdpSocket", &["probe"]),
    ("std::net::ToSocketAddrs", &["probe"]),
    ("jiff::Timestamp::now", &["cli"]),
    ("Timestamp::now", &["cli"]),
    ("Zoned::now", &[]),
    ("reqwest", &["probe"]),
    ("tokio", &["probe", "cli"]),
    ("tokio_rustls", &["probe"]),
    ("rustls", &["probe"]),
    ("hickory_resolver", &["probe"]),
    ("hickory_proto", &["probe"]),
    ("clap", &["cli"]),
    ("axum", &["cli"]),
    ("indicatif", &["cli"]),
    ("notify", &["cli"]),
    ("rustix", &["load", "cli", "probe"]),
    ("rusqlite", &["probe"]),
    ("tempfile", &["load", "probe", "cli"]),
    ("tar", &["probe"]),
    ("flate2", &["probe"]),
    ("quick_xml", &["probe", "render"]),
    ("avouch_demo", &["cli"]),
    ("walkdir", &["load"]),
    ("tera", &["render"]),
    ("ammonia", &["load"]),
    ("dom_query", &["load", "probe", "render"]),
    // The command line is a crate of its own: there, `crate::` leads to its own modules.
    ("crate::model", &["model", "load", "check", "probe", "render", "workflow", "cli"]),
    ("crate::load", &["load", "workflow", "cli"]),
    ("crate::check", &["check", "workflow", "cli"]),
    ("crate::probe", &["probe", "workflow", "cli"]),
    ("crate::render", &["render", "workflow", "cli"]),
    ("crate::workflow", &["workflow", "cli"]),
];

/// Methods of `Path` that touch the disk.
const PATH_IO: &[&str] = &[
    "exists",
    "try_exists",
    "is_file",
    "is_dir",
    "is_symlink",
    "read_dir",
    "metadata",
    "canonicalize",
];

/// Rooms in which those may be called.
const PATH_IO_ROOMS: &[&str] = &["load", "probe", "cli"];

#[test]
fn every_room_keeps_to_its_walls() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut trespasses = Vec::new();
    let mut seen = BTreeMap::new();
    for room in ROOMS {
        for file in rust_files(&src.join(room)) {
            *seen.entry(room).or_insert(0) += 1;
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(&src).unwrap().display().to_string();
            trespasses
                .extend(trespasses_in(room, &text).into_iter().map(|one| format!("{name}: {one}")));
        }
    }
    assert_eq!(seen.len(), ROOMS.len(), "a room has no files: {seen:?}");
    assert!(trespasses.is_empty(), "{}", trespasses.join("\n"));
}

/// Functions that follow a link into a device or a pipe, or that write half a file.
const CARELESS: &[&str] = &[
    "fs::read",
    "fs::read_to_string",
    "fs::write",
    "File::open",
    "File::create",
    "File::create_new",
];

/// The files that may call them: those in `load` and `cli` that everything else there is read and written with,
/// and what works on private folders and on the system's own files.
const CAREFUL: &[&str] =
    &["probe/", "fuzz/tests.rs", "cli/disk/git/", "cli/measured.rs", "cli/verb/lint_since.rs"];

#[test]
fn files_are_read_and_written_in_one_way_each() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut careless = Vec::new();
    for file in rust_files(&src) {
        let name = file.strip_prefix(&src).unwrap().display().to_string();
        let is_test = name.ends_with("fixture.rs") || name.ends_with("check/manual.rs");
        if is_test || CAREFUL.iter().any(|careful| name.starts_with(careful)) {
            continue;
        }
        let paths = paths_in(&std::fs::read_to_string(&file).unwrap());
        let is_one = |path: &&String| {
            CARELESS.iter().any(|one| *path == one || path.ends_with(&format!("::{one}")))
        };
        careless.extend(paths.iter().filter(is_one).map(|path| format!("{name}: `{path}`")));
    }
    let help = "use `load::file::regular` and `cli::disk::file`";
    assert!(careless.is_empty(), "{help}\n{}", careless.join("\n"));
}

#[test]
fn a_trespass_is_noticed_wherever_it_hides() {
    for text in [
        "use std::fs;",
        "use std::{collections::BTreeMap, fs::File};",
        "fn f() { let x = format!(\"{}\", std::fs::read_to_string(\"a\").is_ok()); }",
        "fn f(p: &std::path::Path) -> bool { p.exists() }",
        "use crate::{load, model};",
        "fn f() { jiff::Timestamp::now(); }",
        "use jiff::Timestamp; fn f() { Timestamp::now(); }",
    ] {
        assert_ne!(trespasses_in("check", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_allowed_or_only_talked_about_is_no_trespass() {
    for text in [
        "// use std::fs;",
        "const A: &str = \"std::fs\";",
        "use std::net::SocketAddr;",
        "use crate::model::plan::Plan;",
        "#[cfg(test)] mod tests { use std::fs; }",
    ] {
        assert_eq!(trespasses_in("check", text), Vec::<String>::new(), "{text}");
    }
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|one| one == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every path that the source names outside of tests, and every method that it calls, as `.name`.
pub(crate) fn paths_in(text: &str) -> Vec<String> {
    let stream: TokenStream = text.parse().unwrap();
    let mut paths = Vec::new();
    collect(stream, &mut paths);
    paths
}

fn trespasses_in(room: &str, text: &str) -> Vec<String> {
    let paths = paths_in(text);
    let walls = paths.iter().flat_map(|path| {
        let crosses = |(wall, rooms): &&(&str, &[&str])| {
            let named = path == wall || path.starts_with(&format!("{wall}::"));
            named && !rooms.contains(&room)
        };
        WALLS.iter().find(crosses).map(|(wall, _)| format!("`{room}` may not name `{wall}`"))
    });
    let io = paths.iter().filter_map(|path| path.strip_prefix('.'));
    let io = io.filter(|name| PATH_IO.contains(name) && !PATH_IO_ROOMS.contains(&room));
    walls.chain(io.map(|name| format!("`{room}` may not call `.{name}()`"))).collect()
}

/// Collects every path, use trees unfolded, and every method call as `.name`.
fn collect(stream: TokenStream, paths: &mut Vec<String>) {
    let tokens = untested(stream);
    let mut index = 0;
    while index < tokens.len() {
        match &tokens[index] {
            TokenTree::Ident(_) => index = path_at(&tokens, index, "", paths),
            TokenTree::Group(group) => {
                collect(group.stream(), paths);
                index += 1;
            }
            TokenTree::Punct(dot) if dot.as_char() == '.' => {
                if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(_))) =
                    (tokens.get(index + 1), tokens.get(index + 2))
                {
                    paths.push(format!(".{name}"));
                }
                index += 1;
            }
            _ => index += 1,
        }
    }
}

/// The tokens of a stream, but for the items that only tests are built with.
pub(crate) fn untested(stream: TokenStream) -> Vec<TokenTree> {
    let mut rest: &[TokenTree] = &stream.into_iter().collect::<Vec<_>>();
    let mut kept = Vec::new();
    while let Some((first, behind)) = rest.split_first() {
        if is_test_only(rest) {
            let end = rest.iter().skip(2).position(is_end_of_item);
            rest = end.map_or(&[], |end| &rest[2 + end + 1..]);
        } else {
            kept.push(first.clone());
            rest = behind;
        }
    }
    kept
}

fn is_test_only(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] => {
            hash.as_char() == '#' && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
        }
        _ => false,
    }
}

fn is_end_of_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// Reads the path that begins at `index`, below `prefix`; gives the index behind it.
fn path_at(tokens: &[TokenTree], mut index: usize, prefix: &str, paths: &mut Vec<String>) -> usize {
    let mut path = prefix.to_owned();
    loop {
        if let Some(TokenTree::Ident(name)) = tokens.get(index) {
            if !path.is_empty() {
                path.push_str("::");
            }
            path.push_str(&name.to_string());
            index += 1;
        }
        if !is_colons(tokens, index) {
            break;
        }
        match tokens.get(index + 2) {
            Some(TokenTree::Ident(_)) => index += 2,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                unfold(group.stream(), &path, paths);
                return index + 3;
            }
            _ => break,
        }
    }
    paths.push(path);
    index
}

fn unfold(stream: TokenStream, prefix: &str, paths: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut index = 0;
    while index < tokens.len() {
        index = match tokens[index] {
            TokenTree::Ident(_) => path_at(&tokens, index, prefix, paths),
            _ => index + 1,
        };
    }
}

fn is_colons(tokens: &[TokenTree], index: usize) -> bool {
    let is = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is(tokens.get(index)) && is(tokens.get(index + 1))
}
