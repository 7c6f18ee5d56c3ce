//! `avouch serve`: the site while it is being written, in a browser, for people who write policies.

mod board;
mod changes;
mod checks;
mod desk;
mod evidence_file;
mod http;
pub(crate) mod note;
mod notes;
mod pages;
mod plain;
mod readiness;
pub(crate) mod shown;
mod standings;
pub(crate) mod watch;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use avouch::model::published::Published;
use avouch::model::source::diagnostic::codes::Code;
use avouch::probe;
use avouch::probe::job::Interrupt;
use avouch::render::Past;

use crate::args::Serve;
use crate::exit::Exit;
use crate::previous;
use crate::serve::board::Writer;
use crate::serve::changes::Previous;
use crate::serve::checks::Runner;
use crate::serve::desk::Desk;
use crate::serve::http::Office;
use crate::serve::watch::Watch;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::talk::Talk;
use avouch::workflow::sources::Checked;

/// How many ports behind the wanted one are tried, should it be taken.
const PORTS_MAX: u16 = 100;

/// Threads that answer browsers.
const WORKERS: usize = 2;

/// Runs the verb, until it is interrupted.
pub(crate) fn run(root: &Path, args: &Serve, talk: Talk) -> Result<Exit, Exit> {
    if !root.is_dir() {
        talk.complain(&format!("there is no folder `{}`", root.display()), "name it with `--root`");
        return Err(Exit::Unusable);
    }
    let checked = in_a_project(root, args, talk)?;
    let published = published(root, args, checked, talk)?;
    let listener = listen(args.port, talk)?;
    let address = listener.local_addr().map_err(|error| unheard(&error, talk))?;
    let interrupt = probe::signals::interrupt();
    // First the watch, then the look: a change between the two is seen by the next look.
    let watch = Watch::new(root);
    let mut desk = Desk::new(root, args, Past { previous: published.clone(), ..Past::default() });
    let begun = Instant::now();
    let board = board::new(desk.look(), begun.elapsed());
    let previous = Arc::new(Previous::new(root, published));
    let runner = runner(root, args, &board, &interrupt, talk);
    let office = Office { board: board.clone(), runner, run: Arc::default(), previous };
    let run = office.run.clone();
    keep_looking(desk, watch, board);
    talk.data(format!("http://{address}/\n").as_bytes());
    talk.say("open this address in a browser; Ctrl-C ends it");
    if args.open {
        open(&format!("http://{address}/"), talk);
    }
    answer(listener, office, address, &interrupt).map_err(|error| unheard(&error, talk))?;
    // What a run has made on the target is taken away before this ends.
    let last = run.lock().unwrap_or_else(PoisonError::into_inner).take();
    last.map(std::thread::JoinHandle::join);
    Ok(Exit::Interrupted)
}

/// What is there at the start. A project that is broken can be mended while this runs; a folder without
/// one is the wrong folder.
fn in_a_project(root: &Path, args: &Serve, talk: Talk) -> Result<Checked, Exit> {
    let open = Open::to_read(root, args.target.target.as_deref());
    let checked = check_sources(&open, None, clock(None));
    if checked.diagnostics.iter().any(|one| one.code == Code::NoProject) {
        talk.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    }
    Ok(checked)
}

/// What is published now, if it was named.
fn published(
    root: &Path,
    args: &Serve,
    checked: Checked,
    talk: Talk,
) -> Result<Option<Published>, Exit> {
    let Some(from) = &args.previous else { return Ok(None) };
    let Some(project) = checked.project else {
        talk.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    previous::read(from, root, &project.world, talk).map(Some)
}

fn runner(
    root: &Path,
    args: &Serve,
    board: &Writer,
    interrupt: &Arc<Interrupt>,
    talk: Talk,
) -> Runner {
    Runner {
        root: root.to_owned(),
        target: Arc::new(args.target.clone()),
        board: board.clone(),
        interrupt: interrupt.clone(),
        talk,
    }
}

/// Looks at the disk again and again, until the process ends.
fn keep_looking(mut desk: Desk, mut watch: Watch, board: Writer) {
    std::thread::spawn(move || {
        loop {
            watch.wait();
            let begun = Instant::now();
            let look = desk.look();
            board::put(&board, look, begun.elapsed());
        }
    });
}

fn answer(
    listener: TcpListener,
    office: Office,
    address: SocketAddr,
    interrupt: &Interrupt,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let router = http::router(office, address);
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        http::serve(listener, router, interrupt.wait()).await;
        Ok::<(), io::Error>(())
    })?;
    // Browsers that listen for news would hold it up for ever.
    runtime.shutdown_background();
    Ok(())
}

/// Listens on loopback: at the wanted port, or the next that is free.
fn listen(port: u16, talk: Talk) -> Result<TcpListener, Exit> {
    let ports = port..=port.saturating_add(PORTS_MAX);
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for one in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, one)) {
            Ok(listener) => {
                if one != port {
                    talk.say(&format!("port {port} is taken; this is port {one}"));
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(unheard(&error, talk)),
        }
    }
    Err(unheard(&last, talk))
}

fn unheard(error: &io::Error, talk: Talk) -> Exit {
    talk.complain(&format!("nobody could be listened to: {error}"), "try another `--port`");
    Exit::Unusable
}

/// Opens an address in the browser of whoever sits here.
fn open(address: &str, talk: Talk) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    let command = command.arg(address).stdin(Stdio::null());
    let begun = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if begun.is_err() {
        talk.say("no browser could be opened; open the address yourself");
    }
}
