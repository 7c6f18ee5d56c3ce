//! The files of a new project, with comments for newcomers.

use std::path::Path;
use std::{fs, io};

use jiff::civil::Date;

use crate::disk::file;
use crate::disk::file::Mode;
use crate::init::answers::Answers;
use crate::init::options::Login;
use crate::init::starters::{STARTERS, Starter, claim_file, quoted};
use crate::schemas;

/// The starter that a role attests.
const ATTESTED: &str = "reports-are-read";

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
pub(crate) fn write(
    folder: &Path,
    answers: &Answers,
    kept: &[&Starter],
    today: Date,
) -> io::Result<()> {
    let write = |name: &str, text: &str| file::replace_text(&folder.join(name), Mode::Kept, text);
    for name in ["content", "checks", "attestations"] {
        fs::create_dir_all(folder.join(name))?;
    }
    write("avouch.yaml", &project(answers, kept))?;
    write("content/security.md", &policy(answers, kept, today))?;
    for starter in kept {
        write(&format!("checks/{}.yaml", starter.id), &claim_file(starter, answers))?;
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

fn project(answers: &Answers, kept: &[&Starter]) -> String {
    let commands = kept.iter().any(|starter| starter.rest.contains("kind: command"));
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
{actors}
contacts: # in order of preference; each page shows them at the top
  - {contact}

writes: false # whether checks may create and delete their own objects on the target
commands: {commands} # whether checks may run your programs
",
        title = quoted(&format!("Security at {}", answers.organisation)),
        organisation = quoted(&answers.organisation),
        url = quoted(answers.url.as_str()),
        target = quoted(&answers.target),
        actors = actors(answers),
        contact = quoted(answers.contact.as_str()),
    )
}

fn actors(answers: &Answers) -> String {
    let secret = quoted(&format!("${{{}}}", answers.customer.secret));
    let customer = match answers.customer.login {
        Login::None => return String::new(),
        Login::Bearer => format!("    bearer: {secret}\n"),
        Login::Connect => format!(
            "    tenant: customer\n    connect: {{ client_key: {}, shared_secret: {secret} }}\n",
            quoted(&answers.customer.client_key)
        ),
    };
    let operator = match answers.is_demo() {
        true => "  operator:\n    bearer: \"${OPS_TOKEN}\"\n",
        false => "",
    };
    format!(
        "\nactors: # who checks act as. `${{NAME}}` is read from the environment, and never shown\n  \
         customer:\n{customer}{operator}"
    )
}

fn policy(answers: &Answers, kept: &[&Starter], today: Date) -> String {
    let mut text = format!(
        "---\ntitle: {}\nsummary: Our promises about the security of our service, and how they were checked.\n\
         effective: {today}\nowner: publisher\n---\n",
        quoted(&format!("Security at {}", answers.organisation))
    );
    let mut headings: Vec<&str> = STARTERS.iter().map(|starter| starter.heading).collect();
    let mut seen = Vec::new();
    headings.retain(|heading| {
        !seen.contains(heading) && {
            seen.push(heading);
            true
        }
    });
    for heading in headings {
        let mut under = kept.iter().filter(|starter| starter.heading == heading).peekable();
        if under.peek().is_some() {
            text.push_str(&format!("\n## {heading}\n"));
        }
        for starter in under {
            text.push_str(&format!(
                "\n[{}](../checks/{}.yaml)\n",
                starter.words(answers),
                starter.id
            ));
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
