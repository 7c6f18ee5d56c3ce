//! The mistakes of sources from which nothing could be tested: the input of every report of them, and the
//! reports for people.

use serde_json::{Value, json};

use crate::model::source::diagnostic::{Diagnostic, Severity};
use crate::model::source::redline::{Redline, Side};
use crate::model::source::{LineColumn, Place, Sources};
use crate::render::outlet::markdown::Markdown;
use crate::render::outlet::terminal::Terminal;
use crate::render::outlet::{Text, Written};
use crate::render::wording::{count, plain};

/// The mistakes in the sources of a project, for its reports.
#[derive(Clone, Copy, Debug)]
pub struct Mistakes<'a> {
    /// Everything that is wrong, in the order of the sources.
    pub diagnostics: &'a [Diagnostic],
    /// The text of every file.
    pub sources: &'a Sources,
    /// The project's folder within its repository, as in [`crate::render::Input`].
    pub folder: &'a str,
}

impl Mistakes<'_> {
    /// The file of a diagnostic, from the repository's root, and its line and column.
    pub(super) fn place_of(&self, one: &Diagnostic) -> Option<(String, LineColumn)> {
        let place = one.place.as_ref()?;
        Some((format!("{}{}", self.folder, place.file), self.sources.line_column(place)))
    }

    /// The number of errors.
    pub(super) fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|one| one.is_error()).count()
    }

    /// `1 error and 2 warnings in the sources`.
    fn counted(&self) -> String {
        let errors = count(self.errors(), "error");
        let warnings = count(self.diagnostics.len() - self.errors(), "warning");
        format!("{errors} and {warnings} in the sources")
    }
}

/// `error` or `warning`.
pub(super) fn level(one: &Diagnostic) -> &'static str {
    match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The message of a diagnostic and, as a sentence of its own, what to do.
pub(super) fn told(one: &Diagnostic) -> String {
    match &one.help {
        Some(help) => format!("{}. Help: {}", plain(&one.message), plain(help)),
        None => plain(&one.message),
    }
}

/// The mistakes as text.
pub(super) fn text(mistakes: &Mistakes<'_>) -> Written {
    let mut out = Text::<Terminal>::new();
    for one in mistakes.diagnostics {
        let title = Text::new().own(level(one)).own("[").put(one.code.name()).own("]: ");
        out.add(title.put(plain(&one.message)).own("\n"));
        if let Some(place) = &one.place {
            let at = mistakes.sources.line_column(place);
            let place = format!("{}:{}:{}", plain(&place.file), at.line, at.column);
            out.add(Text::new().own("  at    ").put(place).own("\n"));
        }
        if let Some(help) = &one.help {
            out.add(Text::new().own("  help  ").put(plain(help)).own("\n"));
        }
        out.add(Text::new().own("\n"));
    }
    out.put(mistakes.counted()).own(": no claim was tested\n").finish()
}

/// The mistakes as Markdown; at most so many.
pub(super) fn markdown(mistakes: &Mistakes<'_>, most: usize) -> Written {
    let mut out = Text::<Markdown>::new().own("## Security claims: ").put(mistakes.counted());
    out = out.own("\n\nNo claim was tested.\n\n");
    for one in mistakes.diagnostics.iter().take(most) {
        out.add(Text::new().own("- "));
        if let Some(place) = &one.place {
            let at = mistakes.sources.line_column(place);
            out.add(Text::code(&place.file).own(", line ").put(at.line).own(": "));
        }
        let code = Text::code(one.code.name());
        out = out.put(told(one)).own(" (**").own(level(one)).own("** ").put(code).own(")\n");
    }
    match mistakes.diagnostics.len().saturating_sub(most) {
        0 => out.finish(),
        rest => out.own("\nAnd ").put(rest).own(" more.\n").finish(),
    }
}

/// All diagnostics as a JSON array, in their order. Their files are relative to the project's folder.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let place = |place: &Place| {
        let at = sources.line_column(place);
        json!({ "file": &*place.file, "line": at.line, "column": at.column })
    };
    let related = |(at, label): &(Place, String)| {
        let mut value = place(at);
        value["label"] = label.as_str().into();
        value
    };
    let one = |one: &Diagnostic| {
        let at = one.place.as_ref().map(place).unwrap_or_default();
        let mut value = json!({
            "file": at["file"],
            "line": at["line"],
            "column": at["column"],
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "help": one.help,
            "arguments": one.arguments,
            "related": one.related.iter().map(related).collect::<Vec<_>>(),
        });
        if let Some(redline) = &one.redline {
            value["redline"] = json_of(redline);
        }
        value
    };
    diagnostics.iter().map(one).collect()
}

