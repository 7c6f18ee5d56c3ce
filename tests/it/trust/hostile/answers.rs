//! Raw answers over HTTP: each is asked twice, for a text that a sound answer contains and for one that it does
//! not contain. What was not read or not understood decides neither.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::trust::hostile::project::{judge, name, project};
use crate::trust::hostile::raw::{Part, Script, send, serve_paths};

/// All cases together are given up after 4 s each, 48 at a time.
const TIME_MAX: Duration = Duration::from_secs(90);

/// A case: its name, what the server does after it has read the request, the verdicts on the text that is there
/// and on the one that is not, and words of the report.
type Case = (&'static str, Script, [&'static str; 2], &'static str);

/// The check of the text that is not there holds; it is weak, because nothing but the status is its control.
const HOLDS: [&str; 2] = ["holds", "weak"];
const UNKNOWN: [&str; 2] = ["inconclusive", "inconclusive"];
/// An answer that was understood, and is not the right one. What it does not contain proves nothing.
const OTHER: [&str; 2] = ["violated", "inconclusive"];

/// The name of the case in which the connection is reset before the request is read.
const RESET: &str = "a reset";

const TEXT: &str = "Content-Type: text/plain\r\n";

/// A head with these fields, and then these bytes.
fn answer(fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    with_status("HTTP/1.1 200 OK", fields, body)
}

fn with_status(line: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [format!("{line}\r\n{TEXT}{fields}\r\n").as_bytes(), body.as_ref()].concat()
}

/// A sound answer with this status line.
fn status(line: &str) -> Script {
    vec![send(with_status(line, "Content-Length: 5\r\n", "sound"))]
}

fn one(bytes: Vec<u8>) -> Script {
    vec![send(bytes)]
}

/// A sound answer with these fields before its length.
fn fields(fields: &[u8]) -> Script {
    let head = format!("HTTP/1.1 200 OK\r\n{TEXT}");
    one([head.as_bytes(), fields, b"\r\nContent-Length: 5\r\n\r\nsound"].concat())
}

/// A body with this content coding.
fn coded(coding: &str, body: &[u8]) -> Script {
    let fields = format!("Content-Encoding: {coding}\r\nContent-Length: {}\r\n", body.len());
    one(answer(&fields, body))
}

fn chunked(chunks: impl AsRef<[u8]>) -> Script {
    one(answer("Transfer-Encoding: chunked\r\n", chunks))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gibibyte of zeros, as a thousand members of gzip (RFC 1952, section 2.2).
fn gzip_bomb() -> Vec<u8> {
    gzip(&vec![0; 1 << 20]).repeat(1024)
}

fn deflate_bomb() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 32 << 20]).unwrap();
    encoder.finish().unwrap()
}

fn zlib_bomb() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 32 << 20]).unwrap();
    encoder.finish().unwrap()
}

/// A frame of Zstandard with a window of 1 MiB, in blocks that each repeat one byte 128 KiB times (RFC 8878).
fn zstd_bomb() -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    let repeated: u32 = (128 * 1024) << 3 | 1 << 1;
    for _ in 0..20_000 {
        frame.extend_from_slice(&repeated.to_le_bytes()[..3]);
        frame.push(b'.');
    }
    let last: u32 = (128 * 1024) << 3 | 1 << 1 | 1;
    frame.extend_from_slice(&last.to_le_bytes()[..3]);
    frame.push(b'.');
    frame
}

/// A Zstandard frame that demands a window of 3.75 TiB.
fn zstd_window() -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x03, 0x00, 0x00, b'a']
}

/// A sound answer that ends before its end, at each of several bytes.
fn cut(whole: &[u8]) -> Vec<Script> {
    let step = whole.len().div_ceil(8);
    (1..whole.len()).step_by(step).map(|end| one(whole[..end].to_vec())).collect()
}

