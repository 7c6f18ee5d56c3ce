//! What the documentation tells people to type is typed here, in its order, and ends as it says.
//!
//! A block of `sh` is run in the folder that its page is about. `sh exit-1` must end with that exit
//! code; `sh install` is what the tests have done already.

use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::harness::Project;
use crate::surroundings::program;
use crate::tools;

/// A block of commands.
struct Block {
    script: String,
    code: i32,
}

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Every block of `sh` on a page that is to be run.
fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = match info.split_once(' ').unwrap_or((&info, "exit-0")) {
                    ("sh", "install") => None,
                    ("sh", exit) => {
                        let code = exit.strip_prefix("exit-").and_then(|code| code.parse().ok());
                        let code = code.unwrap_or_else(|| panic!("`{info}` says no exit code"));
                        Some(Block { script: String::new(), code })
                    }
                    _ => None,
                };
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.script.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// Runs every block of a page in a project, one after the other.
fn follow(name: &str, project: &Project) {
    let blocks = blocks(&page(name));
    assert!(!blocks.is_empty(), "{name} has nothing to run");
    let own = Path::new(env!("CARGO_BIN_EXE_avouch")).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    for block in blocks {
        let output = program("sh")
            .args(["-eu", "-c", &block.script])
            .current_dir(project.root())
            .env("PATH", &path)
            .output()
            .unwrap();
        let run = project.finish(&output);
        assert_eq!(run.code, Some(block.code), "{name}:\n{}\n{run}", block.script);
    }
}

#[test]
fn the_tutorial_leads_from_an_empty_folder_to_a_published_page() {
    let project = Project::empty();
    follow("docs/tutorial.md", &project);
    assert!(project.read("public/security/index.html").contains("config-cache"));
}

#[test]
fn the_how_to_for_publishers_can_be_followed() {
    follow("docs/how-to-publish.md", &Project::built());
}

#[test]
fn the_how_to_for_ci_can_be_followed() {
    follow("docs/how-to-ci.md", &Project::built());
}

#[test]
fn the_how_to_for_security_engineers_can_be_followed() {
    follow("docs/how-to-checks.md", &Project::built());
}

#[test]
fn the_how_to_for_forge_apps_can_be_followed() {
    follow("docs/how-to-forge.md", &Project::example("forge"));
}

/// Every link from one page of the documentation to another file of the repository leads somewhere.
#[test]
fn no_link_in_the_documentation_is_dead() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|one| one.unwrap().path());
    let pages = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let tops = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| root.join(name));
    for path in pages.chain(tops) {
        let text = std::fs::read_to_string(&path).unwrap();
        for event in Parser::new(&text) {
            let (Event::Start(Tag::Link { dest_url, .. })
            | Event::Start(Tag::Image { dest_url, .. })) = event
            else {
                continue;
            };
            let file = dest_url.split('#').next().unwrap();
            if !file.is_empty() && !file.contains(':') {
                let to = path.parent().unwrap().join(file);
                assert!(to.exists(), "{}: {dest_url}", path.display());
            }
        }
    }
}

/// Whatever stands in `docs/` is a page of the book, and mdBook has nothing to say against it.
#[test]
fn the_documentation_is_a_book_with_every_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let book = Project::empty();
    assert_eq!(tools::mdbook(root, book.root()), Vec::<String>::new());
    for entry in std::fs::read_dir(root.join("docs")).unwrap() {
        let name = PathBuf::from(entry.unwrap().file_name());
        if name.extension().is_some_and(|end| end == "md") && name != Path::new("SUMMARY.md") {
            assert!(book.path(name.with_extension("html").to_str().unwrap()).exists(), "{name:?}");
        }
    }
}

#[test]
fn a_page_that_mdbook_finds_fault_with_is_noticed() {
    let book = Project::empty();
    book.write("book.toml", "[book]\nsrc = \"docs\"\n");
    book.write("docs/SUMMARY.md", "[One](one.md)\n");
    book.write("docs/one.md", "A <time> without an end.\n\nMore.\n");
    assert_ne!(tools::mdbook(book.root(), &book.path("out")), Vec::<String>::new());
}
