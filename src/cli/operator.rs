//! The operator's policy: where it is read, and when one is demanded.
//!
//! Sources are untrusted, so nothing in the project can name the policy, and it cannot lie in the project or
//! its repository.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use avouch::load::permissions as read;
use avouch::load::permissions::ProjectFiles;
use avouch::model::plan::Plan;
use avouch::model::project::Project;
use avouch::model::project::permissions::excess::excess;
use avouch::model::project::permissions::needs::needs;
use avouch::model::project::permissions::written;
use avouch::model::project::permissions::{Need, Permission, Permissions, TENANTS};
use avouch::model::source::Place;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::codes::Code;
use avouch::render::outlet::Written;
use avouch::workflow::sources::Checked;

use crate::args::PolicyOption;
use crate::exit::Exit;
use crate::terminal::console::Console;

/// The variable with the path of the policy, or with the policy itself.
const VARIABLE: &str = "AVOUCH_POLICY";

/// Where the policy is.
enum Source {
    /// In a file; the path is relative to the current folder.
    File(PathBuf),
    /// In the variable itself.
    Text(String),
}

/// Adds a diagnostic for each need of the project that the policy does not permit, or for what is wrong with
/// the policy. Without a policy, nothing is added.
pub(crate) fn compare(option: &PolicyOption, root: &Path, checked: &mut Checked) {
    let source = match source(option) {
        Ok(Some(source)) => source,
        Ok(None) => return,
        Err(wrong) => return checked.diagnostics.extend(wrong),
    };
    let (name, text) = match source {
        Source::Text(text) => (VARIABLE.to_owned(), Ok(text)),
        Source::File(path) => (path.display().to_string(), text(&path, root)),
    };
    let permitted = text.and_then(|text| {
        checked.sources.insert(name.as_str(), text.as_str());
        read::read(&text, &name)
    });
    match (permitted, &checked.project) {
        (Err(wrong), _) => checked.diagnostics.extend(wrong),
        (Ok(permitted), Some(project)) => {
            let found = refused(project, &checked.plans, root, (&permitted, &name));
            checked.diagnostics.extend(found);
        }
        (Ok(_), None) => {}
    }
}

fn refused(
    project: &Project,
    plans: &BTreeMap<ClaimId, Vec<Plan>>,
    root: &Path,
    (permitted, name): (&Permissions, &str),
) -> Vec<Diagnostic> {
    excess(&needs(project, plans, &ProjectFiles::new(root)), permitted, name)
}

/// Where the policy is, if one is given.
fn source(option: &PolicyOption) -> Result<Option<Source>, Vec<Diagnostic>> {
    let variable = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    match (&option.policy, variable) {
        (Some(_), Some(_)) => {
            let message = format!("`--policy` and `{VARIABLE}` both give a policy");
            Err(vec![bad(VARIABLE, message, "leave out one of them")])
        }
        (Some(path), None) => Ok(Some(Source::File(path.clone()))),
        (None, Some(value)) => Ok(Some(in_variable(value))),
        (None, None) => Ok(None),
    }
}

/// The variable contains YAML if it begins with `{`, has a line break, or a `:` with a space after it; else it is a
/// path.
fn in_variable(value: OsString) -> Source {
    match value.into_string() {
        Ok(text)
            if text.trim_start().starts_with('{') || text.contains('\n') || text.contains(": ") =>
        {
            Source::Text(text)
        }
        Ok(path) => Source::File(path.into()),
        Err(path) => Source::File(path.into()),
    }
}

/// The text of a policy's file, which must be where the sources cannot change it.
fn text(path: &Path, root: &Path) -> Result<String, Vec<Diagnostic>> {
    let name = path.display().to_string();
    if read::leads_through(path, &folders(root)) {
        let message =
            format!("the policy `{name}` is within the project, or a link there leads to it");
        let help =
            "keep it outside the repository: anyone who changes the sources could change it too";
        return Err(vec![bad(&name, message, help)]);
    }
    read::text(path).map_err(|why| {
        let message = format!("the policy `{name}` cannot be read: {why}");
        let help = format!(
            "name an existing file; `{VARIABLE}` is read as YAML if it begins with `{{`, or has a line break or `: `"
        );
        vec![bad(&name, message, &help)]
    })
}

