//! The names of the values that expectations read, for people: no pointers.

use crate::language::words::capital;
use crate::render::wording::plain;

/// The words for a pointer into facts, as the subject of a clause.
pub(super) fn subject(at: &str) -> String {
    if let Some(known) = of_http(at).or_else(|| of_host(at)).or_else(|| of_machine(at)) {
        return known.to_owned();
    }
    let json = |document: &str| {
        at.strip_prefix(document).filter(|path| path.starts_with('/')).map(|path| plain(&path[1..]))
    };
    match (header(at), json("/body/json"), json("/stdout/json"), at.strip_prefix("/rows/")) {
        (Some(name), ..) => format!("the header {name}"),
        (_, Some(path), ..) => format!("“{path}” in the body"),
        (_, _, Some(path), _) => format!("“{path}” in the program's output"),
        (_, _, _, Some(table)) => format!("the number of rows in {}", plain(table)),
        // A new value needs words of its own. Until it has them, its name must do.
        _ => format!("“{}”", plain(at.trim_start_matches('/')).replace(['/', '_'], " ")),
    }
}

fn of_http(at: &str) -> Option<&'static str> {
    Some(match at {
        "" => "the answer",
        "/status" => "the status",
        "/url" => "the last address",
        "/body" => "the body",
        "/body/text" => "the body",
        "/body/json" => "the body's JSON",
        "/body/title" => "the page's title",
        "/body/bytes" => "the body's length in bytes",
        "/body/truncated" => "whether the answer was cut off",
        "/body/security_txt/contacts" => "the list of contacts in the file",
        "/body/security_txt/canonical" => "the list of the file's own addresses",
        "/body/security_txt/expires/0" => "the file's date of expiry",
        "/body/security_txt/faults" => "the list of the file's faults",
        "/redirects" => "the list of redirects",
        _ => return None,
    })
}

fn of_host(at: &str) -> Option<&'static str> {
    Some(match at {
        "/records" => "the list of records",
        "/chain" => "the chain of names",
        "/code" => "the result of the look-up",
        "/addresses" => "the list of addresses",
        "/issuers" => "the list of authorities that may issue certificates",
        "/spf/count" => "the number of SPF records",
        "/spf/all" => "the SPF rule for all other senders",
        "/dmarc/count" => "the number of DMARC records",
        "/dmarc/policy" => "the DMARC policy",
        "/dmarc/pct" => "the share of mail in per cent that the DMARC policy applies to",
        _ => return None,
    })
}

fn of_machine(at: &str) -> Option<&'static str> {
    Some(match at {
        "/exit" => "the program's exit code",
        "/stdout/json" => "the program's JSON output",
        "/stdout/text" => "the program's output",
        "/found" => "whether a file was found",
        "/finished" => "the number of finished backups",
        "/newest/at" => "the newest finished backup",
        "/newest/bytes" => "the newest backup's size in bytes",
        "/share" => "the newest backup's size in per cent of the one before it",
        "/opened" => "whether the backup could be opened",
        "/integrity" => "the backup's integrity",
        "/entries" => "the number of entries in the backup",
        "/role" => "the role that attested it",
        "/words" => "the attested words",
        "/until" => "the end of the attestation",
        _ => return None,
    })
}

/// The same in fewer words, before a value.
pub(super) fn short(at: &str) -> String {
    match at {
        "/status" => "status".to_owned(),
        _ => match (header(at), at.strip_prefix("/body/json/")) {
            (Some(name), _) => format!("{name}:"),
            (_, Some(path)) => format!("{}:", plain(path)),
            _ => format!("{}:", subject(at).trim_start_matches("the ")),
        },
    }
}

/// A clause where there is no value.
pub(super) fn missing(at: &str) -> String {
    match at {
        "/body/title" => "the page has no title".to_owned(),
        "/body/text" => "the body is empty or not text".to_owned(),
        "/body/json" => "the body is empty or not JSON".to_owned(),
        _ => {
            let subject = subject(at);
            match subject.strip_prefix("whether ") {
                Some(_) => format!("it is not known {subject}"),
                None => format!("there is no {}", subject.trim_start_matches("the ")),
            }
        }
    }
}

/// The name of the header field that a pointer leads to, in its usual spelling.
fn header(at: &str) -> Option<String> {
    let name = at.strip_prefix("/headers/")?.split('/').next()?;
    Some(plain(&capitals(name)))
}

fn capitals(name: &str) -> String {
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_named_in_words() {
        for (at, expected) in [
            ("/body/title", "the page has no title"),
            ("/headers/set-cookie", "there is no header Set-Cookie"),
            ("/body/json/audited_on", "there is no “audited_on” in the body"),
            ("/newest/at", "there is no newest finished backup"),
            ("/found", "it is not known whether a file was found"),
            ("/made/up_one", "there is no “made up one”"),
        ] {
            assert_eq!(missing(at), expected);
        }
    }
}
