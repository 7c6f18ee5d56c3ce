//! Which address of a host receives a request, and which do not.

use hickory_resolver::proto::rr::RData;
use tokio::runtime::Runtime;

use super::server::{Reply, Server};
use super::*;
use crate::model::answer::verdict::Reason;
use crate::probe::host::test_peers::{closed_port, serve_dns};

/// A project with the target `name`, on the port of the server, and a resolver with these records.
fn named(name: &str, server: &Server, records: Vec<(&str, RData)>) -> (Runtime, Project) {
    let runtime = Runtime::new().unwrap();
    let mut project = project(&format!("http://{name}:{}", server.address.port()));
    project.world.resolver = Some(runtime.block_on(serve_dns(records)));
    (runtime, project)
}

fn records() -> Vec<(&'static str, RData)> {
    vec![
        ("addon.test", RData::A("127.0.0.1".parse().unwrap())),
        ("addon.test", RData::A("203.0.113.8".parse().unwrap())),
        ("addon.test", RData::AAAA("2001:db8::1".parse().unwrap())),
    ]
}

#[test]
fn the_other_addresses_of_a_host_are_listed_as_not_asked() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let (_dns, project) = named("addon.test", &server, records());
    let ran = run_plan(&project, &plan([get("anyone", "/a"), get("acme", "/b")]));
    for step in [0, 1] {
        let observed = ran.observation(step);
        assert_eq!(observed.address, Some(server.address.to_string()), "{:?}", observed.answer);
        assert_eq!(observed.not_asked, ["2001:db8::1", "203.0.113.8"]);
    }
}

#[test]
fn a_host_whose_address_the_project_sets_has_no_others() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let (_dns, mut project) = named("addon.test", &server, records());
    project.world.connect_to.insert("addon.test".into(), server.address);
    let ran = run_plan(&project, &plan([get("anyone", "/")]));
    assert_eq!(ran.facts(0)["status"], 200);
    assert_eq!(ran.observation(0).not_asked, Vec::<String>::new());
}

#[test]
fn addresses_from_the_system_are_contacted_or_listed() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let project = project(&format!("http://localhost:{}", server.address.port()));
    let ran = run_plan(&project, &plan([get("anyone", "/")]));
    let observed = ran.observation(0);
    assert_eq!(observed.address, Some(server.address.to_string()));
    // Some machines have an IPv6 address for `localhost`, others do not.
    assert!(observed.not_asked.iter().all(|one| one == "::1"), "{:?}", observed.not_asked);
}

#[test]
fn a_name_that_the_configured_resolver_does_not_know_is_an_error() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let (dns, mut project) = named("other.test", &server, records());
    project.limits.timeout = Period::seconds(1);
    let ran = run_plan(&project, &plan([get("anyone", "/")]));
    let Answer::Error(error) = ran.answer(0) else { panic!("{:?}", ran.answer(0)) };
    assert_eq!((error.reason, error.detail.as_str()), (Reason::Dns, "`other.test` has no address"));
    project.world.resolver = Some(dns.block_on(closed_port()));
    let ran = run_plan(&project, &plan([get("anyone", "/")]));
    assert!(matches!(ran.answer(0), Answer::Error(_)), "{:?}", ran.answer(0));
    assert_eq!(server.seen().len(), 0);
}
