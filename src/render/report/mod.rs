//! Reports of a run. To add one, write one file and add one row to [`FORMATS`].

mod claims_table;
pub mod counterexamples;
mod github;
mod job_summary;
mod json;
mod junit;
pub mod labels;
pub mod layout;
mod markdown;
pub mod mistakes;
pub mod plan;
mod problem;
mod sarif;
mod text;

use crate::render::Input;
use crate::render::outlet::Written;
use crate::render::report::layout::Layout;
use crate::render::report::mistakes::Mistakes;

/// A report format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, for `--format` and `--report`.
    pub name: &'static str,
    /// The purpose, for the help text.
    pub about: &'static str,
    /// Writes it.
    pub writer: Writer,
    /// Writes the mistakes of sources that could not be tested.
    pub mistakes: fn(&Mistakes<'_>) -> Written,
}

/// The function that writes a report. The same arguments give the same bytes.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// Of a format for programs, which has one layout.
    Fixed(fn(&Input<'_>) -> Written),
    /// Of a format for people.
    LaidOut(fn(&Input<'_>, &Layout) -> Written),
}

impl Format {
    /// Writes the report of sources that could not be tested.
    pub fn mistakes(&self, mistakes: &Mistakes<'_>) -> Written {
        (self.mistakes)(mistakes)
    }

    /// Writes the report; `layout` matters to formats for people alone.
    pub fn render(&self, input: &Input<'_>, layout: &Layout) -> Written {
        match self.writer {
            Writer::Fixed(write) => write(input),
            Writer::LaidOut(write) => write(input, layout),
        }
    }
}

/// All report formats; the first is the default.
pub static FORMATS: &[Format] = &[
    Format {
        name: "text",
        about: "for people",
        writer: Writer::LaidOut(text::render),
        mistakes: mistakes::text,
    },
    Format {
        name: "json",
        about: "everything, for programs",
        writer: Writer::Fixed(json::render),
        mistakes: json::mistakes,
    },
    Format {
        name: "junit",
        about: "JUnit XML, for CI servers",
        writer: Writer::Fixed(junit::render),
        mistakes: junit::mistakes,
    },
    Format {
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning",
        writer: Writer::Fixed(sarif::render),
        mistakes: sarif::mistakes,
    },
    Format {
        name: "github",
        about: "annotations, for a GitHub workflow",
        writer: Writer::Fixed(github::render),
        mistakes: github::mistakes,
    },
    Format {
        name: "summary",
        about: "short Markdown, for the summary of a CI job",
        writer: Writer::LaidOut(job_summary::render),
        mistakes: job_summary::mistakes,
    },
    Format {
        name: "markdown",
        about: "Markdown with every claim, for a comment or a wiki",
        writer: Writer::LaidOut(markdown::render),
        mistakes: markdown::mistakes,
    },
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
            let once = format.render(&sample.input(&outcomes), &Layout::default());
            assert_eq!(
                once,
                format.render(&sample.input(&outcomes), &Layout::default()),
                "{}",
                format.name
            );
        }
    }

    #[test]
    fn no_format_contains_a_secret() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        for format in FORMATS {
            let report = format.render(&sample.input(&outcomes), &Layout::default()).to_string();
            assert!(!report.contains("not-a-secret"), "{}", format.name);
        }
    }
}
