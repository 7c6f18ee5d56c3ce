//! Waits for files to change. The system reports changes, and a regular look at the disk finds those that
//! it does not report.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

/// The folders that are watched with their sub-folders. The project's own folder is watched without them.
const FOLDERS: [&str; 5] = ["content", "checks", "attestations", "waivers", "templates"];

/// How long the disk must be quiet before it is read: an editor saves in several steps.
const QUIET: Duration = Duration::from_millis(8);

/// The longest wait for that.
const QUIET_MAX: Duration = Duration::from_millis(60);

/// The interval of the regular look at the disk.
const EVERY: Duration = Duration::from_secs(1);

/// The interval after which everything is rendered again even without a change: evidence expires.
const STALE: Duration = Duration::from_secs(30);

/// Limits of one look: entries, and the depth of folders.
const ENTRIES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 12;

/// Waits for changes.
pub(crate) struct Watch {
    root: PathBuf,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    reported: Receiver<()>,
    seen: u64,
    /// Two changes within one tick of the disk's clock look like one, so it looks a second time.
    look_again: bool,
    looked: Instant,
    /// Whether only files that people write count, and the interval does not.
    sources_only: bool,
}

impl Watch {
    /// Starts to watch the project at `root`.
    pub(crate) fn new(root: &Path) -> Self {
        // One waiting signal is as good as many.
        let (report, reported) = sync_channel(1);
        let on_event = move |event: notify::Result<notify::Event>| {
            if !event.is_ok_and(|event| is_reading(event.kind)) {
                let _ = report.try_send(());
            }
        };
        let mut watch = Self {
            root: root.to_owned(),
            watcher: notify::recommended_watcher(on_event).ok(),
            watched: BTreeSet::new(),
            reported,
            seen: 0,
            look_again: false,
            looked: Instant::now(),
            sources_only: false,
        };
        watch.register();
        watch
    }

    /// Starts to watch the source files of the project at `root`, and nothing else.
    pub(crate) fn sources(root: &Path) -> Self {
        let mut watch = Self { sources_only: true, ..Self::new(root) };
        watch.seen = watch.fingerprint();
        watch
    }

    /// Returns when something may have changed.
    pub(crate) fn wait(&mut self) {
        while !self.is_new() {}
        self.looked = Instant::now();
    }

    /// Waits some time for the system to report a change, then looks at the disk.
    pub(crate) fn is_new(&mut self) -> bool {
        let reported = self.reported.recv_timeout(EVERY);
        match reported {
            Ok(()) => self.settle(),
            // Without reports from the system, only the interval remains.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(EVERY),
            Err(RecvTimeoutError::Timeout) => {}
        }
        self.register();
        let seen = self.fingerprint();
        let differs = std::mem::replace(&mut self.seen, seen) != seen;
        if self.sources_only {
            return differs;
        }
        let changed = differs || reported.is_ok();
        let again = std::mem::replace(&mut self.look_again, changed);
        changed || again || self.looked.elapsed() > STALE
    }

    /// Waits until nothing has happened for a moment.
    fn settle(&self) {
        let begun = Instant::now();
        while begun.elapsed() < QUIET_MAX && self.reported.recv_timeout(QUIET).is_ok() {}
    }

    /// Watches the folders that exist now. A folder that was deleted and created again must be watched
    /// again.
    fn register(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        let folders = FOLDERS.iter().map(|name| (self.root.join(name), RecursiveMode::Recursive));
        let all = folders.chain([(self.root.clone(), RecursiveMode::NonRecursive)]);
        for (path, mode) in all {
            let is_there = path.is_dir();
            if is_there && !self.watched.contains(&path) {
                if watcher.watch(&path, mode).is_ok() {
                    self.watched.insert(path);
                }
            } else if !is_there && self.watched.remove(&path) {
                let _ = watcher.unwatch(&path);
            }
        }
    }

    /// A number that is another one if a file is.
    fn fingerprint(&self) -> u64 {
        let mut entries = Vec::new();
        for name in FOLDERS {
            gather(&self.root.join(name), DEPTH_MAX, &mut entries);
        }
        entries.push(self.root.join("avouch.yaml"));
        if !self.sources_only {
            entries.push(self.root.join("assessment.json"));
        }
        entries.sort();
        let mut hasher = DefaultHasher::new();
        for path in &entries {
            path.hash(&mut hasher);
            // A link counts as its target.
            let meta = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
            let stamp = meta.ok().map(|meta| {
                (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ctime_nsec())
            });
            stamp.hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn gather(folder: &Path, depth: usize, entries: &mut Vec<PathBuf>) {
    let Ok(all) = fs::read_dir(folder) else { return };
    for entry in all.flatten() {
        if entries.len() >= ENTRIES_MAX {
            return;
        }
        let path = entry.path();
        if depth > 0 && path.is_dir() {
            gather(&path, depth - 1, entries);
        }
        entries.push(path);
    }
}

/// Whether a file was only read, which we do ourselves.
fn is_reading(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_a_run_writes_are_not_sources() {
        let root = tempfile::tempdir().unwrap();
        let mut watch = Watch::sources(root.path());
        fs::write(root.path().join("assessment.json"), "{}").unwrap();
        assert!(!watch.is_new());
        fs::write(root.path().join("avouch.yaml"), "site:").unwrap();
        assert!(watch.is_new());
    }
}
