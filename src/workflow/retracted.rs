//! Wording that was published once, retracted, and is now back in the sources.

use crate::model::project::Project;
use crate::model::published::Retracted;
use crate::model::published::change::brought_back;
use crate::model::source::Place;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::time::in_words;
use crate::render::wording;

/// A diagnostic for each retracted wording that the project uses again without a reason.
pub fn used_again(project: &Project, retracted: &[Retracted]) -> Vec<Diagnostic> {
    let claims = project.claims.iter().filter(|claim| claim.written.reinstated.is_none());
    let claims = claims.filter_map(|claim| {
        let place = claim.passages.first()?.place.clone();
        let help =
            format!("use other words, or give the reason in `{}` under `reinstated:`", claim.file);
        retracted_words(&wording::words(claim), place, &help, retracted)
    });
    let statements = project.policies.iter().flat_map(|policy| &policy.statements);
    let statements = statements.filter_map(|statement| {
        let words = wording::words_of(&statement.passage);
        retracted_words(&words, statement.passage.place.clone(), "use other words", retracted)
    });
    claims.chain(statements).collect()
}

fn retracted_words(
    words: &str,
    place: Place,
    help: &str,
    retracted: &[Retracted],
) -> Option<Diagnostic> {
    let before = brought_back(words, retracted)?;
    let message = format!("these words were retracted on {}", in_words(before.at));
    Some(Diagnostic::new(Code::RetractedWords, place, message).help(help))
}
