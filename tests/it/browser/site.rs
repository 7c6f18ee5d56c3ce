//! A built site, served on loopback with the headers that its own `_headers` asks for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::IntoResponse;
use tokio::runtime::Runtime;

use crate::harness::Project;

/// The files of a site: path below its root, and content.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A site that is served until this value is gone.
pub(crate) struct Site {
    files: Arc<Mutex<Files>>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Site {
    /// This repository's own site, built once and served anew.
    pub(crate) fn own() -> Self {
        static BUILT: OnceLock<Files> = OnceLock::new();
        Self::of(BUILT.get_or_init(built).clone())
    }

    /// The site in a folder, as it is now.
    pub(crate) fn folder(folder: &Path) -> Self {
        Self::of(read(folder))
    }

    /// A site of these files.
    pub(crate) fn of(files: Files) -> Self {
        assert!(files.contains_key("index.html"), "no site: {:?}", files.keys());
        let files = Arc::new(Mutex::new(files));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(serve).with_state(files.clone());
        runtime.spawn(async { axum::serve(listener, app).await });
        Self { files, address, _runtime: runtime }
    }

    /// The address of its root.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The address of one of its files.
    pub(crate) fn address(&self, path: &str) -> String {
        self.origin() + path.strip_suffix("index.html").unwrap_or(path)
    }

    /// The paths of its pages.
    pub(crate) fn pages(&self) -> Vec<String> {
        self.paths(".html")
    }

    /// The paths of its files that end so.
    pub(crate) fn paths(&self, ending: &str) -> Vec<String> {
        let files = self.files.lock().unwrap();
        files.keys().filter(|path| path.ends_with(ending)).cloned().collect()
    }

    /// One of its files, as text.
    pub(crate) fn text(&self, path: &str) -> String {
        let files = self.files.lock().unwrap();
        String::from_utf8(files[path].clone()).unwrap()
    }

    /// Its files in a folder, gone with that value.
    pub(crate) fn write(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in &*self.files.lock().unwrap() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    /// Replaces `from`, which must stand there, by `to` in one file: a site broken on purpose.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "`{from}` is not in {path}");
        let edited = text.replace(from, to).into_bytes();
        self.files.lock().unwrap().insert(path.to_owned(), edited);
    }
}

fn built() -> Files {
    read(&Project::built().path("public"))
}

pub(super) fn read(folder: &Path) -> Files {
    let found = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let found = found.filter(|entry| entry.file_type().is_file());
    let content = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(folder).unwrap().display().to_string();
        (path, std::fs::read(entry.path()).unwrap())
    };
    found.map(content).collect()
}

async fn serve(State(files): State<Arc<Mutex<Files>>>, uri: Uri) -> axum::response::Response {
    let files = files.lock().unwrap();
    let mut path = uri.path().trim_start_matches('/').to_owned();
    if path.is_empty() || path.ends_with('/') {
        path.push_str("index.html");
    }
    let Some(content) = files.get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (headers(&path, files.get("_headers")), content.clone()).into_response()
}

/// The type by the path's ending, and what `_headers` has for every path.
fn headers(path: &str, file: Option<&Vec<u8>>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let media = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        _ => "text/plain; charset=utf-8",
    };
    headers.insert("content-type", HeaderValue::from_static(media));
    let text = file.map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let everywhere = text.lines().skip_while(|line| *line != "/*").skip(1);
    for line in everywhere.take_while(|line| line.starts_with(' ')) {
        let (name, value) = line.trim().split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    headers
}
