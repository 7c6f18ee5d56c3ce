//! `security.txt` to the letter of RFC 9116.

use avouch::model::security_txt;
use serde_json::json;

use crate::harness::Project;
use crate::readers::raw::{Judged, Raw, answer, judged};

const CHECK: &str = "- kind: security-txt\n";
const CONTACT: &str = "Contact: mailto:security@example.com\n";
const EXPIRES: &str = "Expires: 2099-03-01T00:00:00Z\n";

fn file(text: &[u8]) -> Judged {
    judged(answer("Content-Type: text/plain; charset=utf-8\n", text), CHECK)
}

#[test]
fn each_case_has_its_right_value() {
    for (text, fault) in [
        (
            "Contact: mailto:security@example.com\nExpires: Mon, 01 Mar 2099 00:00:00 +0000\n"
                .to_owned(),
            "which is not a date of RFC 3339 (section 2.5.5)",
        ),
        (
            format!("{CONTACT}{EXPIRES}Preferred-Languages: en\nPreferred-Languages: de\n"),
            "Preferred-Languages more than once (section 2.5.8)",
        ),
        (
            format!("{CONTACT}{EXPIRES}Policy: http://example.com/p\n"),
            "“http://example.com/p” in Policy, without `https` (section 2.5.7)",
        ),
        (
            format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{CONTACT}{EXPIRES}"),
            "a signed message without a signature (section 2.3)",
        ),
        (
            format!(
                "Contact: mailto:other@example.org\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n\
                 {CONTACT}{EXPIRES}-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"
            ),
            "“Contact: mailto:other@example.org” outside its signed part (section 2.3)",
        ),
        (format!("\u{feff}{CONTACT}{EXPIRES}"), "begins with a byte order mark"),
    ] {
        file(text.as_bytes()).is("violated", &["the file ", fault]);
    }
}

#[test]
fn a_sound_file_holds_in_each_of_its_forms() {
    for text in [
        format!("{CONTACT}{EXPIRES}"),
        format!("Contact: MAILTO:security@Example.com\r\n{EXPIRES}"),
        format!("Contact: mailto:security%40example.com\n{EXPIRES}"),
        format!("# ours\n\n{EXPIRES}{CONTACT}{CONTACT}Preferred-Languages: en, de\nMade-Up: x\n"),
        format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{CONTACT}{EXPIRES}\
             -----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"
        ),
    ] {
        file(text.as_bytes()).is("holds", &[]);
    }
    for fields in ["Content-Type: text/plain\n", "Content-Type: Text/Plain; charset=\"UTF-8\"\n"] {
        judged(answer(fields, format!("{CONTACT}{EXPIRES}").as_bytes()), CHECK).is("holds", &[]);
    }
}

#[test]
fn a_file_of_another_type_or_for_other_contacts_is_violated() {
    let text = format!("{CONTACT}{EXPIRES}");
    judged(answer("Content-Type: text/html\n", text.as_bytes()), CHECK).is("violated", &[]);
    let latin1 = "Content-Type: text/plain; charset=iso-8859-1\n";
    judged(answer(latin1, text.as_bytes()), CHECK)
        .is("violated", &["declared to be in `iso-8859-1`"]);
    file(format!("Contact: mailto:Security@example.com\n{EXPIRES}").as_bytes()).is("violated", &[]);
    file(format!("{CONTACT}Expires: 2020-01-01T00:00:00Z\n").as_bytes()).is("violated", &[]);
    file(b"Policy: https://example.com/p\n").is("violated", &["no field Contact"]);
}

#[test]
fn the_address_that_a_file_names_is_compared_as_an_address() {
    // The server's port is known only after it has started, so the file names every address on this machine
    // by its default port, which is another one.
    let other =
        format!("{CONTACT}{EXPIRES}Canonical: https://127.0.0.1:443/.well-known/security.txt\n");
    file(other.as_bytes()).is("violated", &["https://127.0.0.1/.well-known/security.txt"]);
    let server = Raw::serving(|address| {
        let text =
            format!("{CONTACT}{EXPIRES}Canonical: HTTPS://{address}/.well-known/%73ecurity.txt\n");
        answer("Content-Type: text/plain\n", text.as_bytes())
    });
    let run = crate::evidence::service::run(&server.project(CHECK), &["check"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn our_own_file_is_built_with_avouch_once_a_role_confirms_the_contact_and_has_no_fault() {
    let project = Project::example("security-txt");
    let refused = project.run(&["build"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert!(!project.path("public").exists());
    let looked = ["--role", "security", "--looked-at", "a message that arrived"];
    let attested = project.run(&[&["attest", "contact"], &looked[..]].concat());
    assert_eq!(attested.code, Some(0), "{attested}");
    let built = project.run(&["build"]);
    assert_eq!(built.code, Some(0), "{built}");
    let file = project.read("public/.well-known/security.txt");
    let read = security_txt::read(file.as_bytes()).unwrap();
    assert_eq!(read["contacts"], json!(["mailto:security@avouch.example.com"]));
    let canonical = "https://avouch.example.com/.well-known/security.txt";
    assert_eq!(read["canonical"], json!([canonical]));
    assert_eq!(read.get("faults"), None, "{file}");
}
