//! What the child process takes away from itself.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::confined::{CONFINED, CPU_S_MAX, FILE_MAX, MEMORY_MAX};
use crate::exit::Exit;
use crate::terminal::console::Console;

/// Confines this process for as long as it lives. It must not have other threads yet.
pub(crate) fn confine(console: Console) -> Result<(), Exit> {
    limit().and_then(|()| filter::apply()).map_err(|why| {
        let help = "run it without `--untrusted` if you trust the sources, or on another system";
        console.error(format!("this system cannot confine the process: {why}"), help);
        Exit::Unusable
    })?;
    let _ = CONFINED.set(());
    Ok(())
}

/// Sets the limits. Those that are lower already stay.
fn limit() -> Result<(), String> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(|error| error.to_string())?;
    // A second more than the limit, so that the process ends with the signal that names the reason.
    let limits = [
        (Resource::Data, MEMORY_MAX, MEMORY_MAX),
        (Resource::Cpu, CPU_S_MAX, CPU_S_MAX + 1),
        (Resource::Fsize, FILE_MAX, FILE_MAX),
        (Resource::Core, 0, 0),
    ];
    for (resource, soft, hard) in limits {
        let now = getrlimit(resource);
        let lower = |limit: u64, now: Option<u64>| Some(now.map_or(limit, |now| now.min(limit)));
        let new = Rlimit { current: lower(soft, now.current), maximum: lower(hard, now.maximum) };
        setrlimit(resource, new).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The system calls that the kernel refuses from now on.
#[cfg(target_os = "linux")]
mod filter {
    use seccompiler::{TargetArch, apply_filter, compile_from_json};
    use serde_json::{Value, json};

    /// Connections, programs, other processes, and what changes the system. A pair of sockets within the
    /// process is permitted, because timers and signals use one.
    const REFUSED: [&str; 45] = [
        "socket",
        "connect",
        "bind",
        "listen",
        "accept",
        "accept4",
        "execve",
        "execveat",
        "kill",
        "pidfd_open",
        "pidfd_getfd",
        "pidfd_send_signal",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "process_madvise",
        "kcmp",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "keyctl",
        "add_key",
        "request_key",
        "mount",
        "umount2",
        "move_mount",
        "open_tree",
        "fsopen",
        "fsmount",
        "pivot_root",
        "chroot",
        "unshare",
        "setns",
        "init_module",
        "finit_module",
        "delete_module",
        "kexec_load",
        "open_by_handle_at",
        "swapon",
        "swapoff",
        "reboot",
        "personality",
    ];

    /// System calls that make a process on some processors only.
    const FORKS: &[&str] = if cfg!(target_arch = "x86_64") { &["fork", "vfork"] } else { &[] };

    /// The bit of `clone` that makes a thread.
    const CLONE_THREAD: u32 = 0x0001_0000;

    /// Refuses the calls in this thread and in all that it starts.
    pub(super) fn apply() -> Result<(), String> {
        let arch =
            TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
        let filters = compile_from_json(filters().to_string().as_bytes(), arch);
        for filter in filters.map_err(|error| error.to_string())?.values() {
            apply_filter(filter).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn filters() -> Value {
        let not_permitted = rustix::io::Errno::PERM.raw_os_error();
        let unknown = rustix::io::Errno::NOSYS.raw_os_error();
        let mut refused: Vec<Value> =
            REFUSED.iter().chain(FORKS).map(|name| json!({ "syscall": name })).collect();
        let no_thread = json!([{
            "index": 0, "type": "dword", "op": { "masked_eq": CLONE_THREAD }, "val": 0,
        }]);
        refused.push(json!({ "syscall": "clone", "args": no_thread }));
        json!({
            "refused": {
                "mismatch_action": "allow",
                "match_action": { "errno": not_permitted },
                "filter": refused,
            },
            // Its arguments are in memory, which a filter cannot read. Libraries then use `clone`.
            "unknown": {
                "mismatch_action": "allow",
                "match_action": { "errno": unknown },
                "filter": [{ "syscall": "clone3" }],
            },
        })
    }
}

/// Other systems have only the limits: the program itself starts no programs and opens no connections.
#[cfg(not(target_os = "linux"))]
mod filter {
    pub(super) fn apply() -> Result<(), String> {
        Ok(())
    }
}
