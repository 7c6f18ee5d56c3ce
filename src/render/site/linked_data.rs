//! The JSON-LD of a page: its publisher, and when it was checked. It is data, so the
//! Content-Security-Policy against inline scripts does not apply to it.

use serde_json::{Value, json};

use crate::render::outlet;
use crate::render::site::view;

/// The data, escaped so that it cannot end its `script` element.
pub(crate) fn text(page: &view::Page, site: &view::SiteView) -> String {
    let data = outlet::json::line(&data(page, site));
    data.as_str().replace('<', "\\u003c").replace('&', "\\u0026")
}

fn data(page: &view::Page, site: &view::SiteView) -> Value {
    json!({
        "@context": "https://schema.org",
        "@type": "WebPage",
        "name": page.title,
        "description": page.description,
        "url": page.address,
        "inLanguage": site.language,
        "dateModified": site.checked.iso,
        "expires": site.summary.until.as_ref().map(|until| until.iso.get(..10)),
        "publisher": { "@type": "Organization", "name": site.organisation },
        "isPartOf": {
            "@type": "WebSite",
            "name": site.title,
            "url": site.url,
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn every_page_has_valid_data_that_cannot_end_its_element() {
        for (path, html) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
            let (_, rest) = html.split_once("<script type=\"application/ld+json\">").unwrap();
            let (data, _) = rest.split_once("</script>").unwrap();
            assert!(!data.contains('<'), "{path}");
            let data: serde_json::Value = serde_json::from_str(data).unwrap();
            assert_eq!(data["@type"], "WebPage", "{path}");
        }
    }
}
