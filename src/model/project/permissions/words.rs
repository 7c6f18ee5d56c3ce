//! The parts of a program's arguments that may name files.

/// Characters that a shell, or a program like one, expands.
const EXPANDED: [char; 7] = ['*', '?', '$', '\\', '{', '[', '~'];

/// The parts of an argument that may name a file or folder: `--config=a.toml`, `-fa.toml`, `@a.toml`, the words
/// of a shell's command, and the folders above `bin/*.sh`.
pub(crate) fn words(argument: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || "=,;|&()<>\"'`:@".contains(c);
    let parts = argument.split(ends);
    let mut all = Vec::new();
    for part in std::iter::once(argument).chain(parts) {
        let plain = part.trim_start_matches('+');
        let option = plain.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        let after = option.and_then(|rest| rest.char_indices().nth(1).map(|(at, _)| &rest[at..]));
        for word in [Some(part), Some(plain), after].into_iter().flatten() {
            all.push(word.to_owned());
            all.extend(around(word));
        }
    }
    all.retain(|word| !word.is_empty());
    all.dedup();
    all
}

/// The folders before the first expanded character, and the path after the last one.
fn around(word: &str) -> Vec<String> {
    let Some(first) = word.find(EXPANDED) else { return Vec::new() };
    let last = word.rfind(EXPANDED).unwrap_or(first);
    let after = word[last..].split_once('/').map(|(_, path)| path.to_owned());
    let before = word[..first].rsplit_once('/').map(|(folder, _)| folder.to_owned());
    before.into_iter().chain(after).collect()
}

/// Whether an argument may name files that its text does not name.
pub(crate) fn expands(argument: &str) -> bool {
    argument.replace("${backup}", "").contains(EXPANDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_in_each_spelling() {
        for argument in [
            "bin/a.sh",
            "-fbin/a.sh",
            "--file=bin/a.sh",
            "bin/a.sh:lib",
            "@bin/a.sh",
            "+bin/a.sh",
            "$PWD/bin/a.sh",
            "${PWD}/bin/a.sh",
            "-d@bin/a.sh",
            ". $PWD/bin/a.sh; x",
            "-f$PWD/bin/a.sh",
        ] {
            assert!(words(argument).iter().any(|word| word == "bin/a.sh"), "{argument}");
        }
        for argument in ["bin/*.sh", "bin/[a]", "cat bin/?.sh", "bin/{a,b}.sh", "bin/$X"] {
            assert!(words(argument).iter().any(|word| word == "bin"), "{argument}");
            assert!(expands(argument));
        }
        assert!(!expands("bin/a.sh") && !expands("${backup}"));
    }
}
