//! The words that the rules of `language` know: lists and tables, one file a language.
//!
//! A file has sections, `[name]`, of words that are separated by white space. In a section of phrases
//! each line is one phrase; in a table each line is a number, a colon, and the words that mean it. The
//! words of all languages are looked up together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The files, by language (BCP 47).
const FILES: [(Language, &str); 4] = [
    (Language::English, include_str!("en.txt")),
    (Language::German, include_str!("de.txt")),
    (Language::French, include_str!("fr.txt")),
    (Language::Spanish, include_str!("es.txt")),
];

/// The languages that have a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// `en`
    English,
    /// `de`
    German,
    /// `fr`
    French,
    /// `es`
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// Its name in English.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
        }
    }

    /// The language of a tag (BCP 47) such as `de-AT`, if it has a file.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|one| one.tag().eq_ignore_ascii_case(primary))
    }
}

/// Read at the first use, in well under a millisecond.
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (language, text) in FILES {
        lexicon.add(language, text);
    }
    lexicon
});

/// An enum of sections: each variant is one, under its name in the files.
macro_rules! sections {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $section:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant,)*
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn section(self) -> &'static str {
                match self {
                    $(Self::$variant => $section,)*
                }
            }
        }
    };
}

sections! {
    /// Phrases of one or more words.
    Phrases {
        Promises = "phrases",
        LeadIns = "lead-ins",
        Receiving = "receiving",
        PastMarks = "past-marks",
        Verdicts = "verdicts",
        Pointing = "pointing",
        Denials = "denials",
        FlatDenials = "flat-denials",
        Limits = "limits",
        Strengthening = "strengthening",
        AtMost = "at-most",
        Within = "within",
        AtLeast = "at-least",
        Exactly = "exactly",
        MoreThan = "more-than",
        LessThan = "less-than",
        OlderThan = "older-than",
        NewerThan = "newer-than",
        OrLess = "or-less",
        OrMore = "or-more",
        OrNewer = "or-newer",
        Repeated = "repeated",
    }
}

sections! {
    /// A list of words.
    List {
        Most = "most",
        Least = "least",
        Negators = "negators",
        ConditionVerbs = "condition-verbs",
        Between = "between",
        Joins = "joins",
        Restates = "restates",
        Streets = "streets",
        Absolutes = "absolutes",
        Deeds = "deeds",
        Participles = "participles",
        Standards = "standards",
        Algorithms = "algorithms",
        Held = "held",
        Habits = "habits",
        Irregular = "irregular",
        IdleParticiples = "idle-participles",
        IdleVerbs = "idle-verbs",
        Topics = "topics",
        Aims = "aims",
        Describing = "describing",
        Obligations = "obligations",
        NotVerbs = "not-verbs",
        BareDeeds = "bare-deeds",
        States = "states",
        Adverbs = "adverbs",
        Possibility = "possibility",
        Opinions = "opinions",
        Regions = "regions",
        Soon = "soon",
        Us = "us",
        Services = "services",
        Speaking = "speaking",
        Others = "others",
        BeforeObject = "before-object",
        Conditions = "conditions",
        Requests = "requests",
        IdleAfterNo = "idle-after-no",
        IdleBeforeAll = "idle-before-all",
        IdleAfterAll = "idle-after-all",
        Past = "past",
        Spans = "spans",
        Public = "public",
        NoDeeds = "no-deeds",
        Per = "per",
        Every = "every",
        TimeCues = "time-cues",
        Fillers = "fillers",
        WorkingDays = "working-days",
        Quarters = "quarters",
        Priced = "priced",
        Money = "money",
        Protocols = "protocols",
        ShortReferences = "short-references",
        Ranges = "ranges",
        References = "references",
        BeforeYear = "before-year",
        Clock = "clock",
        IntervalStems = "interval-stems",
        IntervalEndings = "interval-endings",
        Nights = "nights",
        Percent = "percent",
        Bits = "bits",
        JoinedUnits = "joined-units",
        Abbreviations = "abbreviations",
        VerdictFillers = "verdict-fillers",
        Explaining = "explaining",
        Denying = "denying",
        Limiting = "limiting",
        DenialOpeners = "denial-openers",
        DenialTails = "denial-tails",
        Passing = "passing",
        Passable = "passable",
    }
}

sections! {
    /// A table: words, each with the number that it means.
    Table {
        Seconds = "seconds",
        Months = "months",
        Bytes = "bytes",
        IntervalSeconds = "interval-seconds",
        IntervalMonths = "interval-months",
        Times = "times",
        CalendarMonths = "calendar-months",
        Ones = "ones",
        Tens = "tens",
        Factors = "factors",
        Numbers = "numbers",
        Ordinals = "ordinals",
    }
}

impl List {
    /// Whether a word, in lower case, is in the list of one language.
    pub(crate) fn has_in(self, language: Language, word: &str) -> bool {
        let lists = LEXICON.own.get(&language);
        lists.and_then(|lists| lists.get(self as usize)).is_some_and(|list| list.contains(word))
    }

