//! What browsers are told to forbid: in every page, and in the files by which common static hosts
//! are told their headers.
//!
//! [`EVERYWHERE`] and [`SOME`] are the one source; each host's file says the same in its own form.
//! GitHub Pages reads no such file: there the policy within each page stands in, which can say
//! everything but `frame-ancestors` and the other headers.

use std::fmt::Write;

use serde_json::{Value, json};

/// What a page may load: its own style sheets, images and script, and nothing else from anywhere.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     script-src 'self'; base-uri 'none'; form-action 'none'";

/// The name of the header that carries it, with what browsers heed in a header alone.
const POLICY_HEADER: (&str, &str) = ("Content-Security-Policy", "frame-ancestors 'none'");

/// What holds for every file beside the policy.
const EVERYWHERE: [(&str, &str); 6] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=31536000"),
];

/// Files that others may read from their own pages, or that need a type of their own: by their
/// name, in whatever folder they stand.
const SOME: [(&str, &str, &str); 6] = [
    ("badge.json", "Access-Control-Allow-Origin", "*"),
    ("claims.json", "Access-Control-Allow-Origin", "*"),
    ("claims.schema.json", "Access-Control-Allow-Origin", "*"),
    ("feed.xml", CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
    ("index.md", CONTENT_TYPE, "text/markdown; charset=utf-8"),
    ("security.txt", CONTENT_TYPE, "text/plain; charset=utf-8"),
];

const CONTENT_TYPE: &str = "Content-Type";

/// A file for a host, made from the paths of the site's other files.
type Host = (&'static str, fn(&[&str]) -> String);

/// Each with the hosts that read it; none of them is in another's way.
const HOSTS: [Host; 5] = [
    // Netlify, Cloudflare Pages.
    ("_headers", |_| underscore_headers()),
    // Apache 2.4, where `AllowOverride FileInfo` lets it.
    (".htaccess", |_| apache()),
    // nginx, if its configuration includes the file within `server`.
    ("headers.nginx.conf", |_| nginx()),
    // Azure Static Web Apps.
    ("staticwebapp.config.json", azure),
    ("vercel.json", |_| vercel()),
];

/// The files of every host, for a site of these paths.
pub(crate) fn files(paths: &[&str]) -> Vec<(String, Vec<u8>)> {
    HOSTS.iter().map(|(name, file)| ((*name).to_owned(), file(paths).into_bytes())).collect()
}

fn everywhere() -> Vec<(&'static str, String)> {
    let (name, more) = POLICY_HEADER;
    let policy = (name, format!("{POLICY}; {more}"));
    let rest = EVERYWHERE.into_iter().map(|(name, value)| (name, value.to_owned()));
    std::iter::once(policy).chain(rest).collect()
}

/// Writing into a string cannot fail: no `writeln!` below can.
fn underscore_headers() -> String {
    let mut text = "/*\n".to_owned();
    for (name, value) in everywhere() {
        let _ = writeln!(text, "  {name}: {value}");
    }
    for (file, name, value) in SOME {
        for path in [format!("/{file}"), format!("/*/{file}")] {
            let _ = writeln!(text, "{path}\n  {name}: {value}");
        }
    }
    text
}

fn apache() -> String {
    let mut text = "<IfModule mod_headers.c>\n".to_owned();
    for (name, value) in everywhere() {
        let _ = writeln!(text, "  Header always set {name} \"{value}\"");
    }
    for (file, name, value) in SOME.into_iter().filter(|(_, name, _)| *name != CONTENT_TYPE) {
        let _ =
            writeln!(text, "  <Files \"{file}\">\n    Header set {name} \"{value}\"\n  </Files>");
    }
    text.push_str("</IfModule>\n");
    for (file, _, value) in SOME.into_iter().filter(|(_, name, _)| *name == CONTENT_TYPE) {
        let _ = writeln!(text, "<Files \"{file}\">\n  ForceType \"{value}\"\n</Files>");
    }
    text
}

/// A `location` that adds a header inherits none, so that each says all of them.
fn nginx() -> String {
    let all = |indent: &str| -> String {
        let line = |(name, value)| format!("{indent}add_header {name} \"{value}\" always;\n");
        everywhere().into_iter().map(line).collect()
    };
    let mut text = all("");
    for (file, name, value) in SOME {
        let pattern = file.replace('.', "\\.");
        let own = match name {
            CONTENT_TYPE => format!("types {{ }}\n  default_type \"{value}\";"),
            _ => format!("add_header {name} \"{value}\" always;"),
        };
        let _ = writeln!(text, "location ~ /{pattern}$ {{\n{}  {own}\n}}", all("  "));
    }
    text
}

fn vercel() -> String {
    let one = |(name, value): (&str, String)| json!({ "key": name, "value": value });
    let all: Vec<Value> = everywhere().into_iter().map(one).collect();
    let mut rules = vec![json!({ "source": "/(.*)", "headers": all })];
    rules.extend(SOME.map(|(file, name, value)| {
        json!({ "source": format!("/:path*/{file}"), "headers": [one((name, value.to_owned()))] })
    }));
    pretty(&json!({ "headers": rules }))
}

/// Its patterns cannot name a file in any folder, so that each one is named.
fn azure(paths: &[&str]) -> String {
    let all: serde_json::Map<String, Value> =
        everywhere().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let routes = paths.iter().filter_map(|path| {
        let file = path.rsplit('/').next()?;
        let (_, name, value) = SOME.into_iter().find(|(one, ..)| *one == file)?;
        let headers = serde_json::Map::from_iter([(name.to_owned(), value.into())]);
        Some(json!({ "route": format!("/{path}"), "headers": headers }))
    });
    let routes: Vec<Value> = routes.collect();
    pretty(&json!({ "globalHeaders": all, "routes": routes }))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::render::site::tests::rendered;

    /// What is said of a file by its name, `*` for every file: the names of headers with their values.
    type Said = BTreeMap<String, BTreeMap<String, String>>;

    fn say(said: &mut Said, file: &str, name: &str, value: &str) {
        let file = file.rsplit('/').next().unwrap().to_owned();
        said.entry(file).or_default().insert(name.to_owned(), value.trim_matches('"').to_owned());
    }

    fn wanted() -> Said {
        let mut said = Said::new();
        say(
            &mut said,
            "*",
            "Content-Security-Policy",
            &format!("{POLICY}; frame-ancestors 'none'"),
        );
        for (name, value) in EVERYWHERE {
            say(&mut said, "*", name, value);
        }
        for (file, name, value) in SOME {
            say(&mut said, file, name, value);
        }
        said
    }

    fn read_underscore_headers(text: &str) -> Said {
        let (mut said, mut file) = (Said::new(), "");
        for line in text.lines() {
            match line.strip_prefix("  ") {
                Some(header) => {
                    let (name, value) = header.split_once(": ").unwrap();
                    say(&mut said, file, name, value);
                }
                None => file = line,
            }
        }
        said
    }

    fn read_apache(text: &str) -> Said {
        let (mut said, mut file) = (Said::new(), "*");
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("<Files \"") {
                file = name.trim_end_matches("\">");
            } else if line == "</Files>" {
                file = "*";
            } else if let Some(value) = line.strip_prefix("ForceType ") {
                say(&mut said, file, CONTENT_TYPE, value);
            } else if let Some((_, header)) = line.split_once("set ") {
                let (name, value) = header.split_once(' ').unwrap();
                say(&mut said, file, name, value);
            }
        }
        said
    }

    /// Each `location` must say what holds everywhere, and its own.
    fn read_nginx(text: &str) -> Said {
        let (mut said, mut file) = (Said::new(), "*".to_owned());
        for line in text.lines().map(str::trim) {
            if let Some(pattern) = line.strip_prefix("location ~ /") {
                file = pattern.trim_end_matches("$ {").replace('\\', "");
            } else if line == "}" {
                file = "*".into();
            } else if let Some(value) = line.strip_prefix("default_type ") {
                say(&mut said, &file, CONTENT_TYPE, value.trim_end_matches(';'));
            } else if let Some(header) = line.strip_prefix("add_header ") {
                let (name, value) = header.trim_end_matches(" always;").split_once(' ').unwrap();
                say(&mut said, &file, name, value);
            }
        }
        let everywhere = said["*"].clone();
        for (_, of_file) in said.iter_mut().filter(|(file, _)| *file != "*") {
            for (name, value) in &everywhere {
                assert_eq!(of_file.remove(name).as_ref(), Some(value));
            }
        }
        said
    }

    fn read_vercel(text: &str) -> Said {
        let mut said = Said::new();
        let read: Value = serde_json::from_str(text).unwrap();
        for rule in read["headers"].as_array().unwrap() {
            let source = rule["source"].as_str().unwrap().replace("(.*)", "*");
            for header in rule["headers"].as_array().unwrap() {
                let text = |key: &str| header[key].as_str().unwrap();
                say(&mut said, &source, text("key"), text("value"));
            }
        }
        said
    }

    fn read_azure(text: &str) -> Said {
        let mut said = Said::new();
        let read: Value = serde_json::from_str(text).unwrap();
        let mut add = |file: &str, headers: &Value| {
            for (name, value) in headers.as_object().unwrap() {
                say(&mut said, file, name, value.as_str().unwrap());
            }
        };
        add("*", &read["globalHeaders"]);
        for route in read["routes"].as_array().unwrap() {
            add(route["route"].as_str().unwrap(), &route["headers"]);
        }
        said
    }

    #[test]
    fn every_host_is_told_the_same() {
        let readers: [fn(&str) -> Said; HOSTS.len()] =
            [read_underscore_headers, read_apache, read_nginx, read_azure, read_vercel];
        let paths = SOME.map(|(file, ..)| format!("de/{file}"));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        for ((name, file), read) in HOSTS.iter().zip(readers) {
            assert_eq!(read(&file(&paths)), wanted(), "{name}");
        }
    }

    #[test]
    fn the_site_has_a_file_for_every_host_and_its_rules_name_files_that_are_there() {
        let files = rendered();
        for (name, _) in HOSTS {
            assert!(files.contains_key(name), "{name}");
        }
        let azure: Value = serde_json::from_str(&files["staticwebapp.config.json"]).unwrap();
        for route in azure["routes"].as_array().unwrap() {
            let path = route["route"].as_str().unwrap().trim_start_matches('/');
            assert!(files.contains_key(path), "{path}");
        }
    }

    #[test]
    fn nothing_inline_and_nothing_from_elsewhere_is_allowed() {
        for never in ["unsafe", "*", "http", "data:", "nonce"] {
            assert!(!POLICY.contains(never), "{never}");
        }
        for (path, html) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
            let meta = format!("http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"");
            assert!(html.replace("&#39;", "'").contains(&meta), "{path}");
            for inline in [" style=", " onclick=", "<style", "javascript:"] {
                assert!(!html.contains(inline), "{path}: {inline}");
            }
        }
    }
}