/// The project's folder and its repositories, which sources can change.
fn folders(root: &Path) -> Vec<PathBuf> {
    let Ok(project) = root.canonicalize() else { return vec![root.to_owned()] };
    let is_repository = |folder: &&Path| folder.join(".git").symlink_metadata().is_ok();
    // A repository may lie in another one.
    let repositories = project.ancestors().filter(is_repository).map(Path::to_owned);
    [project.clone()].into_iter().chain(repositories).collect()
}

fn bad(name: &str, message: String, help: &str) -> Diagnostic {
    let error = Diagnostic::new(Code::BadPolicy, Place::file(name), message).help(help);
    Diagnostic { place: None, ..error }
}

/// Demands a policy under CI, if the sources read a variable that is set, run a program, contain credentials of
/// tenants, or lead connections elsewhere: anyone who can change the sources could use those. Prints the policy that the
/// project needs.
pub(crate) fn demand(
    option: &PolicyOption,
    root: &Path,
    sources: (&Project, &BTreeMap<ClaimId, Vec<Plan>>),
    console: Console,
) -> Result<(), Exit> {
    demand_if(|needs| needs.iter().find_map(reason), option, root, sources, console)
}

/// The same where variables are not set, which does not keep the operator from making a policy.
pub(crate) fn demand_unset(
    option: &PolicyOption,
    root: &Path,
    sources: (&Project, &BTreeMap<ClaimId, Vec<Plan>>),
    console: Console,
) -> Result<(), Exit> {
    let why = |needs: &[Need]| (!needs.is_empty()).then(|| "the sources read variables".to_owned());
    demand_if(why, option, root, sources, console)
}

fn demand_if(
    why: impl Fn(&[Need]) -> Option<String>,
    option: &PolicyOption,
    root: &Path,
    (project, plans): (&Project, &BTreeMap<ClaimId, Vec<Plan>>),
    console: Console,
) -> Result<(), Exit> {
    if !is_ci() || !matches!(source(option), Ok(None)) {
        return Ok(());
    }
    let needs = needs(project, plans, &ProjectFiles::new(root));
    why(&needs).map_or(Ok(()), |why| print(&needs, &why, console))
}

fn print(needs: &[Need], why: &str, console: Console) -> Result<(), Exit> {
    console.output(Written::generated(&written::policy(needs)))?;
    let message = format!("{why}, and under CI this needs a policy of the operator");
    let help = format!(
        "review the policy on standard output, which permits what the sources need now; keep it outside \
         the repository, and give it with `--policy FILE` or `{VARIABLE}`"
    );
    console.error(message, &help);
    Err(Exit::Unusable)
}

/// Why a need demands a policy, if it does.
fn reason(need: &Need) -> Option<String> {
    let is_set = |name: &String| std::env::var(name).is_ok_and(|value| !value.is_empty());
    match &need.permission {
        Permission::Variable(name, _) if is_set(name) => {
            Some(format!("the sources read the variable `{name}`, which is set"))
        }
        Permission::Command(command) => {
            Some(format!("the sources run the program `{}`", command.line.join(" ")))
        }
        Permission::SentTo(name, _) if name == TENANTS => {
            Some("the sources contain credentials of tenants".to_owned())
        }
        Permission::ConnectTo(host, address) => {
            Some(format!("the sources connect to `{address}` in place of `{host}`"))
        }
        Permission::Root(_) => Some("the sources add certificate authorities".to_owned()),
        Permission::Resolver(address) => Some(format!("the sources use the resolver `{address}`")),
        Permission::TrustAnchor(_) => Some("the sources set a trust anchor".to_owned()),
        _ => None,
    }
}

/// Whether this is a run in CI: systems of CI set `CI`.
fn is_ci() -> bool {
    let value = std::env::var_os("CI").unwrap_or_default().to_string_lossy().to_lowercase();
    !matches!(value.as_str(), "" | "false" | "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_with_a_line_break_or_a_colon_and_a_space_is_yaml() {
        for text in [
            "hosts: []",
            "# none\n{}",
            "{hosts: [a.test:443]}",
            "{}",
            "{\"hosts\":[]}",
            "hosts:\n- a.test:443",
        ] {
            assert!(matches!(in_variable(text.into()), Source::Text(_)), "{text}");
        }
        for path in ["/etc/avouch/policy.yaml", "policy", "C:\\policy.yaml", "a:b"] {
            assert!(matches!(in_variable(path.into()), Source::File(_)), "{path}");
        }
    }
}