    /// Whether a word, in lower case, is in the list.
    pub(crate) fn has(self, word: &str) -> bool {
        LEXICON.lists.get(self as usize).is_some_and(|list| list.contains(word))
    }
}

impl Table {
    /// The number that a word, in lower case, means in this table.
    pub(crate) fn number(self, word: &str) -> Option<f64> {
        LEXICON.tables.get(self as usize)?.get(word).copied()
    }
}

impl Phrases {
    /// The phrases of one language, each as its words in lower case.
    pub(crate) fn of(self, language: Language) -> &'static [Vec<&'static str>] {
        let phrases = LEXICON.own_phrases.get(&language);
        phrases.and_then(|phrases| phrases.get(self as usize)).map_or(&[], Vec::as_slice)
    }

    /// The phrases of the section, each as its words in lower case.
    pub(crate) fn all(self) -> &'static [Vec<&'static str>] {
        LEXICON.phrases.get(self as usize).map_or(&[], Vec::as_slice)
    }
}

/// All words, by section.
struct Lexicon {
    lists: Vec<BTreeSet<&'static str>>,
    tables: Vec<BTreeMap<&'static str, f64>>,
    phrases: Vec<Vec<Vec<&'static str>>>,
    /// The lists of each language.
    own: BTreeMap<Language, Vec<BTreeSet<&'static str>>>,
    /// The phrases of each language.
    own_phrases: BTreeMap<Language, Vec<Vec<Vec<&'static str>>>>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self {
            lists: vec![BTreeSet::new(); List::ALL.len()],
            tables: vec![BTreeMap::new(); Table::ALL.len()],
            phrases: vec![Vec::new(); Phrases::ALL.len()],
            own: BTreeMap::new(),
            own_phrases: BTreeMap::new(),
        }
    }
}

impl Lexicon {
    /// Adds the words of one file.
    fn add(&mut self, language: Language, text: &'static str) {
        let mut section = "";
        let mut own = vec![BTreeSet::new(); List::ALL.len()];
        let mut own_phrases = vec![Vec::new(); Phrases::ALL.len()];
        for line in lines(text) {
            if let Some(name) = section_name(line) {
                section = name;
            } else if let Some(phrases) = Phrases::ALL.iter().find(|one| one.section() == section) {
                let phrase: Vec<&str> = line.split_whitespace().collect();
                self.phrases[*phrases as usize].push(phrase.clone());
                own_phrases[*phrases as usize].push(phrase);
            } else if let Some(list) = List::ALL.iter().find(|one| one.section() == section) {
                self.lists[*list as usize].extend(line.split_whitespace());
                own[*list as usize].extend(line.split_whitespace());
            } else if let Some(table) = Table::ALL.iter().find(|one| one.section() == section) {
                self.tables[*table as usize].extend(row(line).into_iter().flatten());
            }
        }
        self.own.insert(language, own);
        self.own_phrases.insert(language, own_phrases);
    }
}

/// The lines of a file, without comments and empty lines.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The name of the section that a line begins.
fn section_name(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']')
}

/// The words of a table's line, each with its number.
fn row(line: &str) -> Option<impl Iterator<Item = (&str, f64)>> {
    let (number, words) = line.split_once(':')?;
    let number = number.parse().ok()?;
    Some(words.split_whitespace().map(move |word| (word, number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Vec<&str> {
        lines(text).filter_map(section_name).collect()
    }

    #[test]
    fn every_file_has_every_section_once_and_no_other() {
        let lists = List::ALL.iter().map(|list| list.section());
        let tables = Table::ALL.iter().map(|table| table.section());
        let phrases = Phrases::ALL.iter().map(|phrases| phrases.section());
        let known: Vec<&str> = phrases.chain(lists).chain(tables).collect();
        for (language, text) in FILES {
            assert_eq!(sections(text), known, "{language:?}");
        }
    }

    #[test]
    fn every_line_of_a_table_is_a_number_and_its_words() {
        for (language, text) in FILES {
            let mut in_table = false;
            for line in lines(text) {
                if let Some(name) = section_name(line) {
                    in_table = Table::ALL.iter().any(|table| table.section() == name);
                } else if in_table {
                    let words = row(line).map_or(0, Iterator::count);
                    assert!(words > 0, "{language:?}: {line}");
                }
            }
        }
    }

    #[test]
    fn words_of_every_language_are_known() {
        assert!(List::Absolutes.has("nobody"));
        assert!(List::Absolutes.has("niemals"));
        assert!(List::Absolutes.has("jamais"));
        assert!(!List::Absolutes.has("sometimes"));
        assert_eq!(Table::Seconds.number("wochen"), Some(604_800.0));
        assert_eq!(Table::Seconds.number("month"), None);
        assert_eq!(Table::CalendarMonths.number("oktober"), Some(10.0));
        assert!(Phrases::Promises.all().iter().any(|one| one == &["under", "no", "circumstances"]));
    }
}