fn sound() -> Vec<Case> {
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let plain = answer("Content-Length: 5\r\n", "sound");
    let poisoned = [&plain[..], &answer("Content-Length: 9\r\n", "forbidden")].concat();
    vec![
        ("sound", one(plain.clone()), HOLDS, ""),
        ("chunks", chunked("2\r\nso\r\n3;x=y\r\nund\r\n0\r\nX-A: b\r\n\r\n"), HOLDS, ""),
        ("interim answers", one([early.as_bytes(), &plain].concat()), HOLDS, ""),
        ("no reason", status("HTTP/1.1 200"), HOLDS, ""),
        ("the same length twice", fields(b"Content-Length: 5"), HOLDS, ""),
        ("gzip", coded("gzip", &gzip(b"sound")), HOLDS, ""),
        ("gzip twice", coded("gzip, gzip", &gzip(&gzip(b"sound"))), HOLDS, ""),
        ("HTTP/1.0", one(with_status("HTTP/1.0 200 OK", "", "sound")), HOLDS, ""),
        ("a second answer that nobody requested", one(poisoned), HOLDS, ""),
        ("fifty cookies", fields(&"Set-Cookie: a=b\r\n".repeat(50).as_bytes()[..848]), HOLDS, ""),
    ]
}

fn silent() -> Vec<Case> {
    let head = format!("HTTP/1.1 200 OK\r\n{TEXT}");
    let slow = |start: &str, drip: &str| vec![send(start), Part::Drip(drip.as_bytes().to_vec())];
    let long = |start: &str, more: &str| vec![send(start), Part::Endless(more.as_bytes().to_vec())];
    vec![
        ("nothing", vec![Part::Silence], UNKNOWN, "did not answer in time"),
        ("a close", vec![], UNKNOWN, ""),
        ("half a head, then nothing", vec![send(&head), Part::Silence], UNKNOWN, "in time"),
        ("a slow status line", slow("HTTP/1.1 2", "0"), UNKNOWN, ""),
        ("a slow head", slow(&head, "X-A: b\r\n"), UNKNOWN, ""),
        ("a slow body", slow(&format!("{head}Content-Length: 99999\r\n\r\n"), "."), UNKNOWN, ""),
        (
            "slow chunks",
            slow(&format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "1\r\na\r\n"),
            UNKNOWN,
            "",
        ),
        ("an endless status line", long("HTTP/1.1 200 ", "."), UNKNOWN, ""),
        ("endless fields", long(&head, "X-A: b\r\n"), UNKNOWN, ""),
        ("an endless field", long(&format!("{head}X-A: "), "b"), UNKNOWN, ""),
        ("an endless name", long(&head, "b"), UNKNOWN, ""),
        (
            "endless chunks",
            long(&format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "4\r\n....\r\n"),
            UNKNOWN,
            "",
        ),
        (
            "an endless extension of a chunk",
            long(&format!("{head}Transfer-Encoding: chunked\r\n\r\n5;x="), "a"),
            UNKNOWN,
            "",
        ),
        (
            "endless trailers",
            long(
                &format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nsound\r\n0\r\n"),
                "X-A: b\r\n",
            ),
            UNKNOWN,
            "",
        ),
        ("an endless body", long(&format!("{head}\r\n"), "."), UNKNOWN, ""),
        (
            "a body of an exabyte",
            long(&format!("{head}Content-Length: 1152921504606846976\r\n\r\n"), "a"),
            UNKNOWN,
            "",
        ),
        ("a flood of interim answers", long("", "HTTP/1.1 100 Continue\r\n\r\n"), UNKNOWN, ""),
        ("a slow flood of them", slow("", "HTTP/1.1 103 Early Hints\r\n\r\n"), UNKNOWN, ""),
    ]
}

