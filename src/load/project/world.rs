//! The target of the checks, its hosts and overrides.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Component, Path};

use url::Url;

use crate::load::file::reader::Reader;
use crate::load::options::Options;
use crate::load::project::address;
use crate::load::project::address::Fault;
use crate::load::project::connect_to::connect_to;
use crate::load::project::file::ProjectFile;
use crate::load::project::scope::{Scope, check_name};
use crate::load::project::variable::Variables;
use crate::model::project::world::{DEMO_SUFFIX, World};
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::Node;

/// The beginning of a certificate in PEM (RFC 7468, section 5).
pub(crate) const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// The world of the project's file, overridden by the command line.
pub(crate) fn of(
    file: &ProjectFile,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
    options: &Options<'_>,
) -> World {
    let (target, embedded) = target(file, scope, options);
    let variables = Variables::new(options, embedded);
    World {
        embedded,
        demo: target.host_str().is_some_and(|host| host.ends_with(DEMO_SUFFIX)),
        target,
        hosts: hosts(&file.hosts, scope),
        connect_to: connect_to(&file.connect_to, &variables, scope),
        roots: roots(&file.roots, &variables, scope, reader),
        resolver: resolver(file.resolver.as_ref(), scope),
        trust_anchor: trust_anchor(file.trust_anchor.as_ref(), scope),
        clock: None,
    }
}

/// The target, and whether it is one of the demo's apps, which is started within this process.
fn target(file: &ProjectFile, scope: &mut Scope<'_>, options: &Options<'_>) -> (Url, bool) {
    const HELP: &str = "write `demo`, or an origin such as `https://addon.example.com`, with nothing after the host";
    if let Some(text) = options.target {
        return read_target(text).unwrap_or_else(|fault| {
            let place = crate::model::source::Place::file(scope.source.file.clone());
            let message = format!("the target `{text}` is not an origin");
            let help = fault.help(text, HELP);
            let error = Diagnostic::new(Code::BadTarget, place, message).help(help);
            scope.diagnostics.push(Diagnostic { place: None, ..error });
            (address::nowhere(), false)
        });
    }
    let root = scope.node;
    let written = scope.required(file.target.as_ref(), "target", root);
    if written.is_empty() {
        return (address::nowhere(), false);
    }
    let variables = Variables::new(options, false);
    let reported = scope.diagnostics.mark();
    let filled = variables.fill(&written, scope);
    read_target(&filled).unwrap_or_else(|fault| {
        // A variable without a value has been reported already.
        if scope.diagnostics.is_clean_since(reported) {
            let message = format!("the target `{}` is not an origin", written.value);
            let help = fault.help(&written, HELP);
            scope.report(Code::BadTarget, &written.span, message, &help);
        }
        (address::nowhere(), false)
    })
}

fn read_target(text: &str) -> Result<(Url, bool), Fault> {
    match text {
        "demo" => Ok((address::demo(), true)),
        "demo-forge" => Ok((address::demo_forge(), true)),
        _ => address::origin(text).map(|origin| (origin, false)),
    }
}

fn hosts(
    read: &BTreeMap<String, Spanned<String>>,
    scope: &mut Scope<'_>,
) -> BTreeMap<String, String> {
    let root = scope.node;
    let mut hosts = BTreeMap::new();
    for entry in root.get("hosts").map_or(&[][..], Node::entries) {
        check_name(&entry.key, &entry.key_span, scope);
        let host = read.get(&entry.key);
        if let Some(host) = host.filter(|host| !address::is_host(host)) {
            let message = format!("`{}` is not a host name", host.value);
            let help = "write its name alone, such as `www.example.com`";
            scope.report(Code::BadHost, &host.span, message, help);
        }
        hosts.insert(entry.key.clone(), host.map_or_else(String::new, |host| host.value.clone()));
    }
    hosts
}

fn roots(
    written: &[Spanned<String>],
    variables: &Variables<'_>,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> BTreeMap<String, String> {
    let mut roots = BTreeMap::new();
    for root in written {
        let before = scope.diagnostics.mark();
        let filled = variables.fill(root, scope);
        if !scope.diagnostics.is_clean_since(before) {
            continue;
        }
        // A variable may contain the certificates themselves.
        if filled.contains(BEGIN) {
            roots.insert(root.value.clone(), filled);
            continue;
        }
        let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(&filled).components().all(stays) {
            let message = format!("`{}` leads out of the project's folder", root.value);
            let help = "put the file itself into the project";
            scope.report(Code::OutsideProject, &root.span, message, help);
            continue;
        }
        let Some(source) = reader.file(&filled) else {
            let message = format!("`{}` cannot be read", root.value);
            let help = "name a file in the project that contains PEM certificates";
            scope.report(Code::MissingFile, &root.span, message, help);
            continue;
        };
        if source.text.contains(BEGIN) {
            roots.insert(root.value.clone(), source.text.to_string());
        } else {
            let message = format!("there is no certificate in `{}`", root.value);
            let help = "it must contain PEM certificates, each between `-----BEGIN CERTIFICATE-----` and its end";
            scope.report(Code::BadRoot, &root.span, message, help);
        }
    }
    roots
}

/// Whether a line is a `DNSKEY` record: name, optional time to live, class, type, flags, protocol 3,
/// algorithm, key (RFC 4034, section 2.2).
fn is_dnskey(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(at) =
        words.iter().position(|word| *word == "DNSKEY").filter(|at| (2..=3).contains(at))
    else {
        return false;
    };
    let key = |word: &&str| {
        let of_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        word.chars().all(of_base64)
    };
    match &words[at + 1..] {
        [flags, "3", algorithm, rest @ ..] => {
            let numbers = flags.parse::<u16>().is_ok() && algorithm.parse::<u8>().is_ok();
            numbers && !rest.is_empty() && rest.iter().all(key)
        }
        _ => false,
    }
}

fn trust_anchor(written: Option<&Spanned<String>>, scope: &mut Scope<'_>) -> Option<String> {
    let written = written?;
    let lines = written.lines().map(str::trim).filter(|line| !line.is_empty());
    // The parser of records needs a line break at the end.
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    if text.is_empty() || !text.lines().all(is_dnskey) {
        let message = "the trust anchor is not a list of DNSKEY records".to_owned();
        let help = "write one a line, such as `corp.example. IN DNSKEY 257 3 13 BASE64`";
        scope.report(Code::BadTrustAnchor, &written.span, message, help);
        return None;
    }
    Some(text)
}

fn resolver(written: Option<&Spanned<String>>, scope: &mut Scope<'_>) -> Option<SocketAddr> {
    let written = written?;
    let resolver = address::resolver(written);
    if resolver.is_none() {
        let message = format!("`{}` is not the address of a resolver", written.value);
        let help = "write numbers, such as `127.0.0.1:5353`";
        scope.report(Code::BadResolver, &written.span, message, help);
    }
    resolver
}
