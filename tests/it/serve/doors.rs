//! Who is answered: a browser on this machine that came to the preview's own address, nobody else.

use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Instant;

use crate::harness::Project;
use crate::serve::{EVERY, PATIENCE, Preview, ask};
use crate::surroundings;

fn status(preview: &Preview, request: &str) -> u16 {
    ask(&preview.address, &request.replace("OURS", &preview.address)).status
}

#[test]
fn whoever_came_by_another_name_is_refused() {
    let preview = Preview::own();
    let port = preview.address.split_once(':').unwrap().1;
    for (host, expected) in [
        ("OURS", 200),
        (&*format!("localhost:{port}"), 200),
        ("evil.example", 403),
        (&*format!("evil.example:{port}"), 403),
        ("127.0.0.1", 403),
        ("localhost:1", 403),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n");
        assert_eq!(status(&preview, &request), expected, "{host}");
    }
    assert_eq!(status(&preview, "GET / HTTP/1.0\r\n"), 403, "no host at all");
    let two = "GET / HTTP/1.1\r\nHost: OURS\r\nHost: evil.example\r\n";
    assert_ne!(status(&preview, two), 200, "two hosts");
    let whole = "GET http://evil.example/ HTTP/1.1\r\nHost: OURS\r\n";
    assert_eq!(status(&preview, whole), 403, "another name in the address");
}

#[test]
fn a_page_from_elsewhere_can_neither_read_nor_start_anything() {
    let preview = Preview::own();
    let get = "GET /_avouch/state.json HTTP/1.1\r\nHost: OURS\r\nOrigin: ";
    assert_eq!(status(&preview, &format!("{get}http://OURS\r\n")), 200);
    for origin in ["http://evil.example", "null", "https://OURS", "http://OURS.evil.example"] {
        assert_eq!(status(&preview, &format!("{get}{origin}\r\n")), 403, "{origin}");
    }
    let post = "POST /_avouch/check HTTP/1.1\r\nHost: OURS\r\nContent-Length: 0\r\n";
    assert_eq!(status(&preview, post), 403, "no origin");
    for origin in ["http://evil.example", "null", "http://OURS\r\nOrigin: http://evil.example"] {
        let request = format!("{post}Origin: {origin}\r\n");
        assert_eq!(status(&preview, &request), 403, "{origin}");
    }
    let get_check = "GET /_avouch/check HTTP/1.1\r\nHost: OURS\r\n";
    assert_eq!(status(&preview, get_check), 405);
    assert_eq!(preview.state()["run"]["running"], false);
}

#[test]
fn nobody_can_frame_an_answer_or_use_it_elsewhere() {
    let preview = Preview::own();
    for path in ["/", "/security/", "/nowhere", "/_avouch/state.json", "/_avouch/serve.js"] {
        let head = preview.get(path).head;
        for line in [
            "x-frame-options: deny",
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
            "default-src 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(head.contains(line), "{path}: {line} is not in\n{head}");
        }
        assert!(!head.contains("unsafe") && !head.contains("access-control"), "{path}\n{head}");
    }
}

#[test]
fn it_listens_on_loopback_alone_and_takes_the_next_port_if_its_own_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let project = Project::own();
    let mut command = project.command(&["serve", "--port", &port.to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let address = lines.next().unwrap().unwrap();
    let address = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    let own: u16 = address.split_once(':').unwrap().1.parse().unwrap();
    assert!(own > port);
    // Every address of this machine that is not 127.0.0.1 is closed.
    assert!(TcpStream::connect(("127.0.0.2", own)).is_err());
    surroundings::interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("port {port} is taken; this is port {own}")), "{said}");
    assert_eq!(output.status.code(), Some(130), "{said}");
}

#[test]
fn a_folder_without_a_project_is_refused_as_by_any_other_verb() {
    let project = Project::empty();
    let mut command = project.command(&["serve", "--port", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE {
        std::thread::sleep(EVERY);
    }
    let _ = child.kill();
    let serve = project.finish(&child.wait_with_output().unwrap());
    let build = project.run(&["build"]);
    assert_eq!(serve.code, Some(2), "{serve}");
    assert_eq!(serve.out, "");
    assert!(serve.err.contains("error[no-project]: there is no `avouch.yaml` here"), "{serve}");
    assert!(build.err.starts_with(&serve.err), "{build}\n{serve}");
}

#[test]
fn a_project_that_vanishes_meanwhile_does_not_end_it() {
    let preview = Preview::own();
    std::fs::remove_file(preview.project.path("avouch.yaml")).unwrap();
    preview.wait_until("it is told", |preview| preview.has_note("-", "settings"));
    assert_eq!(preview.get("/").status, 200);
}