fn framed() -> Vec<Case> {
    let length = |value: &str| one(answer(&format!("Content-Length: {value}\r\n"), "sound"));
    let coding = |value: &str| {
        one(answer(&format!("Transfer-Encoding: {value}\r\n"), "5\r\nsound\r\n0\r\n\r\n"))
    };
    vec![
        ("a negative length", length("-5"), UNKNOWN, ""),
        ("a length beyond 64 bits", length("99999999999999999999999"), UNKNOWN, ""),
        ("a length with a sign", length("+5"), UNKNOWN, ""),
        ("a hexadecimal length", length("0x5"), UNKNOWN, ""),
        ("no length", length(""), UNKNOWN, ""),
        ("a list of lengths", length("5, 6"), UNKNOWN, ""),
        (
            "two lengths",
            one(answer("Content-Length: 5\r\nContent-Length: 6\r\n", "sound!")),
            UNKNOWN,
            "",
        ),
        ("a body that is too short", length("50"), UNKNOWN, ""),
        ("an unknown transfer coding", coding("foo"), UNKNOWN, ""),
        ("chunked before another coding", coding("chunked, foo"), UNKNOWN, ""),
        ("a compressed transfer", coding("gzip, chunked"), UNKNOWN, ""),
        ("chunked twice", coding("chunked, chunked"), UNKNOWN, ""),
        ("a size that is not a number", chunked("xyz\r\nsound\r\n0\r\n\r\n"), UNKNOWN, ""),
        ("a negative size", chunked("-5\r\nsound\r\n0\r\n\r\n"), UNKNOWN, ""),
        ("an empty size", chunked("\r\nsound\r\n0\r\n\r\n"), UNKNOWN, ""),
        ("a size beyond 64 bits", chunked("fffffffffffffffff\r\nsound"), UNKNOWN, ""),
        ("a size of 64 bits", chunked("ffffffffffffffff\r\nsound"), UNKNOWN, ""),
        ("a chunk that is longer than its size", chunked("3\r\nsound\r\n0\r\n\r\n"), UNKNOWN, ""),
        ("no last chunk", chunked("5\r\nsound\r\n"), UNKNOWN, ""),
        ("no end of the trailers", chunked("5\r\nsound\r\n0\r\n"), UNKNOWN, ""),
    ]
}

fn heads() -> Vec<Case> {
    vec![
        ("HTTP/0.9", one(b"sound".to_vec()), UNKNOWN, ""),
        ("HTTP/2.0 in text", status("HTTP/2.0 200 OK"), UNKNOWN, ""),
        ("HTTP/9.9", status("HTTP/9.9 200 OK"), UNKNOWN, ""),
        ("another protocol", status("ICY 200 OK"), UNKNOWN, ""),
        ("a page instead of an answer", one(b"<html>sound</html>\r\n\r\n".to_vec()), UNKNOWN, ""),
        ("TLS instead of HTTP", one(b"\x15\x03\x01\x00\x02\x02\x46".to_vec()), UNKNOWN, ""),
        ("status 000", status("HTTP/1.1 000 OK"), UNKNOWN, ""),
        ("status 99", status("HTTP/1.1 99 OK"), UNKNOWN, ""),
        ("status 600", status("HTTP/1.1 600 OK"), UNKNOWN, ""),
        ("status 999", status("HTTP/1.1 999 OK"), UNKNOWN, ""),
        ("status 1000", status("HTTP/1.1 1000 OK"), UNKNOWN, ""),
        ("a status with letters", status("HTTP/1.1 2OO OK"), UNKNOWN, ""),
        ("a negative status", status("HTTP/1.1 -200 OK"), UNKNOWN, ""),
        (
            "another protocol that nobody asked for",
            one(with_status("HTTP/1.1 101 X", "Upgrade: x\r\nConnection: upgrade\r\n", "sound")),
            UNKNOWN,
            "",
        ),
        ("status 204 with a body", status("HTTP/1.1 204 No Content"), OTHER, "status 204"),
        ("status 304 with a body", status("HTTP/1.1 304 Not Modified"), OTHER, "status 304"),
        ("a name with a space", fields(b"X A: b"), UNKNOWN, ""),
        ("a space before the colon", fields(b"X-A : b"), UNKNOWN, ""),
        ("an empty name", fields(b": b"), UNKNOWN, ""),
        ("a field without a colon", fields(b"X-A"), UNKNOWN, ""),
        ("a name that is not ASCII", fields("X-\u{c4}: b".as_bytes()), UNKNOWN, ""),
        ("a NUL in a value", fields(b"X-A: a\0b"), UNKNOWN, ""),
        ("a bare CR in a value", fields(b"X-A: a\rContent-Length: 4"), UNKNOWN, ""),
        ("an escape in a value", fields(b"X-A: \x1b[31m"), UNKNOWN, ""),
        ("a folded value", fields(b"X-A: a\r\n b"), UNKNOWN, ""),
        (
            "a thousand cookies",
            fields("Set-Cookie: a=b\r\n".repeat(1000).trim_end().as_bytes()),
            UNKNOWN,
            "",
        ),
        ("a value of a megabyte", fields(&[b"X-A: ", &*vec![b'.'; 1 << 20]].concat()), UNKNOWN, ""),
    ]
}

