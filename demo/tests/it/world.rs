//! The hosts around the add-on, and images that are stored on one of them.

use crate::client::{As, Bench};

async fn upload(bench: &Bench) -> String {
    let form = "--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
        content-type: image/png\r\n\r\nthe image\r\n--line--\r\n";
    let request = bench.request("POST", "/images", As::Tenant("acme"));
    let request = request.header("content-type", "multipart/form-data; boundary=line");
    let answer = request.body(form).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    body["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_image_is_stored_on_the_media_host() {
    let bench = Bench::sound();
    let url = upload(&bench).await;
    assert!(url.starts_with("https://media.demo.test/file/"), "{url}");
    assert_eq!(bench.visit(&url).await.text(), "the image");
}

#[tokio::test]
async fn local_images_stay_on_the_add_ons_host() {
    let bench = Bench::flawed("local-images");
    let url = upload(&bench).await;
    assert!(url.starts_with("https://addon.demo.test/file/"), "{url}");
    assert_eq!(bench.visit(&url).await.text(), "the image");
}

const PAGES: &[(&str, &str, &str)] = &[
    ("https://platform.demo.test/policy/security", "Heroku Security", "dead-platform-link"),
    ("https://vendor.demo.test/privacy-policy", "Privacy Policy", "dead-privacy-link"),
    ("https://support.demo.test/", "Support", ""),
];

#[tokio::test]
async fn the_pages_that_the_statement_links_to_exist() {
    let bench = Bench::sound();
    for (url, title, _) in PAGES {
        let answer = bench.visit(url).await;
        assert_eq!(answer.status, 200, "{url}");
        assert!(answer.text().contains(&format!("<title>{title}</title>")));
    }
}

#[tokio::test]
async fn a_dead_link_does_not_affect_other_pages() {
    for flaw in ["dead-platform-link", "dead-privacy-link"] {
        let bench = Bench::flawed(flaw);
        for (url, _, breaks) in PAGES {
            let due = if *breaks == flaw { 404 } else { 200 };
            assert_eq!(bench.visit(url).await.status.as_u16(), due, "{url}");
        }
    }
}
