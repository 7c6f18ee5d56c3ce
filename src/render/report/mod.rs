//! Reports of a run. To add one, write one file and add one row to [`FORMATS`].

pub mod counterexamples;
mod github;
mod job_summary;
mod json;
mod junit;
mod markdown;
pub mod plan;
mod sarif;
mod text;

use crate::render::Input;

/// A report format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, for `--format` and `--report`.
    pub name: &'static str,
    /// The purpose, for the help text.
    pub about: &'static str,
    /// Writes the report. The same input gives the same bytes.
    pub render: fn(&Input<'_>) -> Vec<u8>,
}

/// All report formats; the first is the default.
pub static FORMATS: &[Format] = &[
    Format { name: "text", about: "for people", render: text::render },
    Format { name: "json", about: "all that is known, for programs", render: json::render },
    Format { name: "junit", about: "JUnit XML, for CI servers", render: junit::render },
    Format { name: "sarif", about: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format { name: "github", about: "annotations, for a GitHub workflow", render: github::render },
    Format { name: "summary", about: "Markdown, short", render: job_summary::render },
    Format { name: "markdown", about: "Markdown, whole", render: markdown::render },
];

/// The format with this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::Sample;

    #[test]
    fn every_format_gives_the_same_bytes_for_the_same_run() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        for format in FORMATS {
            let once = (format.render)(&sample.input(&outcomes));
            assert_eq!(once, (format.render)(&sample.input(&outcomes)), "{}", format.name);
        }
    }

    #[test]
    fn no_format_contains_a_secret() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        for format in FORMATS {
            let report = String::from_utf8((format.render)(&sample.input(&outcomes))).unwrap();
            assert!(!report.contains("not-a-secret"), "{}", format.name);
        }
    }
}
