//! Replays the corpus of each target, and mutations of it that are the same in each run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{TARGETS, Target, project, stored};

/// The number of files of a corpus, and the size of each in bytes: it is replayed in each run of the tests.
const FILES_MAX: usize = 50;
const BYTES_MAX: usize = 4096;

/// The number of mutations of each target's inputs. Without optimisation, a project is read in 20 milliseconds, and a
/// text is searched in all its readings in 10.
fn mutations(target: &str) -> usize {
    match target {
        "policy" | "settings" | "check" => 20,
        "redactor" | "marks" => 80,
        _ => 500,
    }
}

/// Texts that mutations insert.
const SNIPPETS: [&[u8]; 24] = [
    b"[",
    b"](",
    b"](../checks/claim.yaml)",
    b"[](stated: \"x\")",
    b"```",
    b"> ",
    b"- ",
    b"---\n",
    b"\n\n",
    b"<<: ",
    b"!!str ",
    b"&a ",
    b"*a",
    b"\"",
    b"'",
    b"{",
    b"}",
    b": ",
    b"${X}",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\r\n",
    b"9e999",
];

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder(target)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A generator of numbers that are the same in each run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap() % end.max(1)
    }
}

fn mutated(bytes: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(20)).min(bytes.len());
        match numbers.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            3 => drop(bytes.splice(at..end, SNIPPETS[numbers.below(SNIPPETS.len())].to_vec())),
            4 => bytes.truncate(at.max(1)),
            _ => {
                let from = numbers.below(other.len());
                let to = (from + numbers.below(60)).min(other.len());
                bytes.splice(at..end, other[from..to].to_vec());
            }
        }
    }
    bytes
}

#[test]
fn no_input_of_the_corpus_and_no_mutation_of_one_breaks_a_property() {
    for target in &TARGETS {
        let inputs = corpus(target.name);
        inputs.iter().for_each(|input| run(target, input));
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for _ in 0..mutations(target.name) {
            let input = &inputs[numbers.below(inputs.len())];
            let other = &inputs[numbers.below(inputs.len())];
            run(target, &mutated(input, other, &mut numbers));
        }
    }
}

/// Runs a target, and names the input that breaks a property.
fn run(target: &Target, input: &[u8]) {
    let ran = std::panic::catch_unwind(|| (target.run)(input));
    assert!(ran.is_ok(), "target `{}`, input `{}`", target.name, input.escape_ascii());
}

#[test]
fn each_target_has_a_program_and_a_small_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for target in &TARGETS {
        let program = format!("fuzz_targets/{}.rs", target.name);
        assert!(manifest.contains(&program), "{program}");
        let text = std::fs::read_to_string(root.join(&program)).unwrap();
        assert!(text.contains(&format!("run(\"{}\"", target.name)), "{program}");
        let inputs = corpus(target.name);
        assert!((1..=FILES_MAX).contains(&inputs.len()), "{}: {}", target.name, inputs.len());
        let is_small = |input: &Vec<u8>| input.len() <= BYTES_MAX;
        assert!(inputs.iter().all(is_small), "{}: a file is too long", target.name);
    }
    let names = |path: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root.join(path)).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()
        };
        entries.map(name).collect()
    };
    let known: BTreeSet<String> = TARGETS.iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(names("fuzz_targets"), known);
    assert_eq!(names("corpus"), known);
}

#[test]
fn the_sound_inputs_reach_what_they_are_for() {
    let checked = project::sound();
    assert_eq!(checked.diagnostics, []);
    assert_eq!(checked.plans.len(), 1);
    let inputs = corpus("assessment");
    let judged = inputs.iter().filter_map(|input| {
        let read = serde_json::from_slice(input).ok()?;
        stored::standings(&checked, &stored::bound(read, &checked)).first().copied()
    });
    let names: BTreeSet<&str> = judged.map(|standing| standing.name()).collect();
    assert!(names.contains("holds") && names.contains("violated"), "{names:?}");
    assert!(corpus("claims_json").iter().any(|input| crate::model::published::read(input).is_ok()));
}
