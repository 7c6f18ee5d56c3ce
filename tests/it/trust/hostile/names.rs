//! Answers of name servers to a check of SPF: what was not understood is neither a policy nor its absence.

use std::time::Duration;

use hickory_resolver::proto::op::{Message, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::{CNAME, NS, TXT};
use hickory_resolver::proto::rr::{RData, Record, RecordType};

use crate::trust::hostile::dns::{By, name, question, records, serve};
use crate::trust::hostile::project::{judge, name as id, project};

const TIME_MAX: Duration = Duration::from_secs(60);

/// What a server sends.
type Answer = fn(&Message, By) -> Vec<Vec<u8>>;

/// A case: its name, the answers, the verdict, and words of the report.
type Case = (&'static str, Answer, &'static str, &'static str);

const POLICY: &str = "v=spf1 ip4:192.0.2.1 -all";

fn txt(texts: &[&[u8]]) -> Vec<RData> {
    let of = |text: &&[u8]| RData::TXT(TXT::from_bytes(text.chunks(200).collect()));
    texts.iter().map(of).collect()
}

fn is_txt(query: &Message) -> bool {
    question(query).query_type() == RecordType::TXT
}

/// A sound answer: a policy, and nothing of other types.
fn sound(query: &Message) -> Message {
    records(query, if is_txt(query) { txt(&[POLICY.as_bytes()]) } else { Vec::new() })
}

fn bytes(answer: &Message) -> Vec<Vec<u8>> {
    vec![answer.to_vec().unwrap()]
}

/// The answer with these texts.
fn texts(query: &Message, texts: &[&[u8]]) -> Vec<Vec<u8>> {
    bytes(&records(query, if is_txt(query) { txt(texts) } else { Vec::new() }))
}

fn failing(query: &Message, code: ResponseCode) -> Vec<Vec<u8>> {
    let mut answer = records(query, Vec::new());
    answer.metadata.response_code = code;
    bytes(&answer)
}

/// A sound answer with its bytes changed in this way.
fn changed(query: &Message, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Vec<u8>> {
    let mut bytes = sound(query).to_vec().unwrap();
    change(&mut bytes);
    vec![bytes]
}

fn truncated(query: &Message) -> Vec<Vec<u8>> {
    let mut answer = sound(query);
    answer.metadata.truncation = true;
    answer.answers.clear();
    bytes(&answer)
}

/// An alias of the name to another one.
fn alias(query: &Message, to: &str) -> Vec<Vec<u8>> {
    bytes(&records(query, vec![RData::CNAME(CNAME(name(to)))]))
}

const CASES: &[Case] = &[
    ("a sound answer", |query, _| bytes(&sound(query)), "holds", ""),
    (
        "a sound answer over TCP",
        |query, by| match by {
            By::Udp => truncated(query),
            By::Tcp => bytes(&sound(query)),
        },
        "holds",
        "",
    ),
    (
        "a time to live of 136 years",
        |query, _| {
            let mut answer = sound(query);
            answer.answers.iter_mut().for_each(|record| record.ttl = u32::MAX);
            bytes(&answer)
        },
        "holds",
        "",
    ),
    (
        "a forged answer before the right one",
        |query, _| {
            let mut forged = records(query, txt(&[b"v=spf1 +all"]));
            forged.metadata.id = query.metadata.id.wrapping_add(1);
            vec![forged.to_vec().unwrap(), sound(query).to_vec().unwrap()]
        },
        "holds",
        "",
    ),
    ("silence", |_, _| Vec::new(), "inconclusive", ""),
    ("an empty datagram", |_, _| vec![Vec::new()], "inconclusive", ""),
    ("noise", |_, _| vec![vec![0xa5; 512]], "inconclusive", ""),
    ("the query itself", |query, _| bytes(query), "inconclusive", ""),
    ("another id", |query, _| changed(query, |all| all[0] ^= 0xff), "inconclusive", ""),
    (
        "the answer to another question",
        |query, _| {
            let mut answer = sound(query);
            answer.queries = vec![Query::query(name("other.test"), question(query).query_type())];
            bytes(&answer)
        },
        "inconclusive",
        "",
    ),
    (
        "an answer without a question",
        |query, _| {
            let mut answer = sound(query);
            answer.queries.clear();
            bytes(&answer)
        },
        "inconclusive",
        "",
    ),
    (
        "half an answer",
        |query, _| changed(query, |all| all.truncate(all.len() - 8)),
        "inconclusive",
        "",
    ),
    (
        "a head that announces 65535 records",
        |query, _| changed(query, |all| all[6..8].copy_from_slice(&[0xff, 0xff])),
        "inconclusive",
        "",
    ),
    (
        "a name that points to itself",
        |query, _| {
            changed(query, |all| {
                all[12] = 0xc0;
                all[13] = 12;
            })
        },
        "inconclusive",
        "",
    ),
    (
        "a name that points forward",
        |query, _| {
            changed(query, |all| {
                all[12] = 0xff;
                all[13] = 0xff;
            })
        },
        "inconclusive",
        "",
    ),
    ("a server failure", |query, _| failing(query, ResponseCode::ServFail), "inconclusive", ""),
    ("a refusal", |query, _| failing(query, ResponseCode::Refused), "inconclusive", ""),
    ("not implemented", |query, _| failing(query, ResponseCode::NotImp), "inconclusive", ""),
    ("a malformed query", |query, _| failing(query, ResponseCode::FormErr), "inconclusive", ""),
    (
        "a truncated answer without TCP",
        |query, by| match by {
            By::Udp => truncated(query),
            By::Tcp => Vec::new(),
        },
        "inconclusive",
        "",
    ),
    ("an answer that is always truncated", |query, _| truncated(query), "inconclusive", ""),
    (
        "noise over TCP",
        |query, by| match by {
            By::Udp => truncated(query),
            By::Tcp => vec![vec![0xa5; 60_000]],
        },
        "inconclusive",
        "",
    ),
    (
        "a referral to another server",
        |query, _| {
            let mut answer = records(query, Vec::new());
            let server = RData::NS(NS(name("ns.other.test")));
            answer.add_authority(Record::from_rdata(question(query).name().clone(), 60, server));
            answer.metadata.recursion_available = false;
            bytes(&answer)
        },
        "inconclusive",
        "",
    ),
    (
        "an alias to itself",
        |query, _| {
            let own = question(query).name().to_ascii();
            alias(query, &own)
        },
        "inconclusive",
        "",
    ),
    (
        "two aliases in a loop",
        |query, _| {
            let own = question(query).name().to_ascii();
            match own.strip_prefix("two.") {
                Some(first) => alias(query, first),
                None => alias(query, &format!("two.{own}")),
            }
        },
        "inconclusive",
        "",
    ),
    (
        "an endless chain of aliases",
        |query, _| {
            let own = question(query).name().to_ascii();
            // A name has at most 255 bytes; the chain stays below that.
            let (number, rest) = own.split_once('-').unwrap();
            let number = number.trim_start_matches("case").parse::<u32>().unwrap_or_default() + 1;
            alias(query, &format!("case{number}-{rest}"))
        },
        "inconclusive",
        "",
    ),
    (
        "records of another name alone",
        |query, _| {
            let mut answer = records(query, Vec::new());
            for data in txt(&[b"v=spf1 +all"]) {
                answer.add_answer(Record::from_rdata(name("other.test"), 60, data));
            }
            bytes(&answer)
        },
        "violated",
        "",
    ),
    (
        "a thousand texts",
        |query, by| match by {
            By::Udp => truncated(query),
            By::Tcp => texts(query, &vec![&b"verification=0123456789"[..]; 1000]),
        },
        "violated",
        "",
    ),
    (
        "two policies",
        |query, _| texts(query, &[POLICY.as_bytes(), b"v=spf1 -all"]),
        "violated",
        "2 SPF records",
    ),
    (
        "a policy with control characters",
        |query, _| texts(query, &["v=spf1 \u{1b}[31m\u{202e}\u{2066} -all".as_bytes()]),
        "violated",
        "permerror",
    ),
    ("a policy with a NUL", |query, _| texts(query, &[b"v=spf1 \0 -all"]), "violated", ""),
    (
        "a policy that is not text",
        |query, _| texts(query, &[b"v=spf1 \xff\xfe -all"]),
        "violated",
        "",
    ),
    (
        "a policy of 60 kB",
        |query, by| match by {
            By::Udp => truncated(query),
            By::Tcp => {
                texts(query, &[format!("v=spf1 {}-all", "ip4:192.0.2.1 ".repeat(4000)).as_bytes()])
            }
        },
        "holds",
        "",
    ),
    (
        "a policy that includes itself",
        |query, _| {
            let own = question(query).name().to_ascii();
            texts(query, &[format!("v=spf1 include:{own} -all").as_bytes()])
        },
        "violated",
        "permerror",
    ),
];

#[test]
fn every_answer_of_a_name_server_has_its_verdict() {
    let server = serve(|query, by| {
        let asked = question(query).name().to_ascii();
        // `case-ab.test` has the answers of the second case, and so have the names within it.
        let of = |(number, case): (usize, &'static Case)| {
            let own = id(number).trim_start_matches("case").to_owned();
            asked.trim_end_matches('.').ends_with(&format!("{own}.test")).then_some(case.1)
        };
        CASES.iter().enumerate().find_map(of).map_or_else(Vec::new, |answer| answer(query, by))
    });
    let check = |number: usize| {
        let own = id(number);
        (own.clone(), format!("- {{ kind: dns, of: {{ domain: {own}.test }}, spf: true }}\n"))
    };
    let claims: Vec<(String, String)> = (0..CASES.len()).map(check).collect();
    let project = project("https://x.test", &format!("resolver: {server}\n"), &claims);
    let judged = judge(&project, TIME_MAX);
    let mut wrong = Vec::new();
    for (number, (what, _, verdict, words)) in CASES.iter().enumerate() {
        let objection = judged.objection(&id(number), verdict, &[words]);
        wrong.extend(objection.map(|why| format!("{what}: {why}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
