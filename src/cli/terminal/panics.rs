//! A defect of this program, reported as other errors are: its message may contain foreign text.

use std::any::Any;
use std::panic::set_hook;

use crate::terminal::console::Console;

/// Reports panics from now on, whatever thread they are on.
pub(crate) fn reported() {
    set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let (message, place) = (message(panic.payload()), place.unwrap_or_default());
        let help = "please report it; nothing was concluded";
        Console::without_arguments().error(format!("a defect of avouch: {message}{place}"), help);
    }));
}

fn message(payload: &dyn Any) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
