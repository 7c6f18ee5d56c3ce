//! Header fields that have grammars of their own.

use crate::readers::raw::{answer, judged};

/// A case of `cases/`: an answer, byte for byte, and the entry of `checks:`.
macro_rules! case {
    ($name:literal) => {
        (
            &include_bytes!(concat!("cases/", $name, ".http"))[..],
            include_str!(concat!("cases/", $name, ".yaml")),
        )
    };
}

pub(super) use case;

#[test]
fn each_case_has_its_right_value() {
    for (case, verdict, words) in [
        (case!("01-a"), "violated", &["Set-Cookie:"][..]),
        (case!("01-c"), "violated", &["Set-Cookie:"]),
        (case!("01-e"), "violated", &["Set-Cookie:"]),
        (
            case!("02-a"),
            "inconclusive",
            &["values that contradict each other: “DENY” and “ALLOWALL”"],
        ),
        (case!("02-c"), "violated", &["Referrer-Policy: “no-referrer” and “unsafe-url”"]),
        (case!("02-e"), "violated", &["X-Powered-By: “A” and “B/1”"]),
        (case!("03-a"), "holds", &[]),
        (case!("03-c"), "holds", &[]),
        (case!("04-a"), "inconclusive", &["Strict-Transport-Security", "must be separated by `;`"]),
        (
            case!("04-c"),
            "inconclusive",
            &["Strict-Transport-Security", "max-age twice", "RFC 6797"],
        ),
        (case!("04-e"), "inconclusive", &["“max-age=31536000.5”", "not a whole number of seconds"]),
        (case!("04-g"), "inconclusive", &["both “max-age=60” and “max-age=86400”"]),
        (case!("05-a"), "holds", &[]),
        (case!("05-c"), "holds", &[]),
    ] {
        judged(case.0, case.1).is(verdict, words);
    }
}

/// The verdict on a check of one field of an answer with these fields.
#[track_caller]
fn field(fields: &str, test: &str, verdict: &str, words: &[&str]) {
    // A number of seconds needs no words here.
    let checks =
        format!("- {{ kind: headers, get: /, states: [max-age], headers: {{ {test} }} }}\n");
    let checks = match test.contains("max-age: {") {
        true => checks,
        false => checks.replace("states: [max-age], ", ""),
    };
    judged(answer(fields, b"x"), &checks).is(verdict, words);
}

#[test]
fn cookies_are_judged_by_name_and_by_the_rules_of_browsers() {
    let named = "set-cookie: { cookie: sid, directives: { Secure: true } }";
    let two = "Set-Cookie: sid=1; Secure\nSet-Cookie: lang=en\n";
    field(two, named, "holds", &[]);
    field("Set-Cookie: lang=en; Secure\n", named, "violated", &[]);
    field(two, "set-cookie: { cookie: other }", "violated", &["Set-Cookie:"]);
    let all = "set-cookie: { directives: { HttpOnly: true } }";
    field(
        "Set-Cookie: __Host-a=1; HttpOnly; Path=/\n",
        all,
        "inconclusive",
        &[
            "the header Set-Cookie sets the cookie “__Host-a”",
            "browsers refuse because it does not have Secure",
        ],
    );
    field("Set-Cookie: a=1; HttpOnly\nSet-Cookie: old=; Max-Age=0\n", all, "holds", &[]);
    let misplaced = "- { kind: headers, get: /, headers: { server: { cookie: sid } } }\n";
    let server = crate::readers::raw::Raw::start(answer("", b""));
    let run = crate::evidence::service::run(&server.project(misplaced), &["check"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.err.contains("`cookie` names a cookie of the header field `set-cookie`"), "{run}");
}

#[test]
fn what_a_field_means_is_what_browsers_and_caches_make_of_it() {
    let age = "strict-transport-security: { directives: { max-age: { at_least: 31536000 } } }";
    for line in ["max-age=4e7", "max-age=31536000; includeSubDomains=yes", "max-age=-1"] {
        field(
            &format!("Strict-Transport-Security: {line}\n"),
            age,
            "inconclusive",
            &["browsers ignore"],
        );
    }
    field("Strict-Transport-Security: max-age=63072000; preload\n", age, "holds", &[]);
    let objects = "content-security-policy: { directives: { object-src: \"'none'\" } }";
    field("Content-Security-Policy: default-src 'none'\n", objects, "holds", &[]);
    field(
        "Content-Security-Policy: object-src *\nContent-Security-Policy: object-src 'none'\n",
        objects,
        "holds",
        &[],
    );
    field("Content-Security-Policy-Report-Only: object-src 'none'\n", objects, "violated", &[]);
    let camera = "permissions-policy: { directives: { camera: \"()\" } }";
    field("Permissions-Policy: camera=(), usb=(self)\n", camera, "holds", &[]);
    field("Permissions-Policy: camera 'none'\n", camera, "inconclusive", &["“camera 'none'”"]);
    let cached = "cache-control: { directives: { max-age: { at_most: 60 } } }";
    field("Cache-Control: max-age=60; private\n", cached, "inconclusive", &["separated by commas"]);
    field("Cache-Control: private\nCache-Control: max-age=60\n", cached, "holds", &[]);
    let origin = "access-control-allow-origin: { not_equals: \"*\" }";
    field("Access-Control-Allow-Origin: null\n", origin, "inconclusive", &["“null”", "sandboxed"]);
    field("Access-Control-Allow-Origin: https://a.test\n", origin, "holds", &[]);
    let sniff = "x-content-type-options: nosniff";
    field("X-Content-Type-Options: nosniff, nosniff\n", sniff, "holds", &[]);
}
