//! The files of a new project, with a comment on each line that a newcomer would wonder about.

use std::path::Path;
use std::{fs, io};

use jiff::civil::Date;

use crate::args::Login;
use crate::init::answers::Answers;
use crate::init::starters::{STARTERS, Starter, claim_file, quoted};
use crate::schemas;

/// The starter that a role gives its word for.
const ATTESTED: &str = "reports-are-read";

/// Who must agree to a change: legal to words, security to checks.
const CODEOWNERS: &str = include_str!("../../../CODEOWNERS");

/// Two spaces at a line's end are a line break in Markdown, so nothing is trimmed there.
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

/// Writes a whole project into an empty folder.
pub(crate) fn write(
    folder: &Path,
    answers: &Answers,
    kept: &[&Starter],
    today: Date,
) -> io::Result<()> {
    for name in ["content", "checks", "attestations"] {
        fs::create_dir_all(folder.join(name))?;
    }
    fs::write(folder.join("avouch.yaml"), project(answers, kept))?;
    fs::write(folder.join("content/security.md"), policy(answers, kept, today))?;
    for starter in kept {
        let file = folder.join(format!("checks/{}.yaml", starter.id));
        fs::write(file, claim_file(starter, answers))?;
    }
    if let Some(starter) = kept.iter().find(|starter| starter.id == ATTESTED) {
        let file = folder.join(format!("attestations/{ATTESTED}.yaml"));
        fs::write(file, attestation(&starter.words(answers), answers, today))?;
    }
    schemas::write(&folder.join("schemas"))?;
    fs::write(folder.join("CODEOWNERS"), CODEOWNERS)?;
    fs::write(folder.join(".editorconfig"), EDITORCONFIG)?;
    fs::write(folder.join(".gitignore"), "/public\n/assessment.json\n/.avouch\n")
}

fn project(answers: &Answers, kept: &[&Starter]) -> String {
    let commands = kept.iter().any(|starter| starter.rest.contains("kind: command"));
    format!(
        "# yaml-language-server: $schema=schemas/project.schema.json
site:
  title: {title}
  organisation: {organisation}
  url: {url} # where the page will be: links to it are made of this
  language: en

roles: # who may give their word, by a name for the other files
  publisher: Whoever publishes this page

# What is checked: `demo` is the add-on that Avouch brings along; `--target` puts another in its place.
target: {target}
{actors}
contacts: # in order of preference; they stand at the head of each page
  - {contact}

writes: false # whether checks may make and delete objects of their own on the target
commands: {commands} # whether checks may run programs of yours
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
        "\nactors: # who checks act as. A `${{NAME}}` is read from the environment, and shown nowhere\n  \
         customer:\n{customer}{operator}"
    )
}

fn policy(answers: &Answers, kept: &[&Starter], today: Date) -> String {
    let mut text = format!(
        "---\ntitle: {}\nsummary: What we say about the security of our service, and how it was checked.\n\
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
        "the question whether a person reads what arrives at {}, to which they said yes",
        answers.mailbox()
    );
    format!(
        "# yaml-language-server: $schema=../schemas/attestation.schema.json\n\
         # Your word, given when this project was begun. Take this file away if it is not true.\n\
         role: publisher # one of `roles:` in avouch.yaml\n\
         day: {today}\n\
         valid_for: 90d # then the claim has expired, until `avouch attest {ATTESTED} ...` gives it again\n\
         looked_at: {}\n\
         words: {words}\n",
        quoted(&looked_at)
    )
}
