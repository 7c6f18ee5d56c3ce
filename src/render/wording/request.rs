//! Requests and their actors in English and as a command line: with placeholders, never with secrets.

use std::fmt::Write as _;

use crate::model::plan::backup::{BackupSource, FileQuery, Form, Opening};
use crate::model::plan::body::{Body, Content, FormPart};
use crate::model::plan::credential::{Credential, Forgery, LetterCase};
use crate::model::plan::question::HostName;
use crate::model::plan::request::{Destination, Program, Request};
use crate::model::plan::template::{Part, Template};
use crate::model::plan::{ANYONE, Act, Step};
use crate::model::project::Project;
use crate::model::project::actor::Scheme;
use crate::model::project::login::Login;
use crate::render::wording::{list, plain};

/// The actor and its credential: `globex, a customer, with its own credential`.
pub fn who(step: &Step, project: &Project) -> String {
    if step.actor == ANYONE {
        return match &step.credential {
            Credential::Forged(forgery) => format!("anyone, with {}", forged(forgery)),
            _ => "anyone, without credentials".to_owned(),
        };
    }
    let actor = plain(&step.actor);
    let actor = match project.tenant(&step.actor) {
        Some(_) if actor != "customer" => format!("{actor}, a customer"),
        _ => actor,
    };
    match &step.credential {
        Credential::Own => format!("{actor}, with its own credential"),
        Credential::None => format!("{actor}, without its credential"),
        Credential::Forged(forgery) => format!("{actor}, with {}", forged(forgery)),
    }
}

/// The same without the names of customers, which differ from run to run.
pub fn asker(step: &Step, project: &Project) -> String {
    let who = match project.tenant(&step.actor) {
        Some(_) => "a customer".to_owned(),
        None => plain(&step.actor),
    };
    let with = match &step.credential {
        Credential::Own if step.actor == ANYONE => "without credentials".to_owned(),
        Credential::Own => "with its own credential".to_owned(),
        Credential::None => "without its credential".to_owned(),
        Credential::Forged(Forgery::IssuerOf(_)) => {
            "with its own secret but the name of another".to_owned()
        }
        Credential::Forged(Forgery::PublicKeyOf(_)) => {
            "with a credential signed with the public key of another".to_owned()
        }
        Credential::Forged(Forgery::SecretOf(_)) => {
            "with its own name but the secret of another".to_owned()
        }
        Credential::Forged(Forgery::ClaimsOf(_)) => {
            "with its own signature under the claims of another".to_owned()
        }
        Credential::Forged(forgery) => format!("with {}", forged(forgery)),
    };
    format!("{who} {with}")
}

/// The description of a forged credential.
fn forged(forgery: &Forgery) -> String {
    match forgery {
        Forgery::Garbage => "random text as a credential",
        Forgery::Expired => "a credential that has expired",
        Forgery::NotYetValid => "a credential that is not valid yet",
        Forgery::IssuedInFuture => "a credential issued in the future",
        Forgery::NoExpiry => "a credential that never expires",
        Forgery::TenYears => "a credential that is valid for ten years",
        Forgery::WrongSecret => "a credential with the wrong secret",
        Forgery::AlgNone => "a credential without a signature (alg: none)",
        Forgery::AlgNoneSpelled(case) => {
            return format!("a credential without a signature (alg: {})", case.none());
        }
        Forgery::ChangedSignature => "a credential with a changed signature",
        Forgery::EmptySignature => "a credential with an empty signature",
        Forgery::ChangedClaims => "a credential that was changed after it was signed",
        Forgery::UnknownUser => "the name of an unknown user and its own password",
        Forgery::EmptySecret => "its own name and an empty password",
        Forgery::OtherQueryQsh => "a credential bound to the same path with another query",
        Forgery::OtherMethodQsh => "a credential bound to the same path with another method",
        Forgery::SecretOf(other) => {
            return format!("its own name but the secret of {}", plain(other));
        }
        Forgery::ClaimsOf(other) => {
            return format!("its own signature under the claims of {}", plain(other));
        }
        Forgery::OtherAlgorithm => "a credential signed with another algorithm",
        Forgery::PublicKeyAsSecret => "a credential signed with the public key as the secret",
        Forgery::NoQsh => "a credential that is not bound to a request",
        Forgery::OtherQsh => "a credential bound to another request",
        Forgery::ContextQsh => "a credential bound to the page and not to the request",
        Forgery::UnknownIssuer => "a credential from an unknown issuer",
        Forgery::IssuerOf(other) => {
            return format!("its own secret but the name of {}", plain(other));
        }
        Forgery::OtherAudience => "a credential for another audience",
        Forgery::StrangeKey => "a credential signed with a key that is not the published one",
        Forgery::UnknownKey => "a credential signed with an unknown key",
        Forgery::PublicKeyOf(other) => {
            return format!("a credential signed with the public key of {}", plain(other));
        }
        Forgery::NoCertificate => "its credential, and without its client certificate",
        Forgery::StrangeCertificate => "a client certificate for its name that nobody issued",
    }
    .to_owned()
}

