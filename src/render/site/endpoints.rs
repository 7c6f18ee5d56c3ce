//! The listed end points on the index, and which of them were tested.

use crate::model::project::endpoints::Endpoint;
use crate::model::project::endpoints::coverage::Coverage;
use crate::model::project::i18n::Words;
use crate::render::listed;
use crate::render::site::edition::Edition;
use crate::render::site::view::{EndpointsView, LeftOutView};

/// Maximum number of end points that a page names; `claims.json` has all.
const NAMED_MAX: usize = 200;

/// The lists of the project.
pub(crate) fn lists(edition: &Edition<'_>) -> Vec<EndpointsView> {
    listed::tested(edition.input).iter().map(|one| list(one, edition.words())).collect()
}

fn list(coverage: &Coverage<'_>, words: &Words) -> EndpointsView {
    let untested = coverage.untested();
    let name = |one: &&Endpoint| one.name.clone();
    let left_out = coverage.excepted().into_iter().map(|(endpoint, exception)| LeftOutView {
        endpoint: endpoint.name.clone(),
        because: exception.because.clone(),
    });
    EndpointsView {
        list: words.say(&format!("endpoints-{}", coverage.list.format.name())),
        counts: counts(coverage, words),
        untested: untested.iter().take(NAMED_MAX).map(name).collect(),
        untested_number: untested.len(),
        untested_more: untested.len().saturating_sub(NAMED_MAX),
        left_out: left_out.collect(),
    }
}

/// `31 of 34 listed end points tested`.
fn counts(coverage: &Coverage<'_>, words: &Words) -> String {
    let listed = coverage.list.endpoints.len();
    let key = words.form("endpoints-tested", listed);
    let holes = [("tested", coverage.tested().to_string()), ("n", listed.to_string())];
    words.fill(&key, &holes.each_ref().map(|(hole, number)| (*hole, number.as_str())))
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn the_index_counts_the_end_points_and_names_those_that_were_not_tested() {
        let index = &rendered()["index.html"];
        let from = index.find("<ul class=\"endpoints\">").unwrap();
        let to = index[from..].find("</section>").unwrap();
        insta::assert_snapshot!(&index[from..from + to], @r#"
        <ul class="endpoints">
        <li>OpenAPI description: 2 of 5 listed end points tested.
        <details>
        <summary>2 not tested</summary>
        <ul>
        <li><code>POST /notes</code></li>
        <li><code>GET /ops/backups/latest</code></li>
        </ul>
        </details>
        <details>
        <summary>1 left out by the publisher, with the reason</summary>
        <ul>
        <li><code>GET /health</code>: <span>It shows &lt;nothing&gt; of a customer.</span></li>
        </ul>
        </details></li>
        </ul>
        "#);
    }
}
