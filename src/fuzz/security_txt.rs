//! `security.txt`: a file without faults reads the same after it was written again.

use serde_json::Value;

use crate::model::security_txt;
use crate::model::security_txt::address::normalised;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) {
    let facts = security_txt::read(bytes);
    assert_eq!(security_txt::read(bytes), facts, "two readings differ");
    let Some(facts) = facts else { return };
    for address in list(&facts, "contacts").chain(list(&facts, "canonical")) {
        assert_eq!(normalised(address), *address, "an address has two normal forms");
    }
    let faults = list(&facts, "faults").collect::<Vec<_>>();
    assert!(faults.len() <= 16 && faults.iter().all(|fault| fault.len() < 1000), "{faults:?}");
    if faults.is_empty() {
        let written = written(&facts);
        let again = security_txt::read(written.as_bytes());
        assert_eq!(again.as_ref(), Some(&facts), "{written}");
    }
}

fn written(facts: &Value) -> String {
    let lines = |field: &'static str, name: &str| {
        list(facts, name).map(move |value| format!("{field}: {value}\n")).collect::<String>()
    };
    lines("Contact", "contacts") + &lines("Canonical", "canonical") + &lines("Expires", "expires")
}

fn list<'a>(facts: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    facts.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
