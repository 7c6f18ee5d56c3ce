//! The files of a new project, with comments for newcomers.

use std::path::Path;
use std::{fs, io};

use avouch::model::time::day_of;
use indexmap::{IndexMap, IndexSet};
use jiff::civil::Date;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::exit::Exit;
use crate::init::actor::actors;
use crate::init::answers::Answers;
use crate::init::rules::quoted;
use crate::init::starters::{STARTERS, Starter};
use crate::schemas;
use crate::terminal::clock::clock;
use crate::terminal::console::Console;

/// The starter that a role attests.
const ATTESTED: &str = "reports-are-read";

/// The certificate authorities to trust in addition to the public ones.
const AUTHORITIES: &str = "ca.pem";

/// Who must approve a change: legal for words, security for checks.
const CODEOWNERS: &str = include_str!("../../../CODEOWNERS");

/// Two spaces at the end of a line are a line break in Markdown, so Markdown is not trimmed.
const EDITORCONFIG: &str = "\
root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true

[*.yaml]
indent_style = space
indent_size = 2
trim_trailing_whitespace = true
";

/// Writes a project into an empty folder.
pub(crate) fn write(folder: &Path, answers: &Answers, kept: &[&Starter]) -> io::Result<()> {
    let today = day_of(clock(None).now());
    let write = |name: &str, text: &str| file::replace_text(&folder.join(name), Mode::Kept, text);
    for name in ["content", "checks", "attestations"] {
        fs::create_dir_all(folder.join(name))?;
    }
    write("avouch.yaml", &project(answers, kept))?;
    write("content/security.md", &policy(answers, kept, today))?;
    for starter in kept {
        write(&format!("checks/{}.yaml", starter.id), &starter.file(answers))?;
    }
    if let Some(certificates) = &answers.reached.certificates {
        write(AUTHORITIES, certificates)?;
    }
    if let Some(starter) = kept.iter().find(|starter| starter.id == ATTESTED) {
        let text = attestation(&starter.words(answers), answers, today);
        write(&format!("attestations/{ATTESTED}.yaml"), &text)?;
    }
    schemas::write(&folder.join("schemas"))?;
    write("CODEOWNERS", CODEOWNERS)?;
    write(".editorconfig", EDITORCONFIG)?;
    write(".gitignore", "/public\n/assessment.json\n/.avouch\n")
}

/// Reports that a project could not be written.
pub(crate) fn failed(error: &io::Error, console: Console) -> Exit {
    console.error(format!("the project could not be written: {error}"), "");
    Exit::Unusable
}

fn project(answers: &Answers, kept: &[&Starter]) -> String {
    let commands = kept.iter().any(|starter| starter.file(answers).contains("kind: command"));
    let contacts = answers.contacts.iter().map(|one| format!("  - {}", quoted(one.as_str())));
    let contacts: Vec<String> = contacts.collect();
    format!(
        "# yaml-language-server: $schema=schemas/project.schema.json
site:
  title: {title}
  organisation: {organisation}
  url: {url} # the future address of the page, for links to it
  language: en

roles: # who may confirm claims and accept exceptions
  publisher: Publisher of this page

# The service to check: `demo` is the demo add-on of Avouch; `--target` replaces it for one run.
target: {target}
{surroundings}{actors}
contacts: # in order of preference; each page shows them at the top
{contacts}

writes: false # whether checks may create and delete their own objects on the target
commands: {commands} # whether checks may run your programs
",
        title = quoted(&format!("Security at {}", answers.organisation)),
        organisation = quoted(&answers.organisation),
        url = quoted(answers.url.as_str()),
        target = quoted(&answers.target),
        actors = actors(answers),
        surroundings = surroundings(answers),
        contacts = contacts.join("\n"),
    )
}

/// How the service is reached, if not as everybody reaches it.
fn surroundings(answers: &Answers) -> String {
    let given = &answers.reached;
    let mut text = String::new();
    let mut hosts: IndexMap<&str, Vec<String>> = IndexMap::new();
    for (host, address) in &given.connect_to {
        hosts.entry(host).or_default().push(quoted(address));
    }
    if !hosts.is_empty() {
        text.push_str("connect_to: # where connections to a host are made instead\n");
    }
    for (host, addresses) in hosts {
        text.push_str(&format!("  {}: [{}]\n", quoted(host), addresses.join(", ")));
    }
    if given.certificates.is_some() {
        text.push_str(&format!(
            "roots: [{AUTHORITIES}] # certificate authorities to trust in addition to the public ones\n"
        ));
    }
    if let Some(resolver) = &given.resolver {
        text.push_str(&format!("resolver: {} # in place of the system's\n", quoted(resolver)));
    }
    text
}

fn policy(answers: &Answers, kept: &[&Starter], today: Date) -> String {
    let mut text = format!(
        "---\ntitle: {}\nsummary: The security of our service, and how each claim about it was checked.\n\
         effective: {today}\nowner: publisher\n---\n",
        quoted(&format!("Security at {}", answers.organisation))
    );
    let headings: IndexSet<&str> = STARTERS.iter().map(Starter::heading).collect();
    for heading in headings {
        let mut under = kept.iter().filter(|starter| starter.heading() == heading).peekable();
        if under.peek().is_some() {
            text.push_str(&format!("\n## {heading}\n"));
        }
        for starter in under {
            text.push_str(&format!("\n{}\n", starter.paragraph(answers)));
        }
    }
    text
}

fn attestation(words: &str, answers: &Answers, today: Date) -> String {
    let looked_at = format!(
        "who receives messages to {}, and that a person reads every one of them",
        answers.mailbox()
    );
    format!(
        "# yaml-language-server: $schema=../schemas/attestation.schema.json\n\
         # Your confirmation from the start of this project. Delete this file if it is not true.\n\
         role: publisher # one of `roles:` in avouch.yaml\n\
         day: {today}\n\
         valid_for: 90d # then the claim expires, until `avouch attest {ATTESTED} ...` renews it\n\
         looked_at: {}\n\
         words: {words}\n",
        quoted(&looked_at)
    )
}