/// The request on one line: `GET /notes/${note}`, with a whole address if it is not on the target.
pub fn request_line(step: &Step, project: &Project) -> String {
    match &step.act {
        Act::Http(request) => {
            let operation = request.operation().map(|name| format!(" ({})", plain(&name)));
            let line = format!("{} {}", plain(&request.method), short_address(request, project));
            line + &operation.unwrap_or_default()
        }
        Act::Recall(_) => "reads the answer to an earlier step again".to_owned(),
        Act::Record(record) => format!("reads {}", plain(&record.file)),
        Act::Manifest(manifest) => format!("reads {}", plain(&manifest.file)),
        Act::Tls(question) => question.in_words(&host(&question.host, project)),
        Act::Dns(question) => {
            let below = question.below.as_ref().map(|label| format!("{label}."));
            let name = host(&question.name, project);
            format!("DNS {} {}{name}", question.record.name(), below.unwrap_or_default())
        }
        Act::Files(files) => format!("lists {}", files_in_words(files)),
        Act::Command(program) => format!("runs {}", program_in_words(program)),
        Act::Newest(newest) if newest.oldest => {
            "picks the oldest entry from that answer".to_owned()
        }
        Act::Newest(_) => "picks the newest finished backup from that answer".to_owned(),
        Act::Open(opening) => opening_in_words(opening, project),
    }
}

fn host(name: &HostName, project: &Project) -> String {
    plain(name.in_world(&project.world).unwrap_or("a host without a role"))
}

fn files_in_words(files: &FileQuery) -> String {
    match files.names.suffixes.as_slice() {
        [] => format!("the files of {}", plain(&files.path)),
        suffixes => {
            let suffixes: Vec<String> = suffixes.iter().map(|suffix| plain(suffix)).collect();
            format!("the files of {} that end with {}", plain(&files.path), list(&suffixes, "or"))
        }
    }
}

fn program_in_words(program: &Program) -> String {
    plain(&program.line.join(" "))
}

fn opening_in_words(opening: &Opening, project: &Project) -> String {
    let from = match &opening.from {
        BackupSource::Http(request) => {
            format!("{} {}", plain(&request.method), short_address(request, project))
        }
        BackupSource::Files(files) => format!("the newest of {}", files_in_words(files)),
    };
    let how = match &opening.form {
        Form::Sqlite(_) => "as a SQLite database".to_owned(),
        Form::Tar => "as a tar archive".to_owned(),
        Form::PgDump(program) | Form::Command(program) => {
            format!("with {}", program_in_words(program))
        }
    };
    format!("{from}, and opens it {how}")
}

fn short_address(request: &Request, project: &Project) -> String {
    match &request.to {
        Destination::Target(path) => plain(&path.0),
        _ => plain(&address(request, project).0),
    }
}

/// The whole address, with its placeholders.
fn address(request: &Request, project: &Project) -> Template {
    let target = &project.world.target;
    let host = |role: &str| project.world.hosts.get(role).map_or(role, String::as_str).to_owned();
    match &request.to {
        Destination::Target(path) => {
            Template(format!("{}{}", target.origin().ascii_serialization(), path.0))
        }
        Destination::Host(role, path) => Template(format!("https://{}{}", host(role), path.0)),
        Destination::PlainTarget(path) => {
            let host = target.host_str().unwrap_or_default();
            Template(format!("http://{host}{}", path.0))
        }
        Destination::Address(address) => address.clone(),
    }
}

/// A command line that repeats the step. Secrets, and values that differ from run to run, are shell
/// variables that the reader sets. Empty if the step sends nothing.
pub fn curl(step: &Step, project: &Project) -> String {
    let Some(request) = step.request() else {
        return String::new();
    };
    let mut line = String::from("curl -i");
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => line.push_str(" --head"),
        method if method.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            push(&mut line, "-X", method);
        }
        method => push(&mut line, "-X", &quoted(&Template::new(method))),
    }
    if request.redirects_max > 0 {
        push(&mut line, "-L --max-redirs", &request.redirects_max.to_string());
    }
    if let Some(field) = authorization(step, project) {
        push(&mut line, "-H", &format!("\"{field}\""));
    }
    keys(&mut line, step, project);
    for (name, value) in &request.headers {
        push(&mut line, "-H", &quoted(&Template(format!("{name}: {value}"))));
    }
    for (flag, value) in request.body.iter().flat_map(body) {
        push(&mut line, flag, &quoted(&value));
    }
    world(&mut line, request, project);
    format!("{line} {}", quoted(&address(request, project)))
}

