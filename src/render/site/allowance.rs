//! What the templates of a project may use: steps, memory and output.
//!
//! Tera has no limits of its own, so the templates call [`SPEND`] where they repeat or remember something
//! (`metered.rs`), and the filters that multiply a text are replaced by ones with a limit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tera::{Context, Error, Function, Kwargs, State, StringInput, Tera, TeraResult, Value};

use crate::model::bounds;

/// The function that spends steps and measures values. Templates cannot use it themselves: it prints nothing.
pub(super) const SPEND: &str = "avouch_spend";

/// Steps for all pages together, and more for each page.
const STEPS: u64 = 1_000_000;
const STEPS_OF_PAGE: u64 = 20_000;

/// Maximum size in bytes of a value that a template makes, in addition to twice the values that it is given.
const VALUE_MAX: usize = 1024 * 1024;

/// The same for all of its variables together.
const VALUES_MAX: usize = 16 * VALUE_MAX;

/// Maximum number of lists within lists.
const DEPTH_MAX: usize = 32;

/// Maximum size of a page in bytes.
const PAGE_MAX: usize = 32 * 1024 * 1024;

/// How many bytes of memory a value takes apart from its text.
const VALUE_SIZE: usize = 32;

/// The limits of one theme, and what its templates have used.
#[derive(Clone)]
pub(super) struct Allowance(Arc<Used>);

struct Used {
    steps: AtomicU64,
    given: AtomicUsize,
    values: Mutex<BTreeMap<String, usize>>,
    excess: Mutex<Option<String>>,
}

impl Allowance {
    /// An allowance for a site with this many pages.
    pub(super) fn new(pages: usize) -> Self {
        let steps = STEPS + STEPS_OF_PAGE * pages as u64;
        Self(Arc::new(Used {
            steps: AtomicU64::new(steps),
            given: AtomicUsize::new(0),
            values: Mutex::default(),
            excess: Mutex::default(),
        }))
    }

    /// Begins a page. What is left of the steps is for it and all later pages.
    pub(super) fn begin(&self, context: &Context, names: &[&str]) {
        let values = names.iter().filter_map(|name| context.get(name));
        let given = values.map(|value| size(value, usize::MAX, DEPTH_MAX).unwrap_or(0)).sum();
        self.0.given.store(given, Ordering::Relaxed);
        locked(&self.0.values).clear();
    }

    /// Why templates were stopped, if they were.
    pub(super) fn excess(&self) -> Option<String> {
        locked(&self.0.excess).clone()
    }

