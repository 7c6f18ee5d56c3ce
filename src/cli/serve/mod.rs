//! `avouch serve`: a preview of the site in a browser, for people who write policies.

mod changes;
mod checks;
mod evidence_file;
mod http;
pub(crate) mod note;
mod notes;
pub(crate) mod options;
mod pages;
mod plain;
mod readiness;
pub(crate) mod shown;
mod standings;
mod state;
pub(crate) mod watch;
mod workspace;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use avouch::model::published::Published;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::codes::Code;
use avouch::probe;
use avouch::probe::job::Interrupt;
use avouch::probe::program;
use avouch::render::Past;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;

use crate::exit::Exit;
use crate::operator;
use crate::previous;
use crate::serve::changes::Previous;
use crate::serve::checks::Runner;
use crate::serve::http::AppState;
use crate::serve::options::Serve;
use crate::serve::state::SharedState;
use crate::serve::watch::Watch;
use crate::serve::workspace::Workspace;
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use avouch::workflow::sources::Checked;

/// How many further ports are tried if the requested one is in use.
const PORTS_MAX: u16 = 100;

/// The number of threads that answer browsers.
const WORKERS: usize = 2;

/// Runs the verb until it is interrupted.
pub(crate) fn run(root: &Path, args: &Serve, console: Console) -> Result<Exit, Exit> {
    if !root.is_dir() {
        console.error(format!("there is no folder `{}`", root.display()), "name it with `--root`");
        return Err(Exit::Unusable);
    }
    let checked = in_a_project(root, args, console)?;
    let published = published(root, args, checked, console)?;
    let listener = listen(args.port, console)?;
    let address = listener.local_addr().map_err(|error| cannot_listen(&error, console))?;
    let interrupt = probe::signals::interrupt();
    // The watch starts before the first look, so that no change is missed between the two.
    let watch = Watch::new(root);
    let mut workspace =
        Workspace::new(root, args, Past { previous: published.clone(), ..Past::default() });
    let begun = Instant::now();
    let state = state::new(workspace.snapshot(), begun.elapsed());
    let previous = Arc::new(Previous::new(root, published));
    let runner = runner(root, args, &state, &interrupt, console);
    let app = AppState { state: state.clone(), runner, run: Arc::default(), previous };
    let run = app.run.clone();
    keep_looking(workspace, watch, state);
    let shown = Text::<Terminal>::from(format!("http://{address}/"));
    console.conclude(shown.own("\n").finish())?;
    console.message("open this address in a browser; press Ctrl-C to stop");
    if args.open {
        open(&format!("http://{address}/"), root, console);
    }
    answer(listener, app, address, &interrupt).map_err(|error| cannot_listen(&error, console))?;
    // A run deletes the objects that it made on the target before this process ends.
    let last = run.lock().unwrap_or_else(PoisonError::into_inner).take();
    last.map(std::thread::JoinHandle::join);
    Ok(Exit::Interrupted)
}

/// The sources at the start. A project with mistakes can be corrected during the preview; a folder without
/// a project is the wrong folder.
fn in_a_project(root: &Path, args: &Serve, console: Console) -> Result<Checked, Exit> {
    let policy = Some(&args.target.policy);
    let open = Open { policy, ..Open::to_read(root, args.target.target.as_deref()) };
    let checked = check_sources(&open, None, clock(None));
    if checked.diagnostics.iter().any(|one| one.code == Code::NoProject) {
        console.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    }
    Ok(checked)
}

/// The published page, if `--previous` names it.
fn published(
    root: &Path,
    args: &Serve,
    checked: Checked,
    console: Console,
) -> Result<Option<Published>, Exit> {
    let Some(from) = &args.previous else { return Ok(None) };
    let is_refused = |one: &Diagnostic| matches!(one.code, Code::NotPermitted | Code::BadPolicy);
    let may_connect = !checked.diagnostics.iter().any(is_refused);
    let connects = previous::is_address(from);
    let Some(project) = checked.project.filter(|_| may_connect || !connects) else {
        console.diagnostics(&checked.diagnostics, &checked.sources);
        return Err(Exit::Unusable);
    };
    if connects {
        operator::demand(&args.target.policy, root, (&project, &checked.plans), console)?;
    }
    previous::read(from, root, &project.world, console).map(Some)
}

fn runner(
    root: &Path,
    args: &Serve,
    state: &SharedState,
    interrupt: &Arc<Interrupt>,
    console: Console,
) -> Runner {
    Runner {
        root: root.to_owned(),
        target: Arc::new(args.target.clone()),
        state: state.clone(),
        interrupt: interrupt.clone(),
        console,
    }
}

/// Renders the site at every change, until the process ends.
fn keep_looking(mut workspace: Workspace, mut watch: Watch, state: SharedState) {
    std::thread::spawn(move || {
        loop {
            watch.wait();
            let begun = Instant::now();
            let snapshot = workspace.snapshot();
            state::put(&state, snapshot, begun.elapsed());
        }
    });
}

fn answer(
    listener: TcpListener,
    app: AppState,
    address: SocketAddr,
    interrupt: &Interrupt,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let router = http::router(app, address);
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        http::serve(listener, router, interrupt.wait()).await;
        Ok::<(), io::Error>(())
    })?;
    // Browsers that wait for events would block it for ever.
    runtime.shutdown_background();
    Ok(())
}

/// Listens on loopback, at the requested port or the next free one.
fn listen(port: u16, console: Console) -> Result<TcpListener, Exit> {
    let ports = port..=port.saturating_add(PORTS_MAX);
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for one in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, one)) {
            Ok(listener) => {
                if one != port {
                    console.message(format!("port {port} is taken; this is port {one}"));
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(cannot_listen(&error, console)),
        }
    }
    Err(cannot_listen(&last, console))
}

fn cannot_listen(error: &io::Error, console: Console) -> Exit {
    console
        .error(format!("the preview could not listen on a port: {error}"), "try another `--port`");
    Exit::Unusable
}

/// Opens an address in the user's browser, with a program that the project does not contain.
fn open(address: &str, root: &Path, console: Console) {
    let name = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let path = std::env::var("PATH").ok();
    let begun = program::find(name, path.as_deref(), root).map(|program| {
        let mut command = Command::new(program);
        command
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    });
    if !matches!(begun, Some(Ok(_))) {
        console.message("no browser could be opened; open the address yourself");
    }
}
