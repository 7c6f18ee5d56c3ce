//! A table of edits to a policy, each with the claims that it should make suspect.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

use crate::load::fixture::Fixture;
use crate::model::source::diagnostic::Diagnostic;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::redline::Fate;

const FILE: &str = "content/terms.md";

/// A policy with a claim of every shape, in several languages.
const POLICY: &str = "---
title: Terms
summary: What we promise.
effective: 2026-01-01
owner: officer
---
# Promises

## Backup

[Customer data *must* be backed up every day: at most 24 hours of it can be lost - \"in the worst
case\", as the vendor's plan has it...](../checks/backup.yaml)

[All of our customers can download 10² files of at most -5 °C, not more.](../checks/files.yaml)

## Access

We never:

- [share **the customer's** data with others](../checks/item.yaml)
- look at it

| Data | Kept for at most | |
|---|---|---|
| Notes | 30 days | [](../checks/row.yaml) |
| Logs | [1.5 years](../checks/cell.yaml) | |

Our host has published [a statement](https://host.example.com/security) on it[^1], and speaks
`TLS 1.2`. [](../checks/link.yaml)

[^1]: As of 2026-01-31, for all customers.[^2]
[^2]: Without guests.

## Sprachen

### Schlüssel

[Sämtliche Prüfschlüssel müssen nach 90 Tagen erneuert werden.](../checks/de.yaml)

## Autres

[Nous ne vendons pas les « données » de nos clients.](../checks/fr.yaml)

[すべてのデータは毎日バックアップされ、TLS 1.2 以上で送られます。](../checks/ja.yaml)

[כל הנתונים מוצפנים.](../checks/he.yaml)
";

/// Each claim with its quote and the headings above it.
const CLAIMS: [(&str, &str, &str); 10] = [
    (
        "backup",
        "Customer data must be backed up every day: at most 24 hours of it can be lost - \"in the worst case\", as the vendor's plan has it...",
        "Promises / Backup",
    ),
    (
        "files",
        "All of our customers can download 10² files of at most -5 °C, not more.",
        "Promises / Backup",
    ),
    ("item", "share the customer's data with others", "Promises / Access / We never:"),
    ("row", "Data: Notes; Kept for at most: 30 days", "Promises / Access"),
    ("cell", "1.5 years", "Promises / Access / Logs / Kept for at most"),
    (
        "link",
        "Our host has published a statement <https://host.example.com/security> on it [As of 2026-01-31, for all customers. [Without guests.]], and speaks TLS 1.2.",
        "Promises / Access",
    ),
    (
        "de",
        "Sämtliche Prüfschlüssel müssen nach 90 Tagen erneuert werden.",
        "Promises / Sprachen / Schlüssel",
    ),
    ("fr", "Nous ne vendons pas les « données » de nos clients.", "Promises / Autres"),
    ("ja", "すべてのデータは毎日バックアップされ、TLS 1.2 以上で送られます。", "Promises / Autres"),
    ("he", "כל הנתונים מוצפנים.", "Promises / Autres"),
];

fn fixture(policy: &str) -> Fixture {
    let check = |(id, proves, under): (&str, &str, &str)| {
        let quoted = |text: &str| text.replace('\'', "''");
        let text = format!(
            "proves: '{}'\nunder: '{}'\nbecause: x\nvalid_for: 24h\nchecks: [{{kind: link}}]\n",
            quoted(proves),
            quoted(under)
        );
        (format!("checks/{id}.yaml"), text)
    };
    let files = CLAIMS.into_iter().map(check);
    files.fold(Fixture::sound().with(FILE, policy), |fixture, (file, text)| {
        fixture.with(&file, text)
    })
}

/// The suspect claims, and the codes of all other diagnostics.
fn reported(policy: &str) -> BTreeSet<String> {
    let name = |one: &Diagnostic| match &one.redline {
        Some(redline) => {
            assert!(one.is_error() && one.code == Code::Suspect, "{one:?}");
            assert!(redline.runs.iter().any(|run| run.fate != Fate::Kept), "{one:?}");
            redline.claim.to_string()
        }
        None => one.code.name().to_owned(),
    };
    fixture(policy).load().diagnostics.iter().map(name).collect()
}

/// Of each edit that is not reported as it is wanted, its name with both.
fn amiss(
    edits: impl IntoIterator<Item = (&'static str, String, &'static [&'static str])>,
) -> Vec<String> {
    let one = |(what, policy, wanted): (&str, String, &[&str])| {
        let wanted: BTreeSet<String> = wanted.iter().map(ToString::to_string).collect();
        let reported = reported(&policy);
        (reported != wanted).then(|| format!("{what}: {reported:?} in place of {wanted:?}"))
    };
    edits.into_iter().filter_map(one).collect()
}

fn edited(from: &str, to: &str) -> String {
    assert!(POLICY.contains(from), "`{from}` is not in the policy");
    POLICY.replacen(from, to, 1)
}

/// Edits that change no word.
const SAME: &[(&str, &str, &str)] = &[
    ("wrapped elsewhere", "be backed up every", "be\nbacked up\nevery"),
    ("unwrapped", "worst\ncase", "worst case"),
    ("wrapped with CRLF", "worst\ncase", "worst\r\ncase"),
    ("wrapped with a lone CR", "worst\ncase", "worst\rcase"),
    ("trailing spaces", "worst\ncase", "worst \ncase"),
    ("a hard line break by spaces", "worst\ncase", "worst  \ncase"),
    ("a hard line break by backslash", "worst\ncase", "worst\\\ncase"),
    ("an indented second line", "worst\ncase", "worst\n   case"),
    ("an indented paragraph", "[Customer data", "  [Customer data"),
    ("two spaces", "every day", "every  day"),
    ("a tab", "every day", "every\tday"),
    ("a non-breaking space", "24 hours", "24\u{a0}hours"),
    ("a narrow non-breaking space", "24 hours", "24\u{202f}hours"),
    ("a figure space", "24 hours", "24\u{2007}hours"),
    ("a thin space", "24 hours", "24\u{2009}hours"),
    ("an entity for a space", "24 hours", "24&nbsp;hours"),
    ("a soft hyphen", "Customer", "Cus\u{ad}tomer"),
    ("a soft hyphen as an entity", "Customer", "Cus&shy;tomer"),
    ("a zero-width space", "be backed", "be\u{200b} backed"),
    ("a word joiner", "24 hours", "24\u{2060} hours"),
    ("a byte order mark within", "every day", "every \u{feff}day"),
    ("smart double quotes", "\"in the worst\ncase\"", "“in the worst\ncase”"),
    ("German quotation marks", "\"in the worst\ncase\"", "„in the worst\ncase“"),
    ("entities for quotation marks", "\"in the worst\ncase\"", "&quot;in the worst\ncase&quot;"),
    ("a typographic apostrophe", "vendor's", "vendor’s"),
    ("an en dash", "lost - ", "lost – "),
    ("an em dash", "lost - ", "lost — "),
    ("two hyphens", "lost - ", "lost -- "),
    ("an ellipsis", "has it...", "has it…"),
    ("emphasis taken away", "*must*", "must"),
    ("emphasis become strong", "*must*", "__must__"),
    ("emphasis added", "every day", "_every_ **day**"),
    ("emphasis within a word", "backed", "back**ed**"),
    ("code marks added", "24 hours", "`24 hours`"),
    ("code marks taken away", "`TLS 1.2`", "TLS 1.2"),
    ("a numeric entity", "24 hours", "&#50;4 hours"),
    ("a backslash before a mark", "24 hours of it can be lost -", "24 hours of it can be lost \\-"),
    ("another list marker", "- [share", "* [share"),
    ("a numbered list", "- [share", "1. [share"),
    ("a loose list", "yaml)\n- look", "yaml)\n\n- look"),
    ("another item in the list", "- look at it", "- look at it\n- sell it"),
    ("a setext heading", "## Backup", "Backup\n------"),
    ("a closed heading", "## Backup", "## Backup ##"),
    ("an anchor for a heading", "## Backup", "## Backup {#safe}"),
    ("emphasis in a heading", "## Backup", "## *Backup*"),
    ("emphasis in a lead-in", "We never:", "We **never**:"),
    ("wider columns", "| Notes | 30 days |", "|   Notes   |   30 days   |"),
    ("an aligned column", "|---|---|---|", "|:---|---:|---|"),
    ("emphasis in a header", "| Kept for", "| *Kept* for"),
    (
        "a reference in place of an inline link",
        "[a statement](https://host.example.com/security) on",
        "[a statement][s] on",
    ),
    (
        "angle brackets around an address",
        "(https://host.example.com/security)",
        "(<https://host.example.com/security>)",
    ),
    ("another label of a footnote", "on it[^1], and", "on it[^one], and"),
    ("a wrapped footnote", "for all customers", "for all\n    customers"),
    (
        "an empty link in place of words that are linked",
        "[Nous ne vendons pas les « données » de nos clients.](",
        "Nous ne vendons pas les « données » de nos clients. [](",
    ),
    ("a composed letter, decomposed", "Sämtliche", "Sa\u{308}mtliche"),
    ("letters as entities", "müssen", "m&uuml;ssen"),
    ("French marks become English ones", "« données »", "“données”"),
    ("French marks with narrow spaces", "« données »", "«\u{202f}données\u{202f}»"),
    ("Japanese wrapped within a word", "バックアップ", "バック\nアップ"),
    ("Japanese without a space before Latin", "、TLS 1.2 以上", "、TLS 1.2以上"),
    ("Hebrew wrapped", "כל הנתונים", "כל\nהנתונים"),
    ("words next to a claim", "- look at it", "- look at it, ever"),
    ("another paragraph above", "## Access\n", "## Access\n\nIt is simple.\n"),
];

/// Edits that change a word or the meaning of words, with the claims that become suspect.
const OTHER: &[(&str, &str, &str, &[&str])] = &[
    ("a number", "24 hours", "72 hours", &["backup"]),
    ("a unit", "24 hours", "24 days", &["backup"]),
    ("how often", "every day", "every week", &["backup"]),
    ("a modal verb", "*must*", "*should*", &["backup"]),
    ("another modal verb", "can be lost", "may be lost", &["backup"]),
    ("a negation", "*must* be", "*must* not be", &["backup"]),
    ("never", "data *must* be", "data *must* never be", &["backup"]),
    ("a limit turned round", "at most 24", "at least 24", &["backup"]),
    ("a word taken out", "at most 24", "24", &["backup"]),
    ("a quantifier", "All of our", "Some of our", &["files"]),
    ("another quantifier", "every day", "each day", &["backup"]),
    ("the scope", "Customer data", "User data", &["backup"]),
    ("the order of words", "backed up every day", "every day backed up", &["backup"]),
    ("the case of a letter", "Customer data", "customer data", &["backup"]),
    ("a comma", "*must* be backed up every day:", "*must* be backed up, every day:", &["backup"]),
    ("a mark", "every day: at", "every day, at", &["backup"]),
    ("the full stop of a sentence", "not more.]", "not more]", &["files"]),
    ("a question", "not more.]", "not more?]", &["files"]),
    ("words run together", "backed up", "backedup", &["backup"]),
    ("a hyphen put in", "backed up", "backed-up", &["backup"]),
    ("a superscript taken down", "10²", "102", &["files"]),
    ("a sign taken away", "-5 °C", "5 °C", &["files"]),
    ("a minus sign for a hyphen", "-5 °C", "−5 °C", &["files"]),
    ("a degree taken away", "°C", "C", &["files"]),
    ("full-width digits", "24 hours", "２４ hours", &["backup"]),
    ("a ligature", "files of", "ﬁles of", &["files"]),
    ("a Cyrillic letter", "Customer data", "Customer d\u{430}ta", &["backup", "look-alike"]),
    ("a Greek letter", "Customer data", "Cust\u{3bf}mer data", &["backup", "look-alike"]),
    ("an accent", "Customer data", "Customér data", &["backup"]),
    ("a decimal", "1.5 years", "15 years", &["cell"]),
    ("a decimal comma", "1.5 years", "1,5 years", &["cell"]),
    ("a per cent sign", "24 hours", "24% hours", &["backup"]),
    ("a version", "TLS 1.2`", "TLS 1.1`", &["link"]),
    ("a day in a footnote", "2026-01-31", "2026-01-30", &["link"]),
    ("words in a footnote", "for all customers", "for some customers", &["link"]),
    ("words in a footnote's footnote", "Without guests", "With guests", &["link"]),
    ("a footnote taken away", "on it[^1], and", "on it, and", &["link"]),
    ("a footnote added", "Our host", "Our host[^1]", &["link"]),
    (
        "an address",
        "https://host.example.com/security)",
        "https://host.example.com/safety)",
        &["link"],
    ),
    ("a scheme", "https://host", "http://host", &["link"]),
    ("a link's title", "/security)", "/security \"of 2019\")", &["link"]),
    (
        "a link taken away",
        "[a statement](https://host.example.com/security)",
        "a statement",
        &["link"],
    ),
    ("a link added", "`TLS 1.2`.", "[`TLS 1.2`](https://tls.example.com).", &["link"]),
    ("a word of a linked text", "[a statement]", "[the statement]", &["link"]),
    ("a column header", "Kept for at most", "Kept for at least", &["row", "cell"]),
    ("a cell of a row", "| Notes |", "| Everything |", &["row"]),
    ("the row of a cell", "| Logs |", "| Notes |", &["cell"]),
    ("a number in a cell", "30 days", "90 days", &["row"]),
    ("a lead-in", "We never:", "We always:", &["item"]),
    ("a lead-in without its colon", "We never:", "We may", &["item"]),
    ("a lead-in taken away", "We never:\n\n", "", &["item"]),
    ("a heading", "## Backup", "## What we do not promise", &["backup", "files", "words-around"]),
    (
        "a heading put in",
        "[All of our",
        "## Not promised\n\n[All of our",
        &["files", "words-around"],
    ),
    ("the heading above a heading", "## Sprachen", "## Ausnahmen", &["de"]),
    ("a heading taken away", "### Schlüssel\n\n", "", &["de"]),
    (
        "the heading of all",
        "# Promises",
        "# Plans",
        &["backup", "files", "item", "row", "cell", "link", "de", "fr", "ja", "he"],
    ),
    ("a German negation", "müssen nach", "müssen nicht nach", &["de"]),
    ("a German modal verb", "müssen nach", "sollen nach", &["de"]),
    ("a German umlaut", "Schlüssel\n", "Schlussel\n", &["de"]),
    ("a German number", "90 Tagen", "900 Tagen", &["de"]),
    ("a French negation", "ne vendons pas", "vendons", &["fr"]),
    ("a Japanese negation", "送られます", "送られません", &["ja"]),
    ("a Japanese word", "毎日", "毎週", &["ja"]),
    ("a Hebrew word", "כל הנתונים", "רוב הנתונים", &["he"]),
    ("a Hebrew mark of direction", "כל ה", "כל \u{200f}ה", &["he"]),
];

/// Edits that are refused.
const REFUSED: &[(&str, &str, &str, &[&str])] = &[
    ("an override of direction", "24 hours", "\u{202e}24 hours", &["hidden-character", "backup"]),
    ("an isolate as an entity", "24 hours", "&#x2067;24 hours", &["hidden-character", "backup"]),
    ("an invisible tag", "24 hours", "24\u{e0030} hours", &["hidden-character", "backup"]),
    ("a letter without a shape", "24 hours", "24\u{3164} hours", &["hidden-character", "backup"]),
    ("words struck through", "*must*", "~~must~~", &["strike-through"]),
    ("HTML in a claim", "*must*", "<b>must</b>", &["raw-html"]),
    (
        "words put before a claim",
        "[All of our",
        "On some days, [All of our",
        &["part-of-a-sentence"],
    ),
    (
        "words put behind a claim",
        "not more.](../checks/files.yaml)",
        "not more](../checks/files.yaml), but on Sundays.",
        &["files", "words-around"],
    ),
    (
        "a footnote in words that are linked",
        "not more.]",
        "not more.[^1]]",
        &["check-without-claim", "looks-like-a-claim"],
    ),
    ("a claim in a block of code", "[All of our", "    [All of our", &["check-without-claim"]),
    (
        "another check",
        "checks/files.yaml",
        "checks/filse.yaml",
        &["check-without-claim", "claim-without-file"],
    ),
];

const NONE: [String; 0] = [];

#[test]
fn the_policy_as_it_is_says_what_its_checks_quote() {
    assert_eq!(amiss([("as it is", POLICY.to_owned(), &[][..])]), NONE);
}

#[test]
fn an_edit_that_changes_no_word_is_not_reported() {
    let edits = SAME.iter().map(|(what, from, to)| {
        let policy = edited(from, to) + "\n[s]: https://host.example.com/security\n";
        let label = if what.contains("label") { "[^one]:" } else { "[^1]:" };
        (*what, policy.replace("[^1]:", label), &[][..])
    });
    assert_eq!(amiss(edits), NONE);
}

#[test]
fn a_file_saved_by_another_editor_is_not_reported() {
    let saved = [
        ("CRLF", POLICY.replace('\n', "\r\n")),
        ("lone CR", POLICY.replace('\n', "\r")),
        ("a byte order mark", format!("\u{feff}{POLICY}")),
        ("no break at the end", POLICY.trim_end().to_owned()),
        ("all of it decomposed", POLICY.nfd().collect()),
    ];
    assert_eq!(amiss(saved.map(|(what, policy)| (what, policy, &[][..]))), NONE);
}

#[test]
fn an_edit_that_changes_a_word_is_never_missed() {
    let edits = OTHER.iter().map(|(what, from, to, claims)| (*what, edited(from, to), *claims));
    assert_eq!(amiss(edits), NONE);
}

#[test]
fn an_edit_that_deceives_or_destroys_is_refused() {
    let edits = REFUSED.iter().map(|(what, from, to, codes)| (*what, edited(from, to), *codes));
    assert_eq!(amiss(edits), NONE);
}

#[test]
fn claims_that_moved_or_changed_places_are_suspect() {
    let swapped = POLICY.replace("fr.yaml", "x.yaml").replace("ja.yaml", "fr.yaml");
    let claim = "[כל הנתונים מוצפנים.](../checks/he.yaml)\n";
    let moved = POLICY.replace(claim, "").replace("## Access", &format!("{claim}\n## Access"));
    let edits = [
        ("changed places", swapped.replace("x.yaml", "ja.yaml"), &["fr", "ja"][..]),
        ("moved", moved, &["he"]),
    ];
    assert_eq!(amiss(edits), NONE);
}

#[test]
fn there_are_more_than_a_hundred_edits() {
    assert!(SAME.len() + OTHER.len() + REFUSED.len() > 100);
}
