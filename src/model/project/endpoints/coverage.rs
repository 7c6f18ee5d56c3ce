//! Which listed end points requests were sent to.

use std::collections::BTreeSet;

use crate::model::plan::body::Body;
use crate::model::plan::request::Request;
use crate::model::plan::{Role, Step};
use crate::model::project::Project;
use crate::model::project::endpoints::graphql::operation;
use crate::model::project::endpoints::path::{Fit, RequestPath};
use crate::model::project::endpoints::{At, Endpoint, EndpointList, Exception};

/// A list, and those of its end points that requests were sent to.
#[derive(Clone, Debug)]
pub struct Coverage<'a> {
    /// The list.
    pub list: &'a EndpointList,
    /// The positions of the end points that received a request.
    tested: BTreeSet<usize>,
}

impl<'a> Coverage<'a> {
    /// How many end points received a request.
    pub fn tested(&self) -> usize {
        self.tested.len()
    }

    /// The end points that received none, and that no exception names.
    pub fn untested(&self) -> Vec<&'a Endpoint> {
        let left = self.left();
        left.filter(|endpoint| self.list.exception(endpoint).is_none()).collect()
    }

    /// The end points that received none, and their exceptions.
    pub fn excepted(&self) -> Vec<(&'a Endpoint, &'a Exception)> {
        self.left().filter_map(|one| Some((one, self.list.exception(one)?))).collect()
    }

    /// The exceptions of end points that received a request.
    pub fn needless(&self) -> Vec<&'a Exception> {
        let tested = self.tested.iter().filter_map(|at| self.list.endpoints.get(*at));
        let exceptions = tested.filter_map(|one| self.list.exception(one));
        exceptions.collect()
    }

    fn left(&self) -> impl Iterator<Item = &'a Endpoint> + use<'a, '_> {
        let all = self.list.endpoints.iter().enumerate();
        all.filter(|(at, _)| !self.tested.contains(at)).map(|(_, one)| one)
    }
}

impl EndpointList {
    /// The exception of an end point, if there is one.
    pub fn exception(&self, endpoint: &Endpoint) -> Option<&Exception> {
        self.exceptions.iter().find(|one| one.names(endpoint))
    }
}

impl Exception {
    /// Whether it is the exception of an end point: it has its name, whatever the case of the method.
    pub fn names(&self, endpoint: &Endpoint) -> bool {
        let method = |text: &str| {
            text.split_once(' ')
                .map(|(first, rest)| (first.to_ascii_uppercase(), rest.trim().to_owned()))
        };
        match endpoint.at {
            At::Path { method: Some(_), .. } => method(&self.endpoint) == method(&endpoint.name),
            _ => self.endpoint.trim() == endpoint.name,
        }
    }
}

/// The lists of a project, with the end points that these steps sent requests to. Requests that clean up test nothing.
pub fn coverage<'a, 's>(
    project: &'a Project,
    steps: impl IntoIterator<Item = &'s Step>,
) -> Vec<Coverage<'a>> {
    let steps = steps.into_iter().filter(|step| step.role != Role::Cleanup);
    let requests = steps.filter_map(Step::request).filter_map(|one| Sent::of(one, project));
    // Thousands of tenants send the same requests.
    let requests: BTreeSet<Sent> = requests.collect();
    let of = |list: &'a EndpointList| {
        let tested = requests.iter().flat_map(|request| receivers(&list.endpoints, request));
        Coverage { list, tested: tested.collect() }
    };
    project.endpoints.iter().map(of).collect()
}

/// A request to the target, as far as it decides which end point receives it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    method: String,
    path: RequestPath,
    /// The fields that its GraphQL operation begins with, if it has one.
    fields: BTreeSet<(&'static str, String)>,
}

impl Sent {
    /// `None` for a request to another origin, and for one whose path only the run knows.
    fn of(request: &Request, project: &Project) -> Option<Self> {
        let origin = project.origin_of(&request.to)?;
        if origin.origin() != project.world.target.origin() {
            return None;
        }
        let path = RequestPath::new(request.to.template())?;
        let method = request.method.to_ascii_uppercase();
        Some(Self { method, path, fields: fields(request.body.as_ref()) })
    }
}

fn fields(body: Option<&Body>) -> BTreeSet<(&'static str, String)> {
    match body {
        Some(Body::Graphql(one)) => operation::fields(&one.query.0, one.name.as_deref()),
        Some(Body::Json(value)) => {
            let name = value["operationName"].as_str();
            value["query"]
                .as_str()
                .map_or_else(BTreeSet::new, |query| operation::fields(query, name))
        }
        _ => BTreeSet::new(),
    }
}

/// The positions of the end points that receive a request. The path is selected first, whatever its methods are, as
/// OpenAPI demands: the most literal one.
fn receivers(endpoints: &[Endpoint], request: &Sent) -> Vec<usize> {
    let mut found: Vec<(Fit, usize)> = Vec::new();
    let mut receivers = Vec::new();
    for (at, endpoint) in endpoints.iter().enumerate() {
        match &endpoint.at {
            At::Path { paths, .. } => {
                let best = paths.iter().filter_map(|path| path.fit(&request.path)).max();
                found.extend(best.map(|fit| (fit, at)));
            }
            At::Field { api, operation, field } => {
                let is_asked = api.fit(&request.path).is_some()
                    && request.fields.iter().any(|(kind, name)| kind == operation && name == field);
                receivers.extend(is_asked.then_some(at));
            }
        }
    }
    let best = found.iter().map(|(fit, _)| fit.clone()).max();
    let best = found.into_iter().filter(|(fit, _)| Some(fit) == best.as_ref());
    receivers.extend(best.map(|(_, at)| at).filter(|at| endpoints[*at].takes(&request.method)));
    receivers
}

impl Endpoint {
    fn takes(&self, request: &str) -> bool {
        match &self.at {
            At::Path { method, .. } => method.as_deref().is_none_or(|method| method == request),
            At::Field { .. } => true,
        }
    }
}