fn compressed() -> Vec<Case> {
    let whole = gzip(b"sound");
    let mut damaged = whole.clone();
    let at = damaged.len() - 6;
    damaged[at] ^= 0xff;
    let deep = (0..12).fold(b"sound".to_vec(), |bytes, _| gzip(&bytes));
    let codings = ["gzip"; 12].join(", ");
    vec![
        ("a bomb of gzip", coded("gzip", &gzip_bomb()), UNKNOWN, ""),
        ("a bomb within a bomb", coded("gzip, gzip", &gzip(&gzip_bomb())), UNKNOWN, ""),
        ("a bomb of zlib", coded("deflate", &zlib_bomb()), UNKNOWN, ""),
        ("a bomb of deflate", coded("deflate", &deflate_bomb()), UNKNOWN, ""),
        ("a bomb of Zstandard", coded("zstd", &zstd_bomb()), UNKNOWN, ""),
        ("a window of terabytes", coded("zstd", &zstd_window()), UNKNOWN, ""),
        ("Brotli that is none", coded("br", b"sound"), UNKNOWN, ""),
        ("an unknown coding", coded("aes", b"sound"), UNKNOWN, ""),
        ("gzip that is none", coded("gzip", b"sound"), UNKNOWN, ""),
        ("half a member of gzip", coded("gzip", &whole[..whole.len() / 2]), UNKNOWN, ""),
        ("a wrong checksum", coded("gzip", &damaged), UNKNOWN, ""),
        ("twelve codings", coded(&codings, &deep), UNKNOWN, ""),
    ]
}

fn cases() -> Vec<Case> {
    let plain = answer("Content-Length: 5\r\nConnection: close\r\n", "sound");
    let chunks = answer("Transfer-Encoding: chunked\r\n", "5\r\nsound\r\n0\r\n\r\n");
    let cut = cut(&plain).into_iter().chain(cut(&chunks));
    let cut = cut.map(|script| ("an answer that ends too early", script, UNKNOWN, ""));
    let all = [framed(), heads(), compressed(), cut.collect()];
    all.into_iter().flatten().collect()
}

/// The checks of a case: the text that a sound answer contains, and one that it does not contain.
fn checks(number: usize) -> [(String, String); 2] {
    let there = format!(
        "- {{ kind: http, steps: [{{ name: it, get: /{number}, \
         expect: {{ status: 200, text: {{ contains: sound }} }} }}] }}\n"
    );
    let absent = format!(
        "- kind: http\n  steps:\n    \
         - {{ name: known, role: control, get: /{number}, expect: {{ status: 200 }} }}\n    \
         - {{ name: it, get: /{number}, control: known, \
         expect: {{ text: {{ not_contains: forbidden }} }} }}\n"
    );
    [(name(2 * number), there), (name(2 * number + 1), absent)]
}

/// Judges each case, together with the others.
#[track_caller]
fn judge_all(mut cases: Vec<Case>) {
    // An answer is only sent after the request was read; a close before that resets the connection.
    for (_, script, ..) in cases.iter_mut().filter(|case| case.0 != RESET) {
        script.insert(0, Part::Read);
    }
    let server = serve_paths(cases.iter().map(|case| case.1.clone()).collect());
    let claims: Vec<(String, String)> = (0..cases.len()).flat_map(checks).collect();
    let judged = judge(&project(&format!("http://{server}"), "", &claims), TIME_MAX);
    let mut wrong = Vec::new();
    for (number, (what, _, verdicts, words)) in cases.iter().enumerate() {
        for (check, verdict) in verdicts.iter().enumerate() {
            let objection = judged.objection(&name(2 * number + check), verdict, &[words]);
            wrong.extend(objection.map(|why| format!("{what}: {why}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sound_answers_hold_however_they_are_written() {
    judge_all(sound());
}

#[test]
fn answers_that_never_end_decide_nothing() {
    judge_all(silent());
}

#[test]
fn every_raw_answer_has_its_verdict() {
    let mut cases = cases();
    cases.push((RESET, vec![], UNKNOWN, ""));
    assert!(cases.len() >= 70, "{}", cases.len());
    judge_all(cases);
}
