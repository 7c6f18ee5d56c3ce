//! What is shown is what is there: pages gone, renamed, broken and mended, without a new start.

use std::fs;

use crate::serve::Preview;

#[test]
fn a_deleted_page_is_gone_from_lists_and_links_at_once_and_back_with_its_file() {
    let preview = Preview::own();
    let text = preview.project.read("content/disclosure.md");
    preview.project.edit(
        "content/privacy.md",
        "---\n\n",
        "---\n\nSee [how to report](disclosure.md).\n\n",
    );
    preview.wait_until("the link is there", |preview| {
        preview.page("/privacy/").contains("../disclosure/index.html\">how to report")
    });
    fs::remove_file(preview.project.path("content/disclosure.md")).unwrap();
    preview.wait_until("the page is gone", |preview| preview.get("/disclosure/").status == 404);
    for path in ["/", "/security/", "/sitemap.xml", "/llms.txt"] {
        assert!(!preview.page(path).contains("/disclosure/index"), "{path}");
    }
    assert!(preview.has_note("privacy/index.html", "link is broken"), "{:?}", preview.notes());
    preview.project.write("content/disclosure.md", &text);
    preview.wait_until("it is back", |preview| preview.get("/disclosure/").status == 200);
    assert!(preview.page("/").contains("disclosure/index.html"));
    assert!(!preview.has_note("privacy/index.html", "link is broken"));
}

#[test]
fn one_page_with_a_broken_top_takes_no_other_with_it() {
    let preview = Preview::own();
    preview.project.edit("content/disclosure.md", "title: ", "title: [");
    preview.wait_until("it is told", |preview| {
        preview.has_note("disclosure/index.html", "cannot be read")
    });
    assert!(preview.page("/").contains("disclosure/index.html"), "it stays in the lists");
    assert!(preview.page("/disclosure/").contains("<h1>"));
    preview.project.edit("content/security.md", "two sorts of add-ons", "two sorts of apps");
    preview.wait_until("another page goes on", |preview| {
        preview.page("/security/").contains("two sorts of apps")
    });
    preview.project.edit("content/disclosure.md", "title: [", "title: ");
    preview.wait_until("it is mended", |preview| {
        !preview.has_note("disclosure/index.html", "cannot be read")
    });
}

#[test]
fn a_page_that_was_broken_from_the_start_is_told_and_comes_when_it_is_mended() {
    let project = crate::harness::Project::own();
    project.edit("content/privacy.md", "title: ", "title: [");
    let preview = Preview::of(project);
    assert!(preview.page("/privacy/").contains("cannot be shown yet"));
    assert!(preview.page("/security/").contains("<h1>"));
    preview.project.edit("content/privacy.md", "title: [", "title: ");
    preview.wait_until("it is shown", |preview| {
        !preview.page("/privacy/").contains("cannot be shown yet")
    });
}

#[test]
fn a_policy_is_renamed() {
    let preview = Preview::own();
    let path = |name: &str| preview.project.path(name);
    fs::rename(path("content/privacy.md"), path("content/personal-data.md")).unwrap();
    preview.wait_until("the new page is there", |preview| {
        preview.get("/personal-data/").status == 200
    });
    assert_eq!(preview.get("/privacy/").status, 404);
    assert!(!preview.page("/").contains("\"privacy/index.html\""));
}

#[test]
fn a_check_is_added_broken_and_mended() {
    let preview = Preview::own();
    let check = preview.project.read("checks/privacy-policy.yaml");
    fs::remove_file(preview.project.path("checks/privacy-policy.yaml")).unwrap();
    let page = "privacy/index.html";
    preview.wait_until("it is missed", |preview| preview.has_note(page, "Nothing checks"));
    preview.project.write("checks/privacy-policy.yaml", "proves: [\n");
    preview.wait_until("a new one is broken", |preview| preview.has_note(page, "needs correcting"));
    preview.project.write("checks/privacy-policy.yaml", &check);
    preview.wait_until("it is there", |preview| !preview.has_note(page, "Nothing checks"));
    preview.project.write("checks/privacy-policy.yaml", "proves: [\n");
    preview.wait_until("it is broken", |preview| preview.has_note(page, "needs correcting"));
    assert!(preview.page("/privacy/").contains("about-privacy-policy"), "the last good one");
    preview.project.write("checks/privacy-policy.yaml", &check);
    preview.wait_until("it is mended", |preview| !preview.has_note(page, "needs correcting"));
}

#[test]
fn a_template_is_added_broken_and_mended() {
    let preview = Preview::own();
    let index = "{% extends \"base.html\" %}{% block main %}<h1>Ours</h1>{% endblock main %}";
    preview.project.write("templates/index.html", index);
    preview.wait_until("it is used", |preview| preview.page("/").contains("<h1>Ours</h1>"));
    for broken in ["{% block main %}{{ site.", "{{ site.nothing.at.all }}"] {
        preview.project.write("templates/index.html", broken);
        preview.wait_until("it is told", |preview| preview.has_note("-", "design of the site"));
        assert!(preview.page("/").contains("<h1>Ours</h1>"), "the last good one is used");
        preview.project.write("templates/index.html", index);
        preview.wait_until("it is mended", |preview| !preview.has_note("-", "design of the site"));
    }
    fs::remove_dir_all(preview.project.path("templates")).unwrap();
    preview.wait_until("it is gone", |preview| !preview.page("/").contains("<h1>Ours</h1>"));
    preview.project.write("templates/index.html", index);
    preview.wait_until("a folder that came back is watched", |preview| {
        preview.page("/").contains("<h1>Ours</h1>")
    });
}

#[test]
fn the_projects_settings_are_broken_and_mended_and_may_be_broken_from_the_start() {
    let preview = Preview::own();
    preview.project.edit("avouch.yaml", "  title: RefinedWiki security", "  titel: [");
    preview.wait_until("it is told", |preview| preview.has_note("-", "settings"));
    assert!(preview.page("/").contains("RefinedWiki security"));
    let broken = crate::harness::Project::empty();
    broken.write("avouch.yaml", "");
    let again = Preview::of(broken);
    assert!(again.page("/").contains("The preview starts when"));
    assert_eq!(again.state()["readiness"]["ready"], false);
    preview.project.edit("avouch.yaml", "  titel: [", "  title: Other title");
    preview.wait_until("it is mended", |preview| preview.page("/").contains("Other title"));
}
