//! The desk: from the files as they are on the disk at this moment to the pages that can be shown.
//!
//! Everything is read and made anew at each look: what is shown hangs on the disk alone, and on one
//! thing that is remembered, the last good text of files that cannot be read just now.

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

use crate::args::Serve;
use crate::serve::evidence_file::EvidenceFile;
use crate::serve::note::Note;
use crate::serve::readiness::Readiness;
use crate::serve::shown::Shown;
use crate::serve::{notes, pages, readiness};
use crate::session::{Open, check_sources};
use crate::terminal::clock::clock;

/// What people may write, and what may stand in for itself; other files hold secrets.
const REMEMBERED: [&str; 5] = ["content/", "checks/", "attestations/", "waivers/", "templates/"];

/// What is remembered from one look to the next.
pub(crate) struct Desk {
    root: PathBuf,
    target: Option<String>,
    clock: Clock,
    begun: Timestamp,
    /// The last text of each file that could be read.
    sound: BTreeMap<Arc<str>, Arc<str>>,
    evidence: EvidenceFile,
    past: Past,
}

/// What is shown after one look at the disk.
#[derive(Debug, PartialEq)]
pub(crate) struct Look {
    /// The pages and what stands beside them.
    pub(crate) files: Files,
    /// What there is to say of them.
    pub(crate) notes: Vec<Note>,
    /// Whether this could be published now.
    pub(crate) readiness: Readiness,
    /// Whether nothing in the sources keeps the checks from being run.
    pub(crate) can_be_checked: bool,
    /// The policies as they are written, for a comparison with an earlier version.
    pub(crate) policies: BTreeMap<Arc<str>, Arc<str>>,
    /// What they promise, for the same.
    pub(crate) promises: Promises,
}

impl Desk {
    /// An empty desk, with what was published before.
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

    /// Looks at the disk.
    pub(crate) fn look(&mut self) -> Look {
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

    /// Keeps the text of what could be read, and forgets what is no longer there.
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

    /// For what cannot be read, its last good text; a policy or template that has none is left out.
    fn stand_ins(&self, written: &Checked) -> StandIns {
        let stand_in = |file: &Arc<str>| {
            let text = self.sound.get(file).cloned();
            let can_be_left_out = file.starts_with("content/") || file.starts_with("templates/");
            (text.is_some() || can_be_left_out).then(|| (file.clone(), text))
        };
        written.unread.iter().filter_map(stand_in).collect()
    }

    fn shown(&self, written: &Checked, checked: &Checked, assessment: Option<&Assessment>) -> Look {
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
        Look {
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

    /// The site, and what was wrong with its templates, if they had to be left out.
    fn files(&self, shown: &Shown<'_>, now: Timestamp) -> (Files, Vec<Diagnostic>) {
        let Some(project) = &shown.checked.project else { return Default::default() };
        let none = no_assessment(shown.checked, self.begun);
        let Some(assessment) = shown.assessment.or(none.as_ref()) else {
            return Default::default();
        };
        let past = &self.past;
        let input = Input { project, outcomes: shown.outcomes, assessment, past, now };
        match render::site(&input) {
            Ok(files) => (files, Vec::new()),
            Err(wrong) => {
                let mut plain = project.clone();
                plain.templates.clear();
                let files = render::site(&Input { project: &plain, ..input });
                (files.unwrap_or_default(), wrong)
            }
        }
    }
}

/// Unset variables stop a run as mistakes do, and nothing else.
fn can_be_checked(written: &Checked) -> bool {
    let stops = |one: &Diagnostic| one.is_error() || one.code == Code::UnsetVariable;
    !written.diagnostics.iter().any(stops)
}

/// The assessment of a run in which nothing was asked, for a project that has no other.
fn no_assessment(checked: &Checked, begun: Timestamp) -> Option<Assessment> {
    Some(empty(WorldBinding::of(checked.project.as_ref()?), begun))
}

fn policies(sources: &Sources) -> BTreeMap<Arc<str>, Arc<str>> {
    let policies = sources.iter().filter(|(file, _)| file.starts_with("content/"));
    policies.map(|(file, text)| (file.clone(), text.clone())).collect()
}