    /// Adds the function and the filters with a limit.
    pub(super) fn register(&self, tera: &mut Tera) {
        tera.register_function(SPEND, Spend(self.clone()));
        let one = self.clone();
        tera.register_filter(
            "replace",
            move |text: StringInput<'_>, given: Kwargs, state: &State<'_>| {
                one.replace(&text, &given, state)
            },
        );
        let one = self.clone();
        tera.register_filter(
            "indent",
            move |text: StringInput<'_>, given: Kwargs, state: &State<'_>| {
                one.indent(&text, &given, state)
            },
        );
        let one = self.clone();
        tera.register_filter("join", move |list: &[Value], given: Kwargs, state: &State<'_>| {
            one.join(list, &given, state)
        });
        let one = self.clone();
        tera.register_filter("unique", move |list: &[Value], _: Kwargs, _: &State<'_>| {
            one.unique(list)
        });
        let one = self.clone();
        tera.register_filter("split", move |text: &str, given: Kwargs, _: &State<'_>| {
            one.split(text, &given)
        });
    }

    fn stop<T>(&self, message: String) -> TeraResult<T> {
        locked(&self.0.excess).get_or_insert_with(|| message.clone());
        Err(Error::message(message))
    }

    fn spend(&self, steps: u64) -> TeraResult<()> {
        if let Some(excess) = bounds::excess() {
            return self.stop(excess.message());
        }
        let before = self.0.steps.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(steps))
        });
        match before {
            Ok(left) if left > steps => Ok(()),
            _ => self.stop("the templates repeat too much: they were stopped".into()),
        }
    }

    /// Maximum size of a value in bytes.
    fn value_max(&self) -> usize {
        VALUE_MAX + 2 * self.0.given.load(Ordering::Relaxed)
    }

    fn too_large<T>(&self) -> TeraResult<T> {
        self.stop(format!(
            "the template makes a value of more than {} KiB",
            self.value_max() / 1024
        ))
    }

    /// Measures a variable.
    fn hold(&self, name: &str, value: &Value) -> TeraResult<()> {
        let Some(size) = size(value, self.value_max(), DEPTH_MAX) else { return self.too_large() };
        let mut values = locked(&self.0.values);
        values.insert(name.to_owned(), size);
        let all: usize = values.values().sum();
        drop(values);
        let most = VALUES_MAX + 4 * self.0.given.load(Ordering::Relaxed);
        match all <= most {
            true => Ok(()),
            false => {
                self.stop(format!("the variables of a page have more than {} KiB", most / 1024))
            }
        }
    }

    /// Whether a text of this length may be made.
    fn may_make(&self, bytes: Option<usize>) -> TeraResult<()> {
        match bytes {
            Some(bytes) if bytes <= self.value_max() => self.spend(bytes as u64 / 1024),
            _ => self.too_large(),
        }
    }

    fn replace(
        &self,
        text: &StringInput<'_>,
        given: &Kwargs,
        state: &State<'_>,
    ) -> TeraResult<Value> {
        let from: &str = given.must_get("from")?;
        let to: StringInput<'_> = given.must_get("to")?;
        let is_safe = state.autoescaping_enabled() && (text.is_safe() || to.is_safe());
        self.may_make(Some(text.as_str().len()))?;
        let (text, to) = match is_safe {
            true => (text.rendered(state)?, to.rendered(state)?),
            false => (Cow::Borrowed(text.as_str()), Cow::Borrowed(to.as_str())),
        };
        let more = text.matches(from).count().checked_mul(to.len());
        self.may_make(more.and_then(|more| more.checked_add(text.len())))?;
        Ok(made(&text.replace(from, &to), is_safe))
    }

    fn indent(
        &self,
        text: &StringInput<'_>,
        given: &Kwargs,
        state: &State<'_>,
    ) -> TeraResult<Value> {
        let width = given.get::<usize>("width")?.unwrap_or(4).min(1000);
        let with: Option<StringInput<'_>> = given.get("indentation")?;
        let first = given.get::<bool>("first")?.unwrap_or(false);
        let blank = given.get::<bool>("blank")?.unwrap_or(false);
        if with.as_ref().is_some_and(|with| with.as_str().chars().count() != 1) {
            let message = "the argument `indentation` must be one character";
            return Err(Error::message(message));
        }
        let is_safe = state.autoescaping_enabled()
            && (text.is_safe() || with.as_ref().is_some_and(StringInput::is_safe));
        self.may_make(Some(text.as_str().len()))?;
        let (text, unit) = match (is_safe, &with) {
            (true, Some(with)) => (text.rendered(state)?, with.rendered(state)?),
            (true, None) => (text.rendered(state)?, Cow::Borrowed(" ")),
            (false, with) => {
                let unit = with.as_ref().map_or(" ", StringInput::as_str);
                (Cow::Borrowed(text.as_str()), Cow::Borrowed(unit))
            }
        };
        let lines = text.lines().count();
        self.may_make(
            (unit.len() * width).checked_mul(lines).and_then(|all| all.checked_add(text.len())),
        )?;
        let indent = unit.repeat(width);
        let indented = text.lines().enumerate().map(|(number, line)| {
            let indents = if number == 0 { first } else { blank || !line.is_empty() };
            if indents { format!("{indent}{line}") } else { line.to_owned() }
        });
        let mut out = indented.collect::<Vec<_>>().join("\n");
        out.push_str(if text.ends_with('\n') { "\n" } else { "" });
        Ok(made(&out, is_safe))
    }

    fn join(&self, list: &[Value], given: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let between: Option<StringInput<'_>> = given.get("sep")?;
        let is_safe = state.autoescaping_enabled()
            && (list.iter().any(|one| one.is_string() && one.is_safe())
                || between.as_ref().is_some_and(StringInput::is_safe));
        let of_list = list.iter().try_fold(0, |all: usize, one| {
            all.checked_add(size(one, self.value_max(), DEPTH_MAX)?)
        });
        let of_between = between.as_ref().map_or(0, |one| one.as_str().len());
        let of_between = of_between.checked_mul(list.len());
        self.may_make(of_list.zip(of_between).and_then(|(one, two)| one.checked_add(two)))?;
        let part = |one: &Value| match (is_safe, one.is_undefined()) {
            (true, true) => Ok(String::new()),
            (true, false) => state.escape_if_needed(one),
            (false, _) => Ok(one.to_string()),
        };
        let parts: Vec<String> = list.iter().map(part).collect::<TeraResult<_>>()?;
        let between = match &between {
            None => Cow::Borrowed(""),
            Some(between) if is_safe => between.rendered(state)?,
            Some(between) => Cow::Borrowed(between.as_str()),
        };
        Ok(made(&parts.join(&between), is_safe))
    }

    fn unique(&self, list: &[Value]) -> TeraResult<Vec<Value>> {
        let mut kept: Vec<Value> = Vec::new();
        for one in list {
            self.spend(kept.len() as u64 / 16)?;
            if !kept.contains(one) {
                kept.push(one.clone());
            }
        }
        Ok(kept)
    }

    fn split(&self, text: &str, given: &Kwargs) -> TeraResult<Value> {
        let at: &str = given.must_get("pat")?;
        self.may_make(text.split(at).count().checked_mul(VALUE_SIZE))?;
        Ok(text.split(at).map(Value::from).collect::<Vec<_>>().into())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn made(text: &str, is_safe: bool) -> Value {
    if is_safe { Value::safe_string(text) } else { Value::normal_string(text) }
}

/// The size of a value in bytes once everything in it is written out; `None` if that is more than `most`, or
/// if it is nested too deeply. The work is bounded by `most`, too: a list may contain another one often.
fn size(value: &Value, most: usize, depth: usize) -> Option<usize> {
    let text = value.as_str().map(str::len).or_else(|| value.as_bytes().map(<[u8]>::len));
    let mut all = VALUE_SIZE.checked_add(text.unwrap_or(0))?;
    let within = |all: usize| Some(most.checked_sub(all)?).zip(depth.checked_sub(1));
    for one in value.as_array().unwrap_or_default() {
        let (most, depth) = within(all)?;
        all = all.checked_add(size(one, most, depth)?)?;
    }
    for (key, one) in value.as_map().into_iter().flatten() {
        let (most, depth) = within(all)?;
        all = all.checked_add(size(one, most, depth)?)?;
        all = all.checked_add(key.as_str().map_or(0, str::len))?;
    }
    Some(all).filter(|all| *all <= most)
}

/// `avouch_spend(steps=3, values="x y")`: spends steps, and measures the variables with these names.
struct Spend(Allowance);

impl Function<TeraResult<String>> for Spend {
    fn call(&self, given: Kwargs, state: &State<'_>) -> TeraResult<String> {
        self.0.spend(given.get("steps")?.unwrap_or(1))?;
        let names = given.get::<&str>("values")?.unwrap_or_default();
        for name in names.split_whitespace() {
            if let Some(value) = state.get::<Value>(name)? {
                self.0.hold(name, &value)?;
            }
        }
        Ok(String::new())
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// A page that refuses to become longer than [`PAGE_MAX`].
pub(super) struct Page<'a> {
    bytes: Vec<u8>,
    allowance: &'a Allowance,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(allowance: &'a Allowance) -> Self {
        Self { bytes: Vec::new(), allowance }
    }

    /// Its text.
    pub(super) fn text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Write for Page<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > PAGE_MAX {
            let message = format!("the page would be longer than {} MiB", PAGE_MAX / 1024 / 1024);
            return self.allowance.stop(message).map_err(io::Error::other);
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
