//! Indexes of the site for programs: `sitemap.xml`, `robots.txt` and `llms.txt`.

use crate::model::project::i18n::Words;
use crate::model::time::day_of;
use crate::render::Input;
use crate::render::outlet::html::escaped;
use crate::render::site::edition::Edition;
use crate::render::site::link::plain;
use crate::render::site::{absolute, evidence, markdown, view};
use std::fmt::Write;

/// The file name of the overview.
pub(crate) const OVERVIEW: &str = "llms.txt";

/// The two files that all languages share. `pages` are the paths of all pages.
pub(crate) fn files(input: &Input<'_>, pages: &[&str]) -> Vec<(String, Vec<u8>)> {
    vec![
        ("sitemap.xml".to_owned(), sitemap(input, pages).into_bytes()),
        ("robots.txt".to_owned(), robots(input).into_bytes()),
    ]
}

/// The list of all pages (<https://www.sitemaps.org/protocol.html>).
fn sitemap(input: &Input<'_>, pages: &[&str]) -> String {
    let checked = day_of(input.checked());
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                    <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for page in pages {
        let address = escaped(&absolute(&input.project.site.url, page));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "<url><loc>{address}</loc><lastmod>{checked}</lastmod></url>");
    }
    text + "</urlset>\n"
}

fn robots(input: &Input<'_>) -> String {
    let sitemap = absolute(&input.project.site.url, "sitemap.xml");
    format!("User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n")
}

/// The overview of the site in Markdown (<https://llmstxt.org/>).
pub(crate) fn overview(edition: &Edition<'_>, site: &view::SiteView) -> String {
    let words = edition.words();
    let address = |path: &str| absolute(&edition.project.site.url, path);
    let mut text = format!("# {}\n\n> {}\n", plain(&site.title), plain(&scope(site, words)));
    let (dates, policies) = (markdown::dates(site, words), words.say("policies"));
    let _ = write!(text, "\n{dates}\n\n## {policies}\n\n");
    for policy in edition.policies() {
        let front = &policy.front;
        let (title, summary) = (plain(&front.title.value), plain(&front.summary.value));
        let to = address(&markdown::path(policy));
        let _ = writeln!(text, "- [{title}]({to}): {summary}");
    }
    let _ = write!(text, "\n## {}\n\n", words.say("claims-and-evidence"));
    for claim in &edition.project.claims {
        let mark = evidence::claim_link(claim, edition).mark.word;
        let (claimed, to) =
            (plain(&edition.words_of(claim)), address(&edition.evidence_of(&claim.id)));
        let _ = writeln!(text, "- [{claimed}]({to}): {mark}");
    }
    let _ = write!(
        text,
        "\n## {}\n\n- [{}]({}): {}\n",
        words.say("data"),
        words.say("file-claims"),
        address("claims.json"),
        words.say("with-schema"),
    );
    text
}

fn scope(site: &view::SiteView, words: &Words) -> String {
    let warnings: String = site.warnings.iter().map(|one| format!(" {one}")).collect();
    let about = words.fill("site-is-about", &[("organisation", &site.organisation)]);
    format!("{about}.{warnings}")
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn the_sitemap_lists_every_page() {
        let files = rendered();
        let pages = files.keys().filter(|path| path.ends_with(".html"));
        for page in pages {
            let path = page.strip_suffix("index.html").unwrap();
            let location = format!("<loc>https://security.example.com/{path}</loc>");
            assert!(files["sitemap.xml"].contains(&location), "{page}");
        }
    }

    #[test]
    fn the_overview_links_to_policies_and_evidence() {
        insta::assert_snapshot!(rendered()["llms.txt"], @r"
        # Example security

        > The security claims of Example, and the evidence for them. Verified against the embedded demo add-on, not a live service.

        Checked 22 Nov 2026, 10:00 UTC against the embedded demo add-on. Treat this page as unverified after 23 Nov 2026, 10:00 UTC. Verified against the embedded demo add-on, not a live service.

        ## Policies

        - [Security](https://security.example.com/security/index.md): What we promise about security.
        - [Privacy](https://security.example.com/privacy/index.md): What we promise about privacy.

        ## Claims and their evidence

        - [Browsers are required to use HTTPS for a year.](https://security.example.com/evidence/encrypted-transport/): Verified
        - [One customer can never reach another customer's \<data\>.](https://security.example.com/evidence/tenant-isolation/): Failed
        - [Customer data is backed up every day.](https://security.example.com/evidence/backup-daily/): Could not verify
        - [There is a privacy policy.](https://security.example.com/evidence/privacy-policy/): Expired
        - [The add-on asks for limited access.](https://security.example.com/evidence/limited-scopes/): Weak check
        - [Content is kept in our cloud storage.](https://security.example.com/evidence/content-storage/): Confirmed by a named role
        - [Images are no longer kept on the old host.](https://security.example.com/evidence/image-storage/): Exception until 30 Nov 2026

        ## Data

        - [All claims as JSON](https://security.example.com/claims.json): described by its schema
        ");
    }
}
