//! The request of an anonymous caller for an object that does not exist: values of its answer are nobody's
//! data.

use crate::model::plan::body::Body;
use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::{Part, Template};
use crate::model::plan::{ANYONE, Role, Step};

/// The beginning of a placeholder for a random value of the form of another one.
const LIKE: &str = "like:";

/// The step in which an anonymous caller requests an object that does not exist, next to the one at `like`.
/// `None` if `like` has no path.
pub(crate) fn baseline(like: &Request) -> Option<Step> {
    let request = match by_body(like) {
        Some(request) => request,
        None => Request { to: elsewhere(&like.to)?, ..Request::get("/") },
    };
    let name = "an anonymous caller requests an object that does not exist";
    let step = Step::http(Role::Prepare, name, ANYONE, request);
    Some(Step { optional: true, ..step })
}

/// The same request with made-up ids in its body, if it reads the object that its body names.
fn by_body(like: &Request) -> Option<Request> {
    let body = like.body.as_ref().filter(|_| !like.writes())?;
    let names_object = body.templates().iter().any(|text| text.holes().any(is_object));
    names_object.then(|| Request { body: Some(made_up(body)), ..like.clone() })
}

fn made_up(body: &Body) -> Body {
    body.map(&|template| {
        let part = |part: Part<'_>| match part {
            Part::Text(text) => text.to_owned(),
            Part::Hole(name) if is_object(name) => format!("${{{LIKE}{name}}}"),
            Part::Hole(name) => format!("${{{name}}}"),
        };
        Template(template.parts().into_iter().map(part).collect())
    })
}

/// Whether a placeholder names one object.
fn is_object(hole: &str) -> bool {
    hole == "id" || ["id:", "random:", "uuid:"].iter().any(|start| hole.starts_with(start))
}

/// A destination whose last segment is a random one of the same form.
fn elsewhere(to: &Destination) -> Option<Destination> {
    let path = to.template().0.split(['?', '#']).next()?;
    let (parent, last) = path.trim_end_matches('/').rsplit_once('/').unwrap_or_default();
    let model = last.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(last);
    let model = if model.is_empty() || model.contains(['$', '{', '}']) { "object" } else { model };
    let path = Template(format!("{parent}/${{{LIKE}{model}}}"));
    match to {
        Destination::Target(_) => Some(Destination::Target(path)),
        Destination::Host(role, _) => Some(Destination::Host(role.clone(), path)),
        Destination::Address(_) | Destination::PlainTarget(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_segment_becomes_a_random_one() {
        let of = |path: &str| {
            let step = baseline(&Request::get(path)).unwrap();
            step.request().unwrap().to.template().0.clone()
        };
        assert_eq!(of("/notes/${id:acme}?a=b"), "/notes/${like:id:acme}");
        assert_eq!(of("/stats"), "/${like:stats}");
        assert_eq!(of("/"), "/${like:object}");
        assert_eq!(of("/a/x${id}y"), "/a/${like:object}");
    }
}
