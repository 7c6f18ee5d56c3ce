//! The comparison with other tools is about every flaw of the demo, and its page has the results that were measured.

use avouch_demo::FLAWS;
use serde_json::Value;

use crate::tree::wording::root;

const AGAIN: &str = "run `scripts/prove detection`";

fn results() -> Value {
    let text = std::fs::read_to_string(root().join("benches/detection/results.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether a tool noticed a flaw, as the page prints it.
fn cell(result: &Value) -> &'static str {
    match (result["new"].as_array().is_some_and(|new| !new.is_empty()), &result["covered"]) {
        (true, _) => "noticed",
        (false, Value::Bool(true)) => "missed",
        (false, _) => "–",
    }
}

/// The cells of a row of a table, without the first.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.trim_matches('|').split('|').map(str::trim).skip(1)
}

/// The name in the results of the tool with this title, such as `Wapiti 3.2.3`.
fn tool_of(title: &str, results: &Value) -> String {
    let (name, version) = title.rsplit_once(' ').unwrap();
    let tools = results["tools"].as_object().unwrap();
    let is_it = |(tool, its): &(&String, &Value)| {
        tool.starts_with(&name.to_lowercase()) && its.as_str() == Some(version)
    };
    tools.iter().find(is_it).unwrap_or_else(|| panic!("{title}: {AGAIN}")).0.clone()
}

#[test]
fn every_flaw_of_the_demo_is_compared() {
    let results = results();
    let page = std::fs::read_to_string(root().join("docs/detection.md")).unwrap();
    let head = page.lines().find(|line| line.starts_with("| flaw |")).unwrap();
    let tools: Vec<String> = cells(head).map(|title| tool_of(title, &results)).collect();
    assert_eq!(tools.len(), results["tools"].as_object().unwrap().len(), "{AGAIN}");
    for info in FLAWS {
        let row = &results["flaws"][info.name];
        assert_eq!(row["claim"], info.claim, "{}: {AGAIN}", info.name);
        let line = page.lines().find(|line| line.starts_with(&format!("| `{}` |", info.name)));
        let line = line.unwrap_or_else(|| panic!("{} is not on the page: {AGAIN}", info.name));
        let measured: Vec<&str> = tools.iter().map(|tool| cell(&row["tools"][tool])).collect();
        assert_eq!(cells(line).collect::<Vec<_>>(), measured, "{}: {AGAIN}", info.name);
        assert_eq!(cell(&row["tools"]["avouch"]), "noticed", "{}: {AGAIN}", info.name);
    }
    assert_eq!(results["flaws"].as_object().unwrap().len(), FLAWS.len(), "{AGAIN}");
}
