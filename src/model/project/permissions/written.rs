//! Needs as a policy in YAML, to be reviewed and given back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::project::permissions::words::expands;
use crate::model::project::permissions::{
    Need, Permission, Permissions, PermittedCommand, PermittedWaiver,
};

const HEAD: &str = "\
# What the sources of this project may use. Review every line: anyone who can change the sources can use all of
# this. Keep it outside the repository, and give it to Avouch with `--policy FILE` or `AVOUCH_POLICY`.
";

/// Words that YAML, in one of its versions, does not read as text.
const NOT_TEXT: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// The least policy that permits these needs. A comment names the file that needs an entry.
pub fn policy(needs: &[Need]) -> String {
    let can = needs.iter().map(|need| &need.permission).filter(|one| one.why_never().is_none());
    let all = Permissions::of(can);
    let mut out = Policy { text: HEAD.to_owned(), files: files(needs) };
    out.variables(&all);
    out.list("hosts", &all.hosts, Permission::Host);
    out.list("redirects", &all.redirects, Permission::Redirects);
    out.list("writes", &all.writes, Permission::Writes);
    out.list("dns", &all.dns, Permission::Dns);
    out.list("mail_exchangers", &all.mail_exchangers, Permission::MailExchangers);
    out.connect_to(&all);
    out.list("roots", &all.roots, Permission::Root);
    if let Some(resolver) = &all.resolver {
        let _ = writeln!(out.text, "resolver: {}", scalar(resolver));
    }
    if let Some(digest) = &all.trust_anchor {
        let _ = writeln!(out.text, "trust_anchor: {}", scalar(digest));
    }
    out.commands(&all.commands);
    out.list("files", &all.files, Permission::File);
    out.waivers(&all.waivers);
    if out.text == HEAD {
        out.text.push_str("{}\n");
    }
    out.never(needs);
    out.text
}

/// The entry of a policy that permits one need, on one line.
pub fn line(permission: &Permission) -> String {
    let one = |key: &str, value: &str| format!("{key}: [{}]", scalar(value));
    match permission {
        Permission::Variable(name, used) => {
            format!("variables: {{ {}: {{ {} }} }}", scalar(name), one("used_as", used))
        }
        Permission::SentTo(name, to) => {
            format!("variables: {{ {}: {{ {} }} }}", scalar(name), one("sent_to", to))
        }
        Permission::Host(host) => one("hosts", host),
        Permission::Redirects(host) => one("redirects", host),
        Permission::Writes(host) => one("writes", host),
        Permission::Dns(name) => one("dns", name),
        Permission::MailExchangers(domain) => one("mail_exchangers", domain),
        Permission::ConnectTo(host, address) => {
            format!("connect_to: {{ {}: [{}] }}", scalar(host), scalar(address))
        }
        Permission::Root(root) => one("roots", root),
        Permission::Resolver(address) => format!("resolver: {}", scalar(address)),
        Permission::TrustAnchor(digest) => format!("trust_anchor: {}", scalar(digest)),
        Permission::Command(command) => format!("commands: [{}]", command_line(command)),
        Permission::File(path) => one("files", path),
        Permission::Waiver(waiver) => format!("waivers: [{}]", waiver_line(waiver)),
    }
}

/// The first file that needs each permission.
fn files(needs: &[Need]) -> BTreeMap<Permission, String> {
    let mut files = BTreeMap::new();
    for need in needs {
        let file = need.place.as_ref().map_or("--target", |place| &place.file);
        files.entry(need.permission.clone()).or_insert_with(|| file.to_owned());
    }
    files
}

struct Policy {
    text: String,
    files: BTreeMap<Permission, String>,
}

impl Policy {
    fn variables(&mut self, all: &Permissions) {
        if !all.variables.is_empty() {
            self.text.push_str("variables:\n");
        }
        for (name, used) in &all.variables {
            let mut parts = vec![flow("used_as", &used.used_as)];
            if !used.sent_to.is_empty() {
                parts.push(flow("sent_to", &used.sent_to));
            }
            let _ = writeln!(self.text, "  {}: {{ {} }}", scalar(name), parts.join(", "));
        }
    }

    fn list(&mut self, key: &str, all: &BTreeSet<String>, of: impl Fn(String) -> Permission) {
        if !all.is_empty() {
            let _ = writeln!(self.text, "{key}:");
        }
        for one in all {
            let file = self.files.get(&of(one.clone())).map_or("", String::as_str);
            // A comment ends with its line, and readers of YAML differ in what ends a line.
            let fits = |c: &char| c.is_ascii_alphanumeric() || "/._-".contains(*c);
            let file: String = file.chars().filter(fits).collect();
            let _ = writeln!(self.text, "  - {} # {file}", scalar(one));
        }
    }

    fn connect_to(&mut self, all: &Permissions) {
        if !all.connect_to.is_empty() {
            self.text.push_str("connect_to:\n");
        }
        for (host, addresses) in &all.connect_to {
            let _ = writeln!(self.text, "  {}", flow(&scalar(host), addresses));
        }
    }

    fn commands(&mut self, all: &[PermittedCommand]) {
        if !all.is_empty() {
            self.text.push_str("commands:\n");
        }
        for command in all {
            if command.line.iter().any(|word| expands(word)) {
                self.text.push_str(
                    "  # A shell may expand the next line to files whose content is not in this policy.\n",
                );
            }
            let _ = writeln!(self.text, "  - {}", command_line(command));
        }
    }

    /// Comments about the needs that no policy can permit.
    fn never(&mut self, needs: &[Need]) {
        for need in needs {
            if let Some(why) = need.permission.why_never() {
                let what = line(&need.permission);
                let why = why.replace(char::is_control, " ");
                let _ = writeln!(self.text, "# This cannot be permitted, because {why}: {what}");
            }
        }
    }

    fn waivers(&mut self, all: &[PermittedWaiver]) {
        if !all.is_empty() {
            self.text.push_str("waivers:\n");
        }
        for waiver in all {
            let _ = writeln!(self.text, "  - {}", waiver_line(waiver));
        }
    }
}

fn command_line(command: &PermittedCommand) -> String {
    let mut parts = vec![flow("line", &command.line)];
    if !command.env.is_empty() {
        parts.push(flow("env", &command.env));
    }
    if !command.files.is_empty() {
        let files = command.files.iter();
        let files = files.map(|(file, digest)| format!("{}: {}", scalar(file), scalar(digest)));
        parts.push(format!("files: {{ {} }}", files.collect::<Vec<_>>().join(", ")));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn waiver_line(waiver: &PermittedWaiver) -> String {
    let mut parts = vec![format!("role: {}", scalar(&waiver.role))];
    parts.extend(waiver.claim.as_ref().map(|claim| format!("claim: {}", scalar(claim))));
    parts.extend(waiver.until.map(|day| format!("until: {day}")));
    format!("{{ {} }}", parts.join(", "))
}

fn flow<'a>(key: &str, values: impl IntoIterator<Item = &'a String>) -> String {
    let values: Vec<String> = values.into_iter().map(|one| scalar(one)).collect();
    format!("{key}: [{}]", values.join(", "))
}

/// A text as a scalar: plain where it cannot be taken for anything else, else in double quotes, with the
/// escapes of JSON, which are also those of YAML.
fn scalar(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_./:@-".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(fits)
        && !text.ends_with(':')
        && !NOT_TEXT.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    // YAML takes these for line breaks or refuses them where JSON does not.
    let escape = |c: char| match c {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => c.to_string(),
    };
    json.chars().map(escape).collect()
}
