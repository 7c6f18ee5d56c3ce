//! The security headers: a policy in every page, and configuration files for common static hosts.
//!
//! [`EVERYWHERE`] and [`SOME`] are the single source; the file of each host has the same content in its own
//! format. GitHub Pages reads no such file: there the policy in each page applies, which cannot contain
//! `frame-ancestors` and the other headers.

use std::fmt::Write;

use serde_json::{Value, json};

/// The Content-Security-Policy: a page may load the site's style sheets, images and script only.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     script-src 'self'; base-uri 'none'; form-action 'none'";

/// The header with the policy, including directives that browsers accept in headers only.
const POLICY_HEADER: (&str, &str) = ("Content-Security-Policy", "frame-ancestors 'none'");

/// The other headers of every file.
const EVERYWHERE: [(&str, &str); 6] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=31536000"),
];

/// Files that other sites may read, or that need their own media type: by name, in any folder.
const SOME: [(&str, &str, &str); 6] = [
    ("badge.json", "Access-Control-Allow-Origin", "*"),
    ("claims.json", "Access-Control-Allow-Origin", "*"),
    ("claims.schema.json", "Access-Control-Allow-Origin", "*"),
    ("feed.xml", CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
    ("index.md", CONTENT_TYPE, "text/markdown; charset=utf-8"),
    ("security.txt", CONTENT_TYPE, "text/plain; charset=utf-8"),
];

const CONTENT_TYPE: &str = "Content-Type";

/// A configuration file, made from the paths of the site's other files.
type HostFile = (&'static str, fn(&[&str]) -> String);

/// The configuration files, each with the hosts that read it. They do not interfere with each other.
const HOSTS: [HostFile; 5] = [
    // Netlify, Cloudflare Pages.
    ("_headers", |_| underscore_headers()),
    // Apache 2.4 with `AllowOverride FileInfo`.
    (".htaccess", |_| apache()),
    // nginx, if its configuration includes the file in `server`.
    ("headers.nginx.conf", |_| nginx()),
    // Azure Static Web Apps.
    ("staticwebapp.config.json", azure),
    ("vercel.json", |_| vercel()),
];

/// The configuration files of all hosts, for a site with these paths.
pub(crate) fn files(paths: &[&str]) -> Vec<(String, Vec<u8>)> {
    HOSTS.iter().map(|(name, file)| ((*name).to_owned(), file(paths).into_bytes())).collect()
}

fn everywhere() -> Vec<(&'static str, String)> {
    let (name, more) = POLICY_HEADER;
    let policy = (name, format!("{POLICY}; {more}"));
    let rest = EVERYWHERE.into_iter().map(|(name, value)| (name, value.to_owned()));
    std::iter::once(policy).chain(rest).collect()
}

/// `writeln!` to a string cannot fail, here and in the functions that follow.
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

/// A `location` that adds a header inherits none, so each one lists all headers.
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

/// Patterns cannot match a file name in any folder, so each file is listed.
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

    /// Headers and their values by file name; `*` for every file.
    type HeadersByFile = BTreeMap<String, BTreeMap<String, String>>;

    fn add(headers: &mut HeadersByFile, file: &str, name: &str, value: &str) {
        let file = file.rsplit('/').next().unwrap().to_owned();
        headers
            .entry(file)
            .or_default()
            .insert(name.to_owned(), value.trim_matches('"').to_owned());
    }

    fn wanted() -> HeadersByFile {
        let mut headers = HeadersByFile::new();
        add(
            &mut headers,
            "*",
            "Content-Security-Policy",
            &format!("{POLICY}; frame-ancestors 'none'"),
        );
        for (name, value) in EVERYWHERE {
            add(&mut headers, "*", name, value);
        }
        for (file, name, value) in SOME {
            add(&mut headers, file, name, value);
        }
        headers
    }

    fn read_underscore_headers(text: &str) -> HeadersByFile {
        let (mut headers, mut file) = (HeadersByFile::new(), "");
        for line in text.lines() {
            match line.strip_prefix("  ") {
                Some(header) => {
                    let (name, value) = header.split_once(": ").unwrap();
                    add(&mut headers, file, name, value);
                }
                None => file = line,
            }
        }
        headers
    }

    fn read_apache(text: &str) -> HeadersByFile {
        let (mut headers, mut file) = (HeadersByFile::new(), "*");
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("<Files \"") {
                file = name.trim_end_matches("\">");
            } else if line == "</Files>" {
                file = "*";
            } else if let Some(value) = line.strip_prefix("ForceType ") {
                add(&mut headers, file, CONTENT_TYPE, value);
            } else if let Some((_, header)) = line.split_once("set ") {
                let (name, value) = header.split_once(' ').unwrap();
                add(&mut headers, file, name, value);
            }
        }
        headers
    }

    /// Each `location` must contain the headers of every file, and its own.
    fn read_nginx(text: &str) -> HeadersByFile {
        let (mut headers, mut file) = (HeadersByFile::new(), "*".to_owned());
        for line in text.lines().map(str::trim) {
            if let Some(pattern) = line.strip_prefix("location ~ /") {
                file = pattern.trim_end_matches("$ {").replace('\\', "");
            } else if line == "}" {
                file = "*".into();
            } else if let Some(value) = line.strip_prefix("default_type ") {
                add(&mut headers, &file, CONTENT_TYPE, value.trim_end_matches(';'));
            } else if let Some(header) = line.strip_prefix("add_header ") {
                let (name, value) = header.trim_end_matches(" always;").split_once(' ').unwrap();
                add(&mut headers, &file, name, value);
            }
        }
        let everywhere = headers["*"].clone();
        for (_, of_file) in headers.iter_mut().filter(|(file, _)| *file != "*") {
            for (name, value) in &everywhere {
                assert_eq!(of_file.remove(name).as_ref(), Some(value));
            }
        }
        headers
    }

    fn read_vercel(text: &str) -> HeadersByFile {
        let mut headers = HeadersByFile::new();
        let read: Value = serde_json::from_str(text).unwrap();
        for rule in read["headers"].as_array().unwrap() {
            let source = rule["source"].as_str().unwrap().replace("(.*)", "*");
            for header in rule["headers"].as_array().unwrap() {
                let text = |key: &str| header[key].as_str().unwrap();
                add(&mut headers, &source, text("key"), text("value"));
            }
        }
        headers
    }

    fn read_azure(text: &str) -> HeadersByFile {
        let mut found = HeadersByFile::new();
        let read: Value = serde_json::from_str(text).unwrap();
        let mut add_all = |file: &str, headers: &Value| {
            for (name, value) in headers.as_object().unwrap() {
                add(&mut found, file, name, value.as_str().unwrap());
            }
        };
        add_all("*", &read["globalHeaders"]);
        for route in read["routes"].as_array().unwrap() {
            add_all(route["route"].as_str().unwrap(), &route["headers"]);
        }
        found
    }

    #[test]
    fn all_hosts_get_the_same_headers() {
        let readers: [fn(&str) -> HeadersByFile; HOSTS.len()] =
            [read_underscore_headers, read_apache, read_nginx, read_azure, read_vercel];
        let paths = SOME.map(|(file, ..)| format!("de/{file}"));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        for ((name, file), read) in HOSTS.iter().zip(readers) {
            assert_eq!(read(&file(&paths)), wanted(), "{name}");
        }
    }

    #[test]
    fn the_rules_of_every_host_refer_to_existing_files() {
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
    fn inline_content_and_other_origins_are_forbidden() {
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
