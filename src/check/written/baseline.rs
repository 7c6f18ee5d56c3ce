//! The request of an anonymous caller for an object that does not exist: values of its answer are nobody's
//! data.

use crate::model::plan::request::{Destination, Request};
use crate::model::plan::template::Template;
use crate::model::plan::{ANYONE, Role, Step};

/// The step in which an anonymous caller requests an object that does not exist, next to the one at `like`.
/// `None` if `like` has no path.
pub(crate) fn baseline(like: &Request) -> Option<Step> {
    let request = Request { to: elsewhere(&like.to)?, ..Request::get("/") };
    let name = "an anonymous caller requests an object that does not exist";
    let step = Step::http(Role::Prepare, name, ANYONE, request);
    Some(Step { optional: true, ..step })
}

/// A destination whose last segment is a random one of the same form.
fn elsewhere(to: &Destination) -> Option<Destination> {
    let path = to.template().0.split(['?', '#']).next()?;
    let (parent, last) = path.trim_end_matches('/').rsplit_once('/').unwrap_or_default();
    let model = last.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(last);
    let model = if model.is_empty() || model.contains(['$', '{', '}']) { "object" } else { model };
    let path = Template(format!("{parent}/${{random:{model}}}"));
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
        assert_eq!(of("/notes/${id:acme}?a=b"), "/notes/${random:id:acme}");
        assert_eq!(of("/stats"), "/${random:stats}");
        assert_eq!(of("/"), "/${random:object}");
        assert_eq!(of("/a/x${id}y"), "/a/${random:object}");
    }
}
