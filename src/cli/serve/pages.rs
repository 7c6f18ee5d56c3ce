//! The pages of the preview: those of the site with the preview's script added, and a page in place of
//! each policy that cannot be shown yet.

use avouch::render::Files;
use avouch::workflow::sources::Checked;

use crate::serve::shown::{Shown, page_of};

/// The elements that the preview adds to the head of each page.
const HEAD: &str = "<link rel=\"stylesheet\" href=\"/_avouch/serve.css\">\n\
     <script src=\"/_avouch/serve.js\" defer></script>\n";

/// The security policy of a published page. The preview sends one in a header, which also allows its own
/// script to fetch changes.
const PUBLISHED: &str = "http-equiv=\"Content-Security-Policy\"";

/// Its replacement in the preview.
const IN_PREVIEW: &str = "name=\"published-security-policy\"";

/// The files of the site with the preview's script in the pages, and a page for each policy that could
/// never be read.
pub(crate) fn finished(files: Files, written: &Checked, shown: &Shown<'_>) -> Files {
    let mut files = files;
    for (path, bytes) in &mut files {
        if path.ends_with(".html") {
            *bytes = with_head(&String::from_utf8_lossy(bytes)).into_bytes();
        }
    }
    let policies = written.unread.iter().filter(|file| file.starts_with("content/"));
    for file in policies {
        let text = "This page cannot be shown yet: see the note.";
        files
            .entry(page_of(file))
            .or_insert_with(|| stub("This file cannot be read yet", text).into_bytes());
    }
    if shown.checked.project.is_none() {
        let text = "The preview starts when the project's settings can be read: see the note.";
        files.insert("index.html".into(), stub("This file cannot be read yet", text).into_bytes());
    }
    files
}

fn with_head(html: &str) -> String {
    let html = html.replacen(PUBLISHED, IN_PREVIEW, 1);
    match html.find("</head>") {
        Some(at) => format!("{}{HEAD}{}", &html[..at], &html[at..]),
        None => format!("{HEAD}{html}"),
    }
}

/// A page that is not part of the site.
pub(crate) fn stub(title: &str, text: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\" data-avouch-stub>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n{HEAD}</head>\n<body>\n\
         <main id=\"page-content\">\n<h1>{title}</h1>\n<p>{text}</p>\n\
         <p><a href=\"/\">Go to the first page</a></p>\n</main>\n</body>\n</html>\n"
    )
}