fn push(line: &mut String, flag: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(line, " {flag} {value}");
}

fn body(body: &Body) -> Vec<(&'static str, Template)> {
    match body {
        Body::Json(value) => vec![("--json", Template(value.to_string()))],
        Body::Text(media_type, text) => vec![
            ("-H", Template(format!("Content-Type: {media_type}"))),
            ("--data-raw", text.clone()),
        ],
        Body::Form(fields) => {
            let field = |(name, value): &(String, Template)| {
                ("--data-urlencode", Template(format!("{name}={value}")))
            };
            fields.iter().map(field).collect()
        }
        Body::Multipart(parts) => parts.iter().map(|one| ("-F", part(one))).collect(),
        Body::Graphql(operation) => vec![("--json", Template(operation.json().to_string()))],
    }
}

/// A part of a form, as curl takes it. Bytes are read from a file of the part's file name.
fn part(part: &FormPart) -> Template {
    let content = match &part.content {
        Content::Text(text) => format!("={text}"),
        Content::Base64(_) => {
            format!("=@{}", part.file_name.as_ref().map_or("file", |name| name.0.as_str()))
        }
    };
    let media_type = part.media_type.as_ref().map(|one| format!(";type={one}"));
    let file_name = part.file_name.as_ref().filter(|_| matches!(part.content, Content::Text(_)));
    let file_name = file_name.map(|name| format!(";filename={name}"));
    let extra = media_type.into_iter().chain(file_name).collect::<String>();
    Template(format!("{}{content}{extra}", part.name))
}

/// Adds the options that lead to the same service. Omitted for the demo, whose ports differ each time.
fn world(line: &mut String, request: &Request, project: &Project) {
    let world = &project.world;
    if world.demo {
        return;
    }
    let host = address(request, project).0.parse::<url::Url>().ok();
    let host = host.as_ref().and_then(url::Url::host_str);
    if let Some((host, to)) =
        host.and_then(|host| Some((host, world.connect_to.get(host)?.first()?)))
    {
        push(line, "--connect-to", &format!("{host}::{to}"));
    }
    for file in world.roots.keys() {
        push(line, "--cacert", &quoted(&Template::new(file.as_str())));
    }
}

/// The header field with the credential, which is a shell variable.
fn authorization(step: &Step, project: &Project) -> Option<String> {
    if step.credential == Credential::None {
        return None;
    }
    let actor = project.actors.get(&step.actor)?;
    let mut variable = variable(&step.actor.to_uppercase());
    if let Credential::Forged(forgery) = &step.credential {
        variable.push('_');
        variable.push_str(&forgery_name(forgery));
    }
    Some(match &actor.scheme {
        Scheme::Connect { .. } => format!("Authorization: JWT ${{{variable}_JWT}}"),
        Scheme::Bearer(_) => format!("Authorization: Bearer ${{{variable}_TOKEN}}"),
        Scheme::Basic { .. } => format!("Authorization: Basic ${{{variable}_BASIC}}"),
        Scheme::Header { name, .. } => format!("{}: ${{{variable}_SECRET}}", plain(name)),
        Scheme::Signed(signed) => {
            format!("Authorization: {} ${{{variable}_TOKEN}}", signed.prefix.name())
        }
        Scheme::Login(login) => of_login(login, &variable)?,
    })
}

/// The options for an access key that signs requests, and for a client certificate. Omitted for a forged one, which
/// curl cannot make.
fn keys(line: &mut String, step: &Step, project: &Project) {
    let actor = project.actors.get(&step.actor).filter(|_| step.credential == Credential::Own);
    let Some(Scheme::Login(login)) = actor.map(|actor| &actor.scheme) else { return };
    let name = variable(&step.actor.to_uppercase());
    if let Some(aws) = &login.aws {
        let of = Template(format!("aws:amz:{}:{}", aws.region, aws.service));
        push(line, "--aws-sigv4", &quoted(&of));
        push(line, "--user", &format!("\"${{{name}_KEY_ID}}:${{{name}_SECRET}}\""));
    }
    if login.certificate.is_some() {
        push(line, "--cert", &format!("\"${{{name}_CERTIFICATE}}\""));
        push(line, "--key", &format!("\"${{{name}_KEY}}\""));
    }
}

