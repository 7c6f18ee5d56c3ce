//! Lists of several pages: what must not be there may be on the second one.

use serde_json::{Value, json};

use crate::evidence::service::{Answer, Asked, Service, run};

const ISOLATION: &str = "\
- kind: tenant-isolation
  tenants: [acme, globex]
  list: [/orders]
  owns:
    acme: { path: /orders/acme, marker: order of acme }
    globex: { path: /orders/globex, marker: order of globex }
";

/// An entry of a list with the mark of a tenant, or with none.
fn entry(owner: &str) -> Value {
    json!({ "text": format!("order of {owner}"), "state": "open" })
}

/// The number of the page that was requested, in the parameter `page` or `cursor`.
fn number(asked: &Asked) -> usize {
    let query = asked.path.split_once('?').map_or("", |(_, query)| query);
    let value = query
        .split('&')
        .find_map(|one| one.strip_prefix("page=").or_else(|| one.strip_prefix("cursor=c")));
    value.map_or(1, |value| value.parse().unwrap())
}

/// A service whose tenants have lists of these pages; `list` answers with one of them.
fn service(list: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Service {
    Service::start(move |asked| {
        let own = asked.actor().filter(|actor| matches!(*actor, "acme" | "globex"));
        let Some(own) = own else { return Answer::new(401, "") };
        match asked.path.split('?').next().unwrap() {
            "/orders" => list(own, number(asked)),
            path if path == format!("/orders/{own}") => Answer::json(200, &entry(own)),
            _ => Answer::new(404, ""),
        }
    })
}

/// A page with these entries; `link` is its field `Link`.
fn page(entries: &[Value], link: Option<&str>) -> Answer {
    let answer = Answer::json(200, &json!(entries));
    match link {
        Some(link) => answer.with("link", link),
        None => answer,
    }
}

/// Two pages: the tenant's own entries, and those of `second`.
fn two_pages(second: impl Fn(&str) -> Value + Send + Sync + 'static) -> Service {
    let link =
        "</orders?page=1>; rel=\"first\", <orders?page=2>; title=\"a, b\"; rel=\"last next\"";
    service(move |own, number| match number {
        1 => page(&[entry(own)], Some(link)),
        _ => page(&[second(own)], Some("</orders?page=1>; rel=prev")),
    })
}

#[test]
fn a_mark_of_another_tenant_on_the_second_page_is_violated() {
    let result =
        two_pages(|own| entry(if own == "acme" { "globex" } else { "acme" })).check(ISOLATION);
    assert_eq!(result.code, Some(1), "{result}");
    assert!(result.to_string().contains("globex"), "{result}");
}

#[test]
fn lists_of_several_pages_hold_and_the_page_counts_them() {
    let sound = two_pages(entry);
    let project = sound.project(ISOLATION);
    let result = run(&project, &["build"]);
    assert_eq!(result.code, Some(0), "{result}");
    let html = project.read("public/evidence/claim/index.html");
    assert!(html.contains("status 200, 2 pages (asked 3 times)"), "{html}");
    // The tenant's own mark may be on any page.
    let late = service(|own, number| match number {
        1 => page_of_nobody(),
        _ => page(&[entry(own)], None),
    });
    assert_eq!(late.check(ISOLATION).code, Some(0));
}

fn page_of_nobody() -> Answer {
    page(&[json!({})], Some("<?page=2>; rel=next"))
}

#[test]
fn a_cursor_that_the_check_names_is_followed() {
    let by_cursor = |foreign: bool| {
        service(move |own, number| {
            let other = if own == "acme" { "globex" } else { "acme" };
            let shown = if foreign && number == 3 { other } else { own };
            let next = (number < 3).then(|| format!("c{}", number + 1));
            Answer::json(200, &json!({ "entries": [entry(shown)], "cursor": next }))
        })
    };
    let checks = ISOLATION.replace("  owns:", "  next: /cursor\n  owns:");
    let named = checks.replace("  owns:", "  next_parameter: cursor\n  owns:");
    for checks in [&checks, &named] {
        let result = by_cursor(true).check(checks);
        assert_eq!(result.code, Some(1), "{result}");
        let result = by_cursor(false).check(checks);
        assert_eq!(result.code, Some(0), "{result}");
    }
    // Sent in a parameter that the service does not know, the cursor leads to the first page again.
    let other = named.replace("next_parameter: cursor", "next_parameter: after");
    let result = by_cursor(false).check(&other);
    assert_eq!(result.code, Some(3), "{result}");
    let alone = ISOLATION.replace("  owns:", "  next_parameter: cursor\n  owns:");
    let result = by_cursor(false).check(&alone);
    assert_eq!(result.code, Some(2), "{result}");
    assert!(result.to_string().contains("misplaced-setting"), "{result}");
}

#[test]
fn a_page_that_was_announced_and_not_read_is_inconclusive() {
    let links = [
        ("<https://elsewhere.invalid/orders?page=2>; rel=next", "another origin"),
        ("</orders>; rel=next", "announced before"),
        ("</nowhere>; rel=next", "status 404"),
        ("/orders?page=2; rel=next", "cannot be read"),
    ];
    for (link, why) in links {
        let result = service(move |own, _| page(&[entry(own)], Some(link))).check(ISOLATION);
        assert_eq!(result.code, Some(3), "{link}: {result}");
        let text = result.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("a further page of the answer was not read"), "{link}: {text}");
        assert!(text.contains(why), "{link}: {text}");
    }
    let endless = service(|own, number| {
        page(&[entry(own)], Some(&format!("<?page={}>; rel=next", number + 1)))
    });
    let once = ISOLATION.replace("  owns:", "  repeat: 1\n  owns:");
    let result = endless.check(&once);
    assert_eq!(result.code, Some(3), "{result}");
    assert!(result.to_string().contains("more than 50 pages"), "{result}");
    let broken = service(|own, number| match number {
        1 => page(&[entry(own)], Some("<?page=2>; rel=next")),
        _ => Answer::new(503, ""),
    });
    let result = broken.check(&once);
    assert_eq!(result.code, Some(3), "{result}");
}

