//! Whether the claims about a Forge app, its manifest and the vendor's answers to the Marketplace say the same.

use std::ops::Range;

use crate::check::kind::Kind as _;
use crate::check::kinds::forge_manifest::ForgeManifest;
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::forge::ForgeApp;
use crate::model::project::forge::answers::{Answers, Question};
use crate::model::project::forge::declared::Declared;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::node::{Node, Value};

/// One error for each answer with which the manifest or a claim does not agree.
pub(crate) fn missing(project: &Project) -> Vec<Diagnostic> {
    let Some(ForgeApp { manifest, answers: Some(answers) }) = &project.forge else {
        return Vec::new();
    };
    let each = answers.all.iter();
    let of = |(question, answer, span): &(Question, bool, Range<usize>)| {
        let declared = of_manifest(*question, &manifest.declared);
        let claimed = of_claims(*question, &project.claims);
        let agree = declared == *answer && claimed.iter().all(|one| one.says == *answer);
        if agree {
            return None;
        }
        let claimed = claimed.iter().map(|one| one.in_words(project)).collect::<Vec<_>>();
        let claimed = match claimed.is_empty() {
            true => "no claim is about it".to_owned(),
            false => claimed.join(" and "),
        };
        let message = format!(
            "{}, {} and {claimed}",
            of_answer(*question, *answer, answers),
            in_words(*question, &manifest.file, &manifest.declared)
        );
        let place = Place::new(answers.file.clone(), span.clone());
        let help = "find out which of them is true, and correct the others";
        Some(Diagnostic::new(Code::Disagreement, place, message).help(help))
    };
    each.filter_map(of).collect()
}

/// A check of a claim that says something about a question.
struct Claimed<'a> {
    claim: &'a Claim,
    says: bool,
    /// The setting that says so, and its place.
    setting: String,
    span: Range<usize>,
}

impl Claimed<'_> {
    fn in_words(&self, project: &Project) -> String {
        let place = Place::new(self.claim.file.clone(), self.span.clone());
        let line = project.sources.line_column(&place).line;
        let Self { claim, setting, .. } = self;
        format!("the claim `{}` says `{setting}` ({}:{line})", claim.id, claim.file)
    }
}

fn of_answer(question: Question, answer: bool, answers: &Answers) -> String {
    format!("`{}` answers `{}: {answer}`", answers.file, question.keys()[1])
}

/// The manifest's answer.
fn of_manifest(question: Question, declared: &Declared) -> bool {
    match question {
        Question::Stores => !declared.stored_outside.is_empty(),
        Question::Processes => !declared.sent_outside.is_empty(),
        // Forge moves the data of hosted storage by itself.
        Question::Migrates => declared.realm_migration || declared.stored_outside.is_empty(),
    }
}

fn in_words(question: Question, file: &str, declared: &Declared) -> String {
    let places = |all: &[String], verb: &str| match all {
        [] => format!("`{file}` declares no place outside Atlassian that {verb} end-user data"),
        all => format!("`{file}` declares that end-user data is {verb} at `{}`", all.join("`, `")),
    };
    match question {
        Question::Stores if declared.stored_outside.is_empty() => {
            places(&declared.stored_outside, "stores")
        }
        Question::Stores => places(&declared.stored_outside, "stored"),
        Question::Processes if declared.sent_outside.is_empty() => {
            places(&declared.sent_outside, "receives")
        }
        Question::Processes => places(&declared.sent_outside, "received"),
        Question::Migrates if declared.realm_migration => {
            format!("`{file}` has the module `migration:dataResidency`")
        }
        Question::Migrates if declared.stored_outside.is_empty() => {
            format!("`{file}` declares hosted storage only, which Forge moves")
        }
        Question::Migrates => format!(
            "`{file}` has no module `migration:dataResidency` for the data at `{}`",
            declared.stored_outside.join("`, `")
        ),
    }
}

/// What the checks of the kind `forge-manifest` say about a question.
fn of_claims(question: Question, claims: &[Claim]) -> Vec<Claimed<'_>> {
    let mut all = Vec::new();
    for claim in claims {
        let checks = claim.checks.iter().filter(|check| check.kind.value == ForgeManifest::NAME);
        for check in checks {
            all.extend(of_settings(question, claim, &check.settings));
        }
    }
    all
}

