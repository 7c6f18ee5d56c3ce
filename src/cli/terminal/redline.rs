//! A redline on a terminal: the deleted words, the new words, and the author of each side.

use avouch::model::source::redline::{Fate, Redline, Run, Side};
use avouch::model::time::in_words;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use avouch::render::report::layout::{Colour, GREEN, Layout, RED};
use avouch::render::wording::cut;

/// The change on one line, `[-deleted-]{+new+}`, in red and green where colour is used.
pub(crate) fn text(runs: &[Run], colour: Colour) -> Text<Terminal> {
    runs.iter().map(|run| marked(run, colour)).collect()
}

fn marked(run: &Run, colour: Colour) -> Text<Terminal> {
    let (style, open, close) = match run.fate {
        Fate::Kept => return Text::from(plain(&run.text)),
        Fate::Removed => (RED, "[-", "-]"),
        Fate::Added => (GREEN, "{+", "+}"),
    };
    let marked = Text::new().own(open).put(plain(&run.text)).own(close);
    Layout { colour, ..Layout::default() }.paint(style, marked)
}

/// Text without characters that control a terminal or change the direction of writing.
fn plain(text: &str) -> String {
    cut(text, usize::MAX)
}

/// Names each character that replaced one that looks like it.
pub(crate) fn look_alikes(redline: &Redline) -> Option<String> {
    let one = |(old, new): (char, char)| {
        let name = |c: char| format!("`{}` (U+{:04X})", plain(&c.to_string()), c as u32);
        format!("{} is not {}", name(new), name(old))
    };
    let all: Vec<String> = redline.look_alikes().into_iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The authors and times of the two sides; `None` where neither is committed.
pub(crate) fn authors(redline: &Redline) -> Option<String> {
    redline
        .is_committed()
        .then(|| format!("checked: {}; now: {}", author(&redline.quote), author(&redline.policy)))
}

/// The author and time of one side: `Ann Example, 22 Nov 2026, 10:00 UTC, in 0123456789`.
pub(crate) fn author(side: &Side) -> String {
    match &side.by {
        Some(by) => format!("{}, {}, in {}", plain(&by.author), in_words(by.at), plain(&by.id)),
        None => "not committed yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use avouch::model::source::redline::redline;
    use avouch::model::source::{Commit, Place};

    use super::*;

    #[test]
    fn removed_and_added_words_can_be_distinguished_without_colour() {
        let runs = redline("We must keep 24 hours.", "We should keep 72 hours\u{202e}.");
        assert_eq!(
            text(&runs, Colour::Plain).plain(),
            "We [-must-]{+should+} keep [-24-]{+72+} [-hours-]{+hours\\u{202e}+}."
        );
        assert!(
            text(&runs, Colour::Ansi)
                .finish()
                .as_str()
                .contains("\u{1b}[31m[-24-]\u{1b}[0m\u{1b}[32m{+72+}\u{1b}[0m")
        );
    }

    #[test]
    fn each_side_says_who_wrote_it_and_when() {
        let side = |by| Side { by, ..Side::new("x", Place::file("a")) };
        let ann = Commit {
            id: "0123456789".into(),
            author: "Ann\u{1b}[2J".into(),
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        let both = Redline::new(&"a".into(), side(Some(ann)), side(None));
        assert_eq!(
            authors(&both).unwrap(),
            "checked: Ann\\u{1b}[2J, 22 Nov 2026, 10:00 UTC, in 0123456789; now: not committed yet"
        );
        assert_eq!(authors(&Redline::new(&"a".into(), side(None), side(None))), None);
    }
}