const LISTED: &str = "\
- kind: http
  steps:
    - { name: all orders, role: control, as: acme, get: /orders, expect: { status: 200 } }
    - name: all orders are open
      again: all orders
      expect: { json: { \"\": { every: { at: /state, is: open } } } }
";

#[test]
fn an_absence_in_a_list_is_judged_on_every_page() {
    let closed = || json!({ "text": "an order", "state": "closed" });
    let result = two_pages(move |_| closed()).check(LISTED);
    assert_eq!(result.code, Some(1), "{result}");
    let result = two_pages(entry).check(LISTED);
    assert_eq!(result.code, Some(0), "{result}");
    let unread = service(|own, _| page(&[entry(own)], Some("</orders>; rel=next")));
    assert_eq!(unread.check(LISTED).code, Some(3));
}

#[test]
fn pages_that_do_not_matter_are_not_read() {
    let blog = Service::start(|asked| {
        assert_eq!(asked.path, "/");
        Answer::new(200, "<p>Hello</p>")
            .with("content-type", "text/html")
            .with("x-content-type-options", "nosniff")
            .with("link", "</page/2>; rel=next")
    });
    let checks = "\
- kind: http
  steps:
    - { name: the blog, get: /, expect: { header: { x-content-type-options: nosniff } } }
";
    let result = blog.check(checks);
    assert_eq!(result.code, Some(0), "{result}");
}

/// A list in an object whose other members are `further`.
fn list_with(further: Value) -> Service {
    service(move |own, _| {
        let mut body = json!({ "orders": [entry(own)] });
        body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        Answer::json(200, &body)
    })
}

#[test]
fn a_page_that_a_body_announces_is_not_taken_for_absent() {
    for (further, place) in [
        (json!({ "next": "/orders?page=2" }), "/next"),
        (json!({ "has_more": true }), "/has_more"),
        (json!({ "nextPageToken": "c2" }), "/nextPageToken"),
        (json!({ "_links": { "next": { "href": "/orders?page=2" } } }), "/_links/next"),
    ] {
        let result = list_with(further).check(ISOLATION);
        assert_eq!(result.code, Some(3), "{place}: {result}");
        assert!(result.out.contains(&format!("`{place}` announces it")), "{place}: {result}");
    }
    for last in [json!({ "next": null, "has_more": false }), json!({ "_links": { "self": "/" } })] {
        let result = list_with(last).check(ISOLATION);
        assert_eq!(result.code, Some(0), "{result}");
    }
}
