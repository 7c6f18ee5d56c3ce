//! The listed end points that a run tested, for the page and for `claims.json`.

use crate::model::answer::observation::Answer;
use crate::model::plan::Step;
use crate::model::project::endpoints::coverage::{Coverage, coverage};
use crate::model::published::{PublishedEndpoints, PublishedException};
use crate::render::Input;

/// The lists, with the end points that answered a request of the run. A step that did not run, or that received no
/// answer, tested nothing.
pub(crate) fn tested<'a>(input: &Input<'a>) -> Vec<Coverage<'a>> {
    coverage(input.project, answered(input))
}

fn answered<'a>(input: &Input<'a>) -> impl Iterator<Item = &'a Step> {
    let checks = input.outcomes.iter().flat_map(|outcome| &outcome.checks);
    checks.flat_map(|check| {
        let observed = check.plan.steps.iter().zip(&check.transcript.observations);
        let answered = observed.filter(|(_, one)| matches!(one.answer, Answer::Facts(_)));
        answered.map(|(step, _)| step)
    })
}

/// The lists, as `claims.json` records them.
pub(crate) fn published(input: &Input<'_>) -> Vec<PublishedEndpoints> {
    let of = |one: &Coverage<'_>| PublishedEndpoints {
        list: one.list.format.name().to_owned(),
        listed: one.list.endpoints.len() as u64,
        tested: one.tested() as u64,
        not_tested: one.untested().into_iter().map(|endpoint| endpoint.name.clone()).collect(),
        left_out: one
            .excepted()
            .into_iter()
            .map(|(endpoint, exception)| PublishedException {
                endpoint: endpoint.name.clone(),
                because: exception.because.clone(),
            })
            .collect(),
    };
    tested(input).iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::error::ProbeError;
    use crate::model::answer::verdict::Reason;
    use crate::render::sample::Sample;

    #[test]
    fn a_step_without_an_answer_tested_nothing() {
        let mut sample = Sample::new();
        let counts = |sample: &Sample| {
            let outcomes = sample.outcomes();
            let lists = published(&sample.input(&outcomes));
            (lists[0].tested, lists[0].not_tested.clone(), lists[0].left_out.len())
        };
        let untested = ["POST /notes", "GET /ops/backups/latest"].map(str::to_owned);
        assert_eq!(counts(&sample), (2, untested.into(), 1));
        let transport = sample.assessment.claims.get_mut("encrypted-transport").unwrap();
        for observation in &mut transport.transcripts[0].observations {
            observation.answer = Answer::NotAsked("it was not due".into());
        }
        let (tested, not_tested, _) = counts(&sample);
        assert_eq!((tested, not_tested[0].as_str()), (1, "GET /"));
        for evidence in sample.assessment.claims.values_mut() {
            for observation in evidence.transcripts.iter_mut().flat_map(|one| &mut one.observations)
            {
                let error = ProbeError::new(Reason::Unreachable, "nobody is there");
                observation.answer = Answer::Error(error);
            }
        }
        assert_eq!(counts(&sample).0, 0);
    }
}
