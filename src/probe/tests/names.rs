//! Which address of a host receives a request, and which do not.

use hickory_resolver::proto::rr::RData;
use tokio::runtime::Runtime;

use super::server::{Reply, Server};
use super::*;
use crate::model::answer::verdict::Reason;
use crate::model::plan::Act;
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
    let control = |actor, path| Step { role: Role::Control, ..get(actor, path) };
    let ran = run_plan(&project, &plan([control("anyone", "/a"), control("acme", "/b")]));
    for step in [0, 1] {
        let observed = ran.observation(step);
        assert_eq!(observed.address, Some(server.address.to_string()), "{:?}", observed.answer);
        assert_eq!(observed.not_asked, ["203.0.113.8", "2001:db8::1"]);
    }
}

#[test]
fn a_host_whose_address_the_project_sets_has_no_others() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let (_dns, mut project) = named("addon.test", &server, records());
    project.world.connect_to.insert("addon.test".into(), vec![server.address]);
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

const NODES: [&str; 3] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

fn nodes() -> Vec<(&'static str, RData)> {
    NODES.map(|node| ("addon.test", RData::A(node.parse().unwrap()))).to_vec()
}

/// How often each node received a request with this line.
fn received(server: &Server, line: &str) -> Vec<usize> {
    let seen = server.seen();
    let count = |node: &str| {
        let here = seen.iter().filter(|one| one.node == node);
        here.filter(|one| format!("{} {}", one.method, one.path) == line).count()
    };
    NODES.map(count).to_vec()
}

#[test]
fn a_probe_that_reads_goes_to_every_address_as_often_as_it_says() {
    let server = Server::start_at(&NODES, |_| Reply::text(200, "hi"));
    let (_dns, project) = named("addon.test", &server, nodes());
    let steps = [
        Step { role: Role::Control, repeat: 2, ..get("acme", "/control") },
        Step { repeat: 3, ..get("anyone", "/probe") },
        Step { repeat: 3, ..probe("acme", Request::to_target("POST", "/write")) },
    ];
    let ran = run_plan(&project, &plan(steps));
    assert_eq!(received(&server, "GET /control"), [2, 0, 0]);
    assert_eq!(received(&server, "GET /probe"), [3, 3, 3]);
    assert_eq!(received(&server, "POST /write"), [1, 0, 0]);
    let seen = server.seen();
    let host = format!("addon.test:{}", server.address.port());
    assert!(seen.iter().all(|one| one.header("host") == Some(host.as_str())), "{seen:?}");
    let probe = ran.observation(1);
    let address = |node: &str| format!("{node}:{}", server.address.port());
    let sent: Vec<(String, u32)> = NODES.iter().map(|node| (address(node), 3)).collect();
    assert_eq!(probe.sent.clone().into_iter().collect::<Vec<_>>(), sent);
    assert_eq!((probe.others.len(), probe.not_asked.len(), probe.no_route.len()), (0, 0, 0));
}

#[test]
fn a_repeated_request_opens_a_connection_each_time() {
    let server = Server::start(|_| Reply::text(200, "hi"));
    let project = project(&server.url());
    run_plan(&project, &plan([Step { repeat: 3, ..get("anyone", "/") }]));
    let ports: std::collections::BTreeSet<u16> = server.seen().iter().map(|one| one.port).collect();
    assert_eq!(ports.len(), 3);
}

#[test]
fn the_answer_of_one_node_that_differs_is_kept_and_decides() {
    for bad in NODES {
        let server = Server::start_at(&NODES, move |asked| {
            Reply::text(if asked.node == bad { 503 } else { 200 }, "hi")
        });
        let (_dns, project) = named("addon.test", &server, nodes());
        let ran = run_plan(&project, &plan([get("anyone", "/")]));
        let observed = ran.observation(0);
        // The first address is that of the observation, so one or two answers differ from it.
        assert_eq!(observed.others.len(), 1, "{bad}");
        let first = Answer::clone(&observed.answer);
        let all =
            std::iter::once(first).chain(observed.others.iter().map(|one| one.answer.clone()));
        let statuses = all.map(|one| match one {
            Answer::Facts(facts) => facts.status(),
            _ => None,
        });
        assert!(statuses.collect::<Vec<_>>().contains(&Some(503)), "{bad}");
    }
}

#[test]
fn a_node_that_does_not_answer_is_an_error_that_names_its_address() {
    let server = Server::start_at(&NODES[..2], |_| Reply::text(200, "hi"));
    let (_dns, project) = named("addon.test", &server, nodes());
    let ran = run_plan(&project, &plan([Step { repeat: 3, ..get("anyone", "/") }]));
    let [other] = ran.observation(0).others.as_slice() else { panic!("one answer differs") };
    let Answer::Error(error) = &other.answer else { panic!("{other:?}") };
    assert_eq!(error.reason, Reason::Unreachable);
    assert!(error.detail.contains("127.0.0.3"), "{error:?}");
}

#[test]
fn an_address_without_a_route_is_listed_and_is_not_an_error() {
    let server = Server::start_at(&NODES, |_| Reply::text(200, "hi"));
    let mut records = nodes();
    // A link-local address leads nowhere without an interface.
    records.push(("addon.test", RData::AAAA("fe80::1".parse().unwrap())));
    let (_dns, project) = named("addon.test", &server, records);
    let ran = run_plan(&project, &plan([get("anyone", "/")]));
    assert_eq!(ran.observation(0).no_route, ["fe80::1"]);
    assert_eq!(ran.observation(0).others, []);
    assert_eq!(received(&server, "GET /"), [1, 1, 1]);
}

#[test]
fn a_redirect_stays_at_the_address_that_sent_it() {
    let server = Server::start_at(&NODES, |asked| match asked.path.as_str() {
        "/" => Reply::redirect(302, "/there"),
        _ => Reply::text(200, "hi"),
    });
    let (_dns, project) = named("addon.test", &server, nodes());
    let mut step = get("anyone", "/");
    let Act::Http(request) = &mut step.act else { panic!("a request") };
    request.redirects_max = 1;
    run_plan(&project, &plan([step]));
    assert_eq!(received(&server, "GET /there"), [1, 1, 1]);
}
