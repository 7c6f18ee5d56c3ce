//! `examples/object-storage/`: two buckets, one of which is listed with the parameters of a presigned address.

use jiff::SignedDuration;

use crate::evidence::service::{Answer, Asked, Service, now};
use crate::examples::live::Live;

const SIGNATURE: &str = "9f1c3a7e5b2d4c6f8091a2b3c4d5e6f70819a2b3c4d5e6f70819a2b3c4d5e6f7";

const VARIABLES: &[(&str, &str)] = &[
    ("LIST_CREDENTIAL", "AKIA7Q2X9Z1M4K8P0W3E/20261128/eu-central-1/s3/aws4_request"),
    ("LIST_DATE", "20261128T120000Z"),
    ("LIST_SIGNATURE", SIGNATURE),
];

/// A misconfiguration.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    PublicBackups,
    NoBackupToday,
    OldBackups,
    PlainFiles,
    TermsAsText,
}

#[test]
fn a_sound_storage_holds() {
    live(&[]).holds();
}

#[test]
fn each_misconfiguration_breaks_its_claim() {
    let first = &[Flaw::PublicBackups, Flaw::NoBackupToday];
    live(first).breaks(&["backup-daily", "backups-private"]);
    let second = &[Flaw::OldBackups, Flaw::PlainFiles, Flaw::TermsAsText];
    live(second).breaks(&["at-rest", "backup-retention", "terms"]);
}

fn live(flaws: &'static [Flaw]) -> Live {
    let service = Service::start(move |asked| answer(asked, flaws));
    let live = Live::new("object-storage", VARIABLES).host("storage.example.com", service);
    let looked_at = ["--looked-at", "the settings of every bucket"];
    let attested =
        live.run(&[&["attest", "versioning", "--role", "operations"], &looked_at[..]].concat());
    assert_eq!(attested.code, Some(0), "{attested}");
    live
}

fn answer(asked: &Asked, flaws: &[Flaw]) -> Answer {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let has = |flaw| flaws.contains(&flaw);
    let is_read = ["GET", "HEAD"].contains(&asked.method.as_str());
    let is_signed = query.contains(&format!("X-Amz-Signature={SIGNATURE}"));
    match path {
        "/public/terms.pdf" if is_read => terms(flaws),
        "/backups" if is_read && (is_signed || has(Flaw::PublicBackups)) => listing(flaws),
        _ => error(403, "AccessDenied"),
    }
}

fn terms(flaws: &[Flaw]) -> Answer {
    let is_text = flaws.contains(&Flaw::TermsAsText);
    let media_type = if is_text { "text/html" } else { "application/pdf" };
    let pdf = Answer::new(200, "%PDF-1.7\n%%EOF\n").with("content-type", media_type);
    match flaws.contains(&Flaw::PlainFiles) {
        true => pdf.with("x-amz-server-side-encryption", "none"),
        false => pdf.with("x-amz-server-side-encryption", "AES256"),
    }
}

fn error(status: u16, code: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
    Answer::new(status, body).with("content-type", "application/xml")
}

/// A backup for each of the last days.
fn listing(flaws: &[Flaw]) -> Answer {
    let newest = if flaws.contains(&Flaw::NoBackupToday) { 3 } else { 0 };
    let oldest = if flaws.contains(&Flaw::OldBackups) { 50 } else { 30 };
    let entry = |days: i64| {
        let at = now() - SignedDuration::from_hours(24 * days + 1);
        format!(
            "<Contents><Key>db-{days}.dump</Key><LastModified>{at:.3}</LastModified>\
             <Size>4096</Size></Contents>"
        )
    };
    let entries: String = (newest..=oldest).map(entry).collect();
    let body = format!(
        "<?xml version=\"1.0\"?><ListBucketResult><Name>backups</Name>\
         <IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
    );
    Answer::new(200, body).with("content-type", "application/xml")
}
