//! Reports of a run. A new one is one file and one row of [`FORMATS`].

pub mod counterexamples;
mod json;
pub mod plan;
mod text;

use crate::render::Input;

/// A form in which a run can be reported.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name, as it is given to `--format`.
    pub name: &'static str,
    /// Writes the report. The same input gives the same bytes.
    pub render: fn(&Input<'_>) -> Vec<u8>,
}

/// Every form of report; the first is the one for people.
pub static FORMATS: &[Format] =
    &[Format { name: "text", render: text::render }, Format { name: "json", render: json::render }];

/// The form of that name.
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
    fn no_format_tells_a_secret() {
        let sample = Sample::new();
        let outcomes = sample.outcomes();
        for format in FORMATS {
            let report = String::from_utf8((format.render)(&sample.input(&outcomes))).unwrap();
            assert!(!report.contains("not-a-secret"), "{}", format.name);
        }
    }
}
