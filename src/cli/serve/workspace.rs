//! Turns the files on the disk into a snapshot of the site.
//!
//! Each snapshot is made from the files alone, and from the last good text of files that cannot be read at
//! the moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avouch::load::options::StandIns;
use avouch::model::judge::assessment::{Assessment, Seeds};
use avouch::model::judge::binding::WorldBinding;
use avouch::model::published::Promises;
use avouch::model::source::Sources;
use avouch::model::source::diagnostic::Diagnostic;
use avouch::model::source::diagnostic::codes::Code;
use avouch::render;
use avouch::render::{Files, Input, Past, promise};
use avouch::workflow::assess::empty;
use avouch::workflow::clock::Clock;
use avouch::workflow::evidence::current_outcomes;
use avouch::workflow::retracted::used_again;
use avouch::workflow::sources::Checked;
use jiff::Timestamp;

use crate::measured;
use crate::measured::Work;
use crate::serve::evidence_file::EvidenceFile;
use crate::serve::note::Note;
use crate::serve::options::Serve;
use crate::serve::readiness::Readiness;
use crate::serve::shown::Shown;
use crate::serve::{notes, pages, readiness};
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;

/// The files whose last good text is remembered; others may contain secrets.
const REMEMBERED: [&str; 5] = ["content/", "checks/", "attestations/", "waivers/", "templates/"];

/// The files of a project, and the state that is kept between snapshots.
pub(crate) struct Workspace {
    root: PathBuf,
    target: Option<String>,
    clock: Clock,
    begun: Timestamp,
    /// The last text of each file that could be read.
    sound: BTreeMap<Arc<str>, Arc<str>>,
    evidence: EvidenceFile,
    past: Past,
}

/// The site and its notes at one moment.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    /// The files of the site.
    pub(crate) files: Files,
    /// The notes on them.
    pub(crate) notes: Vec<Note>,
    /// Whether the site could be published now.
    pub(crate) readiness: Readiness,
    /// Whether the checks can run: no mistake in the sources prevents it.
    pub(crate) can_be_checked: bool,
    /// The text of each policy, for a comparison with an earlier version.
    pub(crate) policies: BTreeMap<Arc<str>, Arc<str>>,
    /// The promises, for the same comparison.
    pub(crate) promises: Promises,
}

impl Workspace {
    /// A workspace without any text yet, with the history of the site.
    pub(crate) fn new(root: &Path, args: &Serve, past: Past) -> Self {
        let clock = clock(args.target.demo.clock);
        Self {
            root: root.to_owned(),
            target: args.target.target.clone(),
            clock,
            begun: clock.now(),
            sound: BTreeMap::new(),
            evidence: EvidenceFile::new(root),
            past,
        }
    }

    /// Reads the files and renders the site.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        measured::forget();
        let _work = Work::begin();
        let assessment = self.evidence.read();
        let seeds = assessment.as_ref().map_or_else(Seeds::default, |one| one.seeds(0));
        let written = self.read(&seeds, StandIns::new());
        self.remember(&written);
        let instead = self.stand_ins(&written);
        let again = (!instead.is_empty()).then(|| self.read(&seeds, instead));
        let checked = again.as_ref().unwrap_or(&written);
        self.shown(&written, checked, assessment.as_deref())
    }

    fn read(&self, seeds: &Seeds, instead: StandIns) -> Checked {
        let seeds = seeds.clone();
        let open = Open { seeds, instead, ..Open::to_read(&self.root, self.target.as_deref()) };
        check_sources(&open, None, self.clock)
    }

    /// Remembers the text of each readable file, and forgets deleted ones.
    fn remember(&mut self, written: &Checked) {
        self.sound.retain(|file, _| {
            written.sources.text(file).is_some() || written.unread.contains(file)
        });
        let may_be = |file: &str| {
            file == "avouch.yaml" || REMEMBERED.iter().any(|folder| file.starts_with(folder))
        };
        for (file, text) in written.sources.iter() {
            if !written.unread.contains(file) && may_be(file) {
                self.sound.insert(file.clone(), text.clone());
            }
        }
    }

    /// The last good text of each unreadable file; a policy or template without one is left out.
    fn stand_ins(&self, written: &Checked) -> StandIns {
        let stand_in = |file: &Arc<str>| {
            let text = self.sound.get(file).cloned();
            let can_be_left_out = file.starts_with("content/") || file.starts_with("templates/");
            (text.is_some() || can_be_left_out).then(|| (file.clone(), text))
        };
        written.unread.iter().filter_map(stand_in).collect()
    }

    fn shown(
        &self,
        written: &Checked,
        checked: &Checked,
        assessment: Option<&Assessment>,
    ) -> Snapshot {
        let now = self.clock.now();
        let outcomes = current_outcomes(checked, assessment, now);
        let shown = Shown { checked, outcomes: &outcomes, assessment };
        let (files, wrong) = self.files(&shown, now);
        let project = checked.project.as_ref();
        let retracted = self.past.previous.as_ref().map_or(&[][..], |one| &one.retracted);
        let again = project.map(|project| used_again(project, retracted));
        let wrong: Vec<Diagnostic> = wrong.into_iter().chain(again.unwrap_or_default()).collect();
        let notes = notes::all(written, &shown, &wrong);
        let readiness = readiness::of(&notes, &shown, self.evidence.trouble());
        let files = pages::finished(files, written, &shown);
        Snapshot {
            files,
            notes,
            readiness,
            can_be_checked: can_be_checked(written),
            policies: policies(&written.sources),
            promises: project.map_or_else(Promises::default, |project| {
                promise::planned(project, &checked.plans)
            }),
        }
    }

    /// The site, and the mistakes in its templates if they had to be left out.
    fn files(&self, shown: &Shown<'_>, now: Timestamp) -> (Files, Vec<Diagnostic>) {
        let Some(project) = &shown.checked.project else { return Default::default() };
        let none = no_assessment(shown.checked, self.begun);
        let Some(assessment) = shown.assessment.or(none.as_ref()) else {
            return Default::default();
        };
        let past = &self.past;
        let input = Input { project, outcomes: shown.outcomes, assessment, past, now, folder: "" };
        match render::site(&input) {
            Ok(files) => (files, Vec::new()),
            Err(wrong) => {
                let mut plain = project.clone();
                plain.templates.clear();
                measured::forget();
                let files = render::site(&Input { project: &plain, ..input });
                (files.unwrap_or_default(), wrong)
            }
        }
    }
}

/// An unset variable prevents a run as a mistake does; other warnings do not.
fn can_be_checked(written: &Checked) -> bool {
    let stops = |one: &Diagnostic| one.is_error() || one.code == Code::UnsetVariable;
    !written.diagnostics.iter().any(stops)
}

/// The assessment of a run in which no request was sent, for a project that was never checked.
fn no_assessment(checked: &Checked, begun: Timestamp) -> Option<Assessment> {
    Some(empty(WorldBinding::of(checked.project.as_ref()?), begun))
}

fn policies(sources: &Sources) -> BTreeMap<Arc<str>, Arc<str>> {
    let policies = sources.iter().filter(|(file, _)| file.starts_with("content/"));
    policies.map(|(file, text)| (file.clone(), text.clone())).collect()
}
