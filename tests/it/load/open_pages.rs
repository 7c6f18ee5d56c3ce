//! A preview with many open pages, and an edit a second: memory, descriptors and threads do not grow.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::load::quick_or_long;
use crate::serve::Preview;

/// How long a page waits for an event, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Memory that may be added after the warm-up, in KiB: allocators keep some for later.
const MORE_KIB: u64 = 32 * 1024;

/// Edits before the first measurement.
const WARM: usize = 5;

const POLICY: &str = "content/security.md";

/// What a process uses.
#[derive(Clone, Copy, Debug)]
struct Use {
    memory_kib: u64,
    descriptors: usize,
    threads: u64,
}

/// An open page: a connection that receives events.
struct Page {
    stream: TcpStream,
    received: Vec<u8>,
}

#[test]
fn many_open_pages_and_an_edit_a_second_leave_memory_descriptors_and_threads_as_they_were() {
    let preview = Preview::own();
    let text = preview.project.read(POLICY);
    // It prints its address before it answers: the first answer shows that all its threads have begun.
    preview.page("/");
    let before = at_rest(&preview);
    let count = quick_or_long(20, 200);
    let mut pages: Vec<Page> = (0..count).map(|_| Page::open(&preview)).collect();
    let mut warm = before;
    let pause = Duration::from_millis(u64::try_from(quick_or_long(50, 1000)).unwrap());
    for edit in 0..WARM + quick_or_long(10, 600) {
        let begun = Instant::now();
        preview.project.write(POLICY, &format!("{text}\nThis is edit {edit}. [](stated: \"x\")\n"));
        for page in &mut pages {
            page.wait_for_event();
        }
        if edit == WARM {
            warm = at_rest(&preview);
        }
        std::thread::sleep(pause.saturating_sub(begun.elapsed()));
    }
    let end = at_rest(&preview);
    #[expect(clippy::print_stdout, reason = "the figures of `scripts/prove load`")]
    {
        println!(
            "{count} pages: before {before:?}, after the warm-up {warm:?}, at the end {end:?}"
        );
    }
    assert!(end.memory_kib < warm.memory_kib + MORE_KIB, "{warm:?} became {end:?}");
    assert!(end.descriptors <= warm.descriptors, "{warm:?} became {end:?}");
    assert!(end.threads <= warm.threads, "{warm:?} became {end:?}");
    drop(pages);
    // A connection that was closed is noticed when the next event is sent.
    let begun = Instant::now();
    while used(&preview).descriptors > before.descriptors {
        assert!(begun.elapsed() < PATIENCE, "{before:?} became {:?}", used(&preview));
        preview.project.write(POLICY, &format!("{text}\n<!-- {:?} -->\n", begun.elapsed()));
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Page {
    /// Opens it, and waits for its first event.
    fn open(preview: &Preview) -> Self {
        let address = preview.address("");
        let host = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET /_avouch/events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut page = Self { stream, received: Vec::new() };
        page.wait_for_event();
        page
    }

    /// Waits for an event, and forgets what was received.
    fn wait_for_event(&mut self) {
        let mut piece = [0; 4096];
        while !self.received.windows(6).any(|part| part == b"data: ") {
            let count = self.stream.read(&mut piece).unwrap();
            assert_ne!(count, 0, "the preview closed the connection");
            self.received.extend_from_slice(&piece[..count]);
        }
        self.received.clear();
    }
}

/// What it uses while nothing changes: a thread measures each rendering, and ends a moment after it. What is never
/// given back is in every look.
fn at_rest(preview: &Preview) -> Use {
    let looks = (0..20).map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        used(preview)
    });
    let least = |one: Use, other: Use| Use {
        memory_kib: one.memory_kib.min(other.memory_kib),
        descriptors: one.descriptors.min(other.descriptors),
        threads: one.threads.min(other.threads),
    };
    looks.reduce(least).unwrap()
}

fn used(preview: &Preview) -> Use {
    let folder = format!("/proc/{}", preview.process());
    let status = std::fs::read_to_string(format!("{folder}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    Use {
        memory_kib: number("VmRSS:"),
        descriptors: std::fs::read_dir(format!("{folder}/fd")).unwrap().count(),
        threads: number("Threads:"),
    }
}