/// The header field of an actor that logs in: a session is a shell variable, as any other credential.
fn of_login(login: &Login, variable_of: &str) -> Option<String> {
    if let Some((name, value)) = login.headers.first() {
        let hole =
            |hole: &str| Some(format!("${{{variable_of}_{}}}", variable(&hole.to_uppercase())));
        return Some(format!("{}: {}", plain(name), value.fill(hole).ok()?));
    }
    (!login.steps.is_empty()).then(|| format!("Cookie: ${{{variable_of}_SESSION}}"))
}

/// The name of a forgery as part of a variable: `ALG_NONE`.
fn forgery_name(forgery: &Forgery) -> String {
    let name = match serde_json::to_value(forgery) {
        Ok(serde_json::Value::String(name)) => name,
        _ => match forgery {
            Forgery::PublicKeyOf(_) => "public-key".to_owned(),
            Forgery::SecretOf(_) => "other-secret".to_owned(),
            Forgery::ClaimsOf(_) => "other-claims".to_owned(),
            Forgery::AlgNoneSpelled(LetterCase::Title) => "alg-none-title".to_owned(),
            Forgery::AlgNoneSpelled(LetterCase::Upper) => "alg-none-upper".to_owned(),
            Forgery::AlgNoneSpelled(LetterCase::Mixed) => "alg-none-mixed".to_owned(),
            _ => "other-issuer".to_owned(),
        },
    };
    variable(&name.to_uppercase())
}

/// Turns any name into the name of a shell variable.
fn variable(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A template as one quoted shell word: only its placeholders are variables.
fn quoted(template: &Template) -> String {
    let mut word = String::from("\"");
    for part in template.parts() {
        match part {
            Part::Hole(name) => {
                let _ = write!(word, "${{{}}}", variable(name));
            }
            Part::Text(text) => text.chars().for_each(|c| match c {
                '"' | '\\' | '$' | '`' => word.extend(['\\', c]),
                '!' => word.push_str("\"'!'\""),
                c if c.is_control() => word.push(' '),
                c => word.push(c),
            }),
        }
    }
    word.push('"');
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::Role;
    use crate::render::sample;

    #[test]
    fn a_command_line_has_variables_where_secrets_are() {
        let project = sample::project();
        let mut request = Request::to_target("PUT", "/notes/${note}?q=$x`");
        request.body = Some(Body::Json(serde_json::json!({"text": "${canary:acme}!"})));
        let mut step = Step::http(Role::Probe, "changes it", "globex", request);
        step.credential = Credential::Forged(Forgery::AlgNone);
        let line = curl(&step, &project);
        insta::assert_snapshot!(line, @r#"curl -i -X PUT -H "Authorization: JWT ${GLOBEX_ALG_NONE_JWT}" --json "{\"text\":\"${canary_acme}"'!'"\"}" "https://addon.demo.test/notes/${note}?q=\$x\`""#);
        assert!(!line.contains(project.actors["globex"].scheme.secret().unwrap().expose()));
    }

    #[test]
    fn an_actor_is_described_with_its_credential() {
        let project = sample::project();
        let mut step = Step::http(Role::Probe, "reads", "globex", Request::get("/x"));
        assert_eq!(who(&step, &project), "globex, a customer, with its own credential");
        step.credential = Credential::Forged(Forgery::IssuerOf("acme".into()));
        assert_eq!(
            who(&step, &project),
            "globex, a customer, with its own secret but the name of acme"
        );
        step.actor = ANYONE.into();
        step.credential = Credential::Own;
        assert_eq!(who(&step, &project), "anyone, without credentials");
        assert_eq!(request_line(&step, &project), "GET /x");
    }

    #[test]
    fn connection_overrides_are_in_the_command_line() {
        let mut project = sample::project();
        project.world.demo = false;
        project
            .world
            .connect_to
            .insert("addon.demo.test".into(), vec![([127, 0, 0, 1], 8443).into()]);
        project.world.roots.insert("ca.pem".into(), String::new());
        let step = Step::http(Role::Probe, "reads", ANYONE, Request::get("/x"));
        insta::assert_snapshot!(curl(&step, &project), @r#"curl -i --connect-to addon.demo.test::127.0.0.1:8443 --cacert "ca.pem" "https://addon.demo.test/x""#);
    }
}