fn json_of(redline: &Redline) -> Value {
    let side = |side: &Side| {
        let by = side.by.as_ref();
        let by = by.map(|by| json!({ "author": by.author, "at": by.at, "commit": by.id }));
        json!({ "text": side.text, "by": by })
    };
    json!({
        "claim": redline.claim,
        "runs": redline.runs,
        "quote": side(&redline.quote),
        "policy": side(&redline.policy),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::diagnostic::codes::Code;
    use crate::render::report::FORMATS;

    const EVIL: &str = "evil \u{0}\u{1b}[31m\u{fffe}\u{ffff}\r\n::error::x ]]> `|`";

    fn sources() -> Sources {
        let mut sources = Sources::default();
        sources.insert("content/a.md", "one\ntwé [link](x) end\nlast\n");
        sources.insert("checks/b.yaml", "proves: old words\nbecause: x\n");
        sources
    }

    fn found() -> Vec<Diagnostic> {
        let place = Place::new("content/a.md", 9..18);
        vec![
            Diagnostic::new(Code::MissingPage, place.clone(), "there is no page `x`")
                .help("add it"),
            Diagnostic::new(Code::Suspect, place, EVIL)
                .related(Place::file("checks/b.yaml"), "there"),
            Diagnostic { place: None, ..Diagnostic::new(Code::UnusedFile, Place::file("x"), "n") },
        ]
    }

    /// The report of these diagnostics, of a project in the folder `site/` of its repository.
    fn reported(format: &str, diagnostics: &[Diagnostic]) -> String {
        let sources = sources();
        let mistakes = Mistakes { diagnostics, sources: &sources, folder: "site/" };
        let format = crate::render::report::format(format).unwrap();
        format.mistakes(&mistakes).to_string()
    }

    #[test]
    fn every_format_contains_every_mistake() {
        for format in FORMATS {
            let report = reported(format.name, &found());
            for text in ["there is no page", "missing-page", "suspect", "unused-file"] {
                assert!(report.contains(text), "{}: {text}: {report}", format.name);
            }
            assert!(!report.contains('\u{1b}'), "{}: {report}", format.name);
        }
    }

    #[test]
    fn every_format_can_report_that_nothing_is_wrong() {
        for format in FORMATS {
            let report = reported(format.name, &[]);
            assert!(!report.contains("missing"), "{}: {report}", format.name);
        }
        let junit = reported("junit", &[]);
        assert!(junit.contains("tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"0\""), "{junit}");
        assert_eq!(reported("github", &[]), "");
    }

    #[test]
    fn a_forge_gets_files_from_the_root_of_the_repository() {
        let first = "::error file=site/content/a.md,line=2,col=5,title=missing-page::";
        assert!(reported("github", &found()).starts_with(first));
        let log: Value = serde_json::from_str(&reported("sarif", &found())).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "site/content/a.md");
        assert_eq!(place["region"]["startLine"], 2);
        assert_eq!(
            results[1]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "site/checks/b.yaml"
        );
        assert_eq!(results[2].get("locations"), None);
        let levels: Vec<&Value> = results.iter().map(|one| &one["level"]).collect();
        assert_eq!(levels, ["error", "error", "warning"]);
        assert!(reported("junit", &found()).contains("file=\"site/content/a.md\" line=\"2\""));
    }

    #[test]
    fn an_error_is_a_case_that_fails_and_a_warning_is_one_that_passes() {
        let junit = reported("junit", &found());
        assert!(junit.contains("tests=\"3\" skipped=\"0\" failures=\"0\" errors=\"2\""), "{junit}");
        assert_eq!(junit.matches("<error ").count(), 2, "{junit}");
        assert_eq!(junit.matches("<system-err>").count(), 1, "{junit}");
        assert!(!junit.contains(['\u{0}', '\u{fffe}', '\u{ffff}']), "{junit}");
    }

    #[test]
    fn no_message_can_begin_another_annotation() {
        let report = reported("github", &found());
        assert_eq!(report.lines().count(), 3, "{report}");
    }

    #[test]
    fn people_read_place_and_remedy() {
        insta::assert_snapshot!(reported("text", &found()[..1]), @r"
        error[missing-page]: there is no page `x`
          at    content/a.md:2:5
          help  add it

        1 error and 0 warnings in the sources: no claim was tested
        ");
        insta::assert_snapshot!(reported("markdown", &found()[..1]), @r"
        ## Security claims: 1 error and 0 warnings in the sources

        No claim was tested.

        - `content/a.md`, line 2: there is no page \`x\`. Help: add it (**error** `missing-page`)
        ");
        let many = vec![found()[0].clone(); 60];
        assert!(reported("summary", &many).ends_with("\nAnd 10 more.\n"));
    }

    #[test]
    fn programs_get_line_column_code_message_and_help() {
        let one = Diagnostic::new(Code::Suspect, Place::new("content/a.md", 8..10), "m")
            .help("h")
            .related(Place::new("checks/b.yaml", 8..9), "there");
        let none =
            Diagnostic { place: None, ..Diagnostic::new(Code::UnusedFile, Place::file("x"), "n") };
        assert_eq!(
            json(&[one, none], &sources()),
            json!([
                {
                    "file": "content/a.md", "line": 2, "column": 4, "code": "suspect",
                    "severity": "error", "message": "m", "help": "h", "arguments": {},
                    "related": [{"file": "checks/b.yaml", "line": 1, "column": 9, "label": "there"}],
                },
                {
                    "file": null, "line": null, "column": null, "code": "unused-file",
                    "severity": "warning", "message": "n", "help": null, "arguments": {},
                    "related": [],
                },
            ])
        );
    }
}
