//! The names of the values that expectations read, for people: no pointers.

use crate::language::words::capital;

/// The words for a pointer into facts, as the subject of a clause.
pub fn in_words(at: &str) -> String {
    if let Some(known) =
        of_http(at).or_else(|| of_host(at)).or_else(|| of_machine(at)).or_else(|| of_manifest(at))
    {
        return known.to_owned();
    }
    if let Some(remote) = of_remote(at) {
        return remote;
    }
    let json = |document: &str| {
        at.strip_prefix(document).filter(|path| path.starts_with('/')).map(|path| &path[1..])
    };
    match (header(at), json("/body/json"), json("/stdout/json"), at.strip_prefix("/rows/")) {
        (Some(name), ..) => format!("the header {name}"),
        (_, Some(path), ..) => format!("“{path}” in the body"),
        (_, _, Some(path), _) => format!("“{path}” in the program's output"),
        (_, _, _, Some(table)) => format!("the number of rows in {}", table),
        // A new value needs words of its own. Until it has them, its name must do.
        _ => format!("“{}”", at.trim_start_matches('/').replace(['/', '_'], " ")),
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
        "/took_ms" => "the response time in milliseconds",
        "/redirects" => "the list of redirects",
        _ => return None,
    })
}

fn of_host(at: &str) -> Option<&'static str> {
    Some(match at {
        "/not_after" => "the day on which the certificate expires",
        "/records" => "the list of records",
        "/chain" => "the chain of names",
        "/code" => "the result of the look-up",
        "/certificates" => "the list of certificates",
        "/addresses" => "the list of addresses",
        "/issuers" => "the list of authorities that may issue certificates",
        "/mail" => "mail for the domain",
        "/spf/result" => "the SPF result for other senders",
        "/dmarc" => "the DMARC policy",
        "/dkim" => "the DKIM key",
        _ => return None,
    })
}

fn of_machine(at: &str) -> Option<&'static str> {
    Some(match at {
        "/exit" => "the program's exit code",
        "/stdout/json" => "the program's JSON output",
        "/stdout/bytes" => "the length of the program's output in bytes",
        "/stdout/text" => "the program's output",
        "/found" => "whether a file was found",
        "/finished" => "the number of finished backups",
        "/oldest/at" => "the oldest entry",
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

/// The declarations of a Forge app's manifest.
fn of_manifest(at: &str) -> Option<&'static str> {
    Some(match at {
        "/scopes" => "the list of scopes",
        "/impersonation" => "the list of scopes with impersonation",
        "/egress" => "the list of addresses outside Atlassian",
        "/wildcards" => "the list of addresses that are not one host",
        "/remote_keys" => "the list of remotes",
        "/stored_outside" => "the list of places outside Atlassian that store end-user data",
        "/unpinned" => "the list of these places without addresses by region",
        "/regions" => "the list of regions",
        "/sent_outside" => "the list of places outside Atlassian that receive end-user data",
        "/not_on_atlassian" => "the list of obstacles to “Runs on Atlassian”",
        "/licensing" => "whether licensing is enabled",
        "/connect" => "the list of what is left of Atlassian Connect",
        "/connect_key" => "the key of the Connect app",
        "/realm_migration" => "whether the app's data can move to another region",
        _ => return None,
    })
}

/// A declaration about one remote of a Forge app: `/remotes/KEY/PART`.
fn of_remote(at: &str) -> Option<String> {
    let (key, part) = at.strip_prefix("/remotes/")?.split_once('/')?;
    Some(match part {
        "addresses" => format!("the list of addresses of the remote “{key}”"),
        "operations" => format!("the list of purposes of the remote “{key}”"),
        "tokens" => format!("the list of tokens for the remote “{key}”"),
        "in_scope_eud" => format!("whether the remote “{key}” stores in-scope end-user data"),
        _ => return None,
    })
}

/// The name of the header field that a pointer leads to, in its usual spelling.
pub fn header(at: &str) -> Option<String> {
    let name = at.strip_prefix("/headers/")?.split('/').next()?;
    Some(capitals(name))
}

fn capitals(name: &str) -> String {
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}
