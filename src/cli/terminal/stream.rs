//! Standard output as the operating system has it. The standard library takes a write to a closed descriptor for a
//! success, and opens `/dev/null` in the place of one that was closed before the program started.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::fs::{OFlags, Stat, fcntl_getfl, fstat, stat};

/// How long a reader may read nothing, if the stream does not wait for it.
const PATIENCE: Duration = Duration::from_mins(10);

/// The pause before such a stream is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// Writes all bytes. A pipe whose reader has gone is not an error.
pub(super) fn write(stream: &impl AsFd, bytes: &[u8]) -> io::Result<()> {
    let file = stream.as_fd().try_clone_to_owned().map(File::from);
    match file.and_then(|file| write_all(file, bytes)) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes all bytes, also to a pipe that another program has made not to wait.
fn write_all(mut file: File, mut bytes: &[u8]) -> io::Result<()> {
    let mut waited = Duration::ZERO;
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => (bytes, waited) = (&bytes[written..], Duration::ZERO),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether a stream was closed before the program started: it is `/dev/null` then, opened for reading and writing. Some
/// programs also open it so for a program whose output they ignore, so this is about results that somebody requested.
pub(super) fn is_closed(stream: &impl AsFd) -> bool {
    let device = |stat: Stat| (stat.st_mode, stat.st_rdev);
    let null = stat("/dev/null").map(device);
    let is_null = null.is_ok() && null == fstat(stream.as_fd()).map(device);
    is_null && fcntl_getfl(stream.as_fd()).is_ok_and(|flags| flags.contains(OFlags::RDWR))
}
