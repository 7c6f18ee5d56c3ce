//! The demo add-on on its own, and how a project can use it as its target.

use std::fmt::Write;
use std::io;
use std::path::Path;

use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch_demo::{FLAWS, Mode, Secrets};

use crate::addon;
use crate::disk::file;
use crate::exit::Exit;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::verb::demo::Demo;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Demo, console: Console) -> Result<Exit, Exit> {
    if args.list {
        console.output(list().finish())?;
        return Ok(Exit::Holds);
    }
    let secrets = Secrets::generate();
    let demo = addon::start(&args.options, contacts(root), &secrets).map_err(|error| {
        error.complain(console);
        Exit::Unusable
    })?;
    write(&root.join(&args.dir), &demo, &secrets).map_err(|error| {
        console.error(format!("`{}` could not be written: {error}", args.dir.display()), "");
        Exit::Unusable
    })?;
    console.output(how_to(&args.dir, &demo).finish())?;
    demo.wait();
    Ok(Exit::Holds)
}

/// The contacts of the project in this folder, if there is one: the demo names them in its `security.txt`.
fn contacts(root: &Path) -> Vec<String> {
    let open = Open::to_read(root, Some("demo"));
    let checked = check_sources(&open, None, clock(None));
    let contacts = checked.project.map(|project| project.contacts).unwrap_or_default();
    contacts.iter().map(ToString::to_string).collect()
}

fn list() -> Text<Terminal> {
    let mut text =
        Text::new().own("Flaws (--flaw NAME), each with the claim that it makes false:\n");
    for flaw in FLAWS {
        let row = format!("  {:22} {:20} {}", flaw.name, flaw.claim, flaw.summary);
        text = text.put(row).own("\n");
    }
    text = text.own("\nModes (--mode NAME), each for every request:\n");
    for mode in Mode::ALL {
        text = text.own("  ").put(mode.to_string()).own("\n");
    }
    text
}

/// Writes the certificate, and the secrets into a file that only its owner can read.
fn write(dir: &Path, demo: &avouch_demo::Demo, secrets: &Secrets) -> io::Result<()> {
    file::replace_text(&dir.join("ca.pem"), file::Mode::Kept, demo.root_pem())?;
    let mut lines = String::new();
    for name in Secrets::VARIABLES {
        let value = secrets.get(name).unwrap_or_default();
        let _ = writeln!(lines, "export {name}='{value}'");
    }
    file::replace_text(&dir.join("secrets.env"), file::Mode::Private, &lines)
}

fn how_to(dir: &Path, demo: &avouch_demo::Demo) -> Text<Terminal> {
    let mut text = Text::new()
        .own("The demo add-on is listening. To use it as the target of a project, write this in ")
        .own("avouch.yaml:\n\ntarget: ")
        .put(demo.target().to_string())
        .own("\nconnect_to:\n");
    for (host, to) in demo.connect_to() {
        let to: Vec<String> = to.iter().map(ToString::to_string).collect();
        let line = format!("  \"{host}\": [\"{}\"]", to.join("\", \""));
        text = text.put(line).own("\n");
    }
    let authority = dir.join("ca.pem").display().to_string();
    text = text.own("roots: [").put(authority).own("]\n");
    if let Some(resolver) = demo.resolver() {
        text = text.own("resolver: ").put(resolver.to_string()).own("\n");
    }
    text.own("\nIts secrets are in a file that only you can read. In the project's shell:\n\n  . ")
        .put(dir.join("secrets.env").display().to_string())
        .own("\n  avouch check\n\nPress Ctrl-C to stop.\n")
}
