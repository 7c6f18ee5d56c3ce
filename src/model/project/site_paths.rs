//! The paths in a site that are the same whatever its policies are.

use std::path::Path;

/// Files that a site has, or can have, in its root and in the folder of each language.
pub const FILES: [&str; 23] = [
    ".avouch",
    ".htaccess",
    ".well-known/security.txt",
    "_headers",
    "avouch.js",
    "badge.json",
    "badge.svg",
    "claims.json",
    "claims.schema.json",
    "feed.xml",
    "headers.nginx.conf",
    "icon-unverified.svg",
    "icon.svg",
    "index.html",
    "llms.txt",
    "marks.css",
    "print.css",
    "robots.txt",
    "sitemap.xml",
    "staticwebapp.config.json",
    "style.css",
    "theme.css",
    "vercel.json",
];

/// Folders in which a site has pages of its own.
pub const FOLDERS: [&str; 2] = ["evidence", "versions"];

/// Whether a file or folder at `path` would take the place of one of these, or contain it.
pub fn are_at(path: &str) -> bool {
    let in_folder = FOLDERS.iter().any(|folder| Path::new(path).starts_with(folder));
    in_folder || FILES.iter().any(|file| overlap(path, file))
}

/// Whether one of two paths is the other, or is in the other.
pub fn overlap(one: &str, other: &str) -> bool {
    Path::new(one).starts_with(other) || Path::new(other).starts_with(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_a_site_does_not_use_are_free() {
        for taken in [".well-known", "index.html", "claims.json/x", "evidence", "versions/a"] {
            assert!(are_at(taken), "{taken}");
        }
        for free in ["CNAME", ".well-known/acme-challenge", ".git", "index.htm", "evidence2"] {
            assert!(!are_at(free), "{free}");
        }
    }
}