fn of_settings<'a>(question: Question, claim: &'a Claim, settings: &Node) -> Vec<Claimed<'a>> {
    let properties = settings.get("properties").map_or(&[][..], Node::items);
    let of_properties = properties.iter().filter_map(|node| {
        let says = of_property(question, node.as_str()?)?;
        let setting = format!("properties: [{}]", node.as_str()?);
        Some(Claimed { claim, says, setting, span: node.span.clone() })
    });
    let remotes = settings.get("remotes").map_or(&[][..], Node::entries);
    let of_remotes = remotes.iter().filter_map(|remote| {
        let node = remote.value.get("in_scope_eud")?;
        let is_about = matches!(question, Question::Stores | Question::Processes);
        let stores = is_about && node.value == Value::Bool(true);
        let setting = format!("remotes: {{{}: {{in_scope_eud: true}}}}", remote.key);
        stores.then(|| Claimed { claim, says: true, setting, span: node.span.clone() })
    });
    of_properties.chain(of_remotes).collect()
}

/// The answer that follows from a property, if one does.
fn of_property(question: Question, property: &str) -> Option<bool> {
    match (question, property) {
        (Question::Stores, "user-data-stays" | "runs-on-atlassian") => Some(false),
        (Question::Processes, "runs-on-atlassian") => Some(false),
        (Question::Migrates, "realm-migration" | "runs-on-atlassian") => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fixture::{claim, node, project};
    use crate::model::project::claim::Check;
    use crate::model::project::forge::{answers, manifest};
    use crate::model::source::decode::Spanned;

    const REMOTE: &str =
        "remotes: [{key: notes, baseUrl: 'https://a.example', operations: [storage]}]";

    /// The mistakes of an app with this manifest, these answers and a check with these settings.
    fn found(manifest: &str, answers: &str, settings: &str) -> Vec<String> {
        let mut project = project();
        let (manifest, _) = manifest::read(&node(manifest), &"manifest.yml".into());
        let (answers, _) = answers::read(&node(answers), &"answers.yaml".into());
        project.forge = Some(ForgeApp { manifest, answers: Some(answers) });
        let kind = Spanned { value: ForgeManifest::NAME.to_owned(), span: 0..0 };
        let (states, products) = (Vec::new(), Vec::new());
        let check = Check { kind, states, products, alone: false, settings: node(settings) };
        project.claims = vec![Claim { checks: vec![check], ..claim() }];
        project.sources.insert("checks/claim.yaml", " ".repeat(4096));
        missing(&project).into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn a_mismatch_names_all_three_places_with_their_values() {
        let answers = "dataAccessAndStorage: {appStoresEUDOutsideAtlassian: false}";
        let claim = "properties: [user-data-stays]";
        let expected = "`answers.yaml` answers `appStoresEUDOutsideAtlassian: false`, `manifest.yml` \
                        declares that end-user data is stored at `remotes notes` and the claim \
                        `claim` says `properties: [user-data-stays]` (checks/claim.yaml:1)";
        assert_eq!(found(REMOTE, answers, claim), [expected]);
    }

    #[test]
    fn whichever_of_the_three_differs_is_noticed() {
        let hosted = "app: {id: a}";
        let stores = |answer: &str| {
            format!("dataAccessAndStorage: {{appStoresEUDOutsideAtlassian: {answer}}}")
        };
        let (claims, none) = ("remotes: {notes: {in_scope_eud: true}}", "scopes: [a]");
        assert_eq!(found(REMOTE, &stores("true"), claims).len(), 0);
        assert_eq!(found(REMOTE, &stores("false"), claims).len(), 1);
        assert_eq!(found(hosted, &stores("true"), claims).len(), 1);
        assert_eq!(found(hosted, &stores("false"), claims).len(), 1);
        assert_eq!(found(hosted, &stores("false"), "properties: [runs-on-atlassian]").len(), 0);
        assert_eq!(found(hosted, &stores("false"), none).len(), 0);
        let two = found(REMOTE, &stores("false"), none);
        assert!(two[0].ends_with("and no claim is about it"), "{two:?}");
    }

    #[test]
    fn data_that_is_only_processed_and_data_that_moves_are_compared_too() {
        let remote = REMOTE.replace("storage", "compute");
        let processes = |answer: &str| {
            format!("dataAccessAndStorage: {{appProcessEUDOutsideAtlassian: {answer}}}")
        };
        assert_eq!(found(&remote, &processes("true"), "scopes: [a]").len(), 0);
        assert_eq!(found(&remote, &processes("false"), "scopes: [a]").len(), 1);
        let moves = |answer: &str| format!("dataResidency: {{realmMigrationSupported: {answer}}}");
        assert_eq!(found(REMOTE, &moves("false"), "scopes: [a]").len(), 0);
        assert_eq!(found(REMOTE, &moves("true"), "scopes: [a]").len(), 1);
        assert_eq!(found(REMOTE, &moves("false"), "properties: [realm-migration]").len(), 1);
        let module = format!("{REMOTE}\nmodules: {{'migration:dataResidency': {{key: a}}}}");
        assert_eq!(found(&module, &moves("true"), "properties: [realm-migration]").len(), 0);
    }
}
