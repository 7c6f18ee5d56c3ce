//! Tests in a network namespace of their own: addresses that must not be forged anywhere else.

use crate::surroundings::program;

/// Set for the process within the namespace.
const INSIDE: &str = "AVOUCH_TEST_NAMESPACE";

/// Whether this process is the one within the namespace. Otherwise, runs the test of this name in a namespace
/// whose loopback interface has these addresses, and fails if the test fails there.
#[track_caller]
pub(crate) fn entered(test: &str, addresses: &[&str]) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let added: String =
        addresses.iter().map(|one| format!("ip addr add {one} dev lo && ")).collect();
    let script = format!("ip link set lo up && {added}exec \"$0\" --exact \"$1\" --nocapture");
    let this = std::env::current_exe().unwrap();
    let mut command = program("unshare");
    command.args(["--map-root-user", "--net", "sh", "-c", &script]);
    let output = command.arg(this).arg(test).env(INSIDE, "1").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{test}\n{out}\n{err}");
    false
}
