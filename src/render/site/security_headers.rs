//! What browsers are told to forbid: in every page, and in a file for hosts that read `_headers`.

use std::fmt::Write;

/// What a page may load: its own style sheets, images and script, and nothing else from anywhere.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     script-src 'self'; base-uri 'none'; form-action 'none'";

/// What holds for every file beside the policy; browsers heed `frame-ancestors` in a header alone.
const EVERYWHERE: [(&str, &str); 6] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=31536000"),
];

/// Files that others may read from their own pages, or that need a type of their own.
const SOME: [(&str, &str, &str); 6] = [
    ("/badge.json", "Access-Control-Allow-Origin", "*"),
    ("/claims.json", "Access-Control-Allow-Origin", "*"),
    ("/claims.schema.json", "Access-Control-Allow-Origin", "*"),
    ("/feed.xml", "Content-Type", "application/atom+xml; charset=utf-8"),
    ("/*/index.md", "Content-Type", "text/markdown; charset=utf-8"),
    ("/.well-known/security.txt", "Content-Type", "text/plain; charset=utf-8"),
];

/// The file `_headers`, as Netlify and Cloudflare Pages read it.
pub(crate) fn file() -> String {
    let mut text = format!("/*\n  Content-Security-Policy: {POLICY}; frame-ancestors 'none'\n");
    // Writing into a string cannot fail.
    for (name, value) in EVERYWHERE {
        let _ = writeln!(text, "  {name}: {value}");
    }
    for (path, name, value) in SOME {
        let _ = writeln!(text, "{path}\n  {name}: {value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::site::tests::rendered;

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

    #[test]
    fn the_headers_say_what_a_page_cannot_say_of_itself() {
        let text = file();
        assert!(text.starts_with("/*\n  Content-Security-Policy: default-src 'none';"));
        assert!(text.contains("; frame-ancestors 'none'\n"));
    }
}
