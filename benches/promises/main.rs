//! How many promises of the corpus are noticed, and how many other sentences are taken for one:
//! `cargo bench --bench promises [-- --list]`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod corpus;

use corpus::{CorpusResult, HALVES, LANGUAGES, figures};

fn main() -> CorpusResult<()> {
    let lists = std::env::args().any(|argument| argument == "--list");
    println!("language  half      noticed        false alarms");
    for language in LANGUAGES {
        for half in HALVES {
            let figures = figures(language, half)?;
            let (noticed, alarms) = (figures.noticed(), figures.false_alarms.len());
            let name = if half.is_empty() { "tuned" } else { "held out" };
            println!(
                "{language:<9} {name:<9} {noticed:>3} of {:>3} {:>3} %  {alarms:>2} of {:>3} {:>3} %",
                figures.promises,
                noticed * 100 / figures.promises.max(1),
                figures.others,
                alarms * 100 / figures.others.max(1),
            );
            // Whoever tunes the rules must not see what is held out.
            if lists && half.is_empty() {
                figures.missed.iter().for_each(|one| println!("  missed: {one}"));
                figures.false_alarms.iter().for_each(|one| println!("  false alarm: {one}"));
            }
        }
    }
    Ok(())
}
