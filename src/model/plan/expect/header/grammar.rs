//! The parts of header fields that several grammars share: members, directives, quoted strings, tokens.

/// A directive as a field has it: its name in lower case, and its value.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its name, in lower case.
    pub(super) name: String,
    /// Its value, without quotation marks.
    pub(super) value: Option<String>,
    /// Whether the value was in quotation marks, so that any character may be in it.
    pub(super) is_quoted: bool,
}

impl Found {
    /// A directive whose name and value are `parts`, or `whole` as a name without a value.
    pub(super) fn new(whole: &str, parts: Option<(&str, &str)>) -> Self {
        let (name, value) = parts.map_or((whole, None), |(name, value)| (name, Some(value)));
        let value = value.map(|value| value.trim().to_owned());
        Self { name: name.trim().to_lowercase(), value, is_quoted: false }
    }

    /// `max-age=60` in quotation marks, for people.
    pub(super) fn shown(&self) -> String {
        match &self.value {
            Some(value) => format!("“{}={value}”", self.name),
            None => format!("“{}”", self.name),
        }
    }
}

/// The directives of all lines. The error is a clause: a quoted string does not end.
pub(super) fn parsed(lines: &[&str], separators: &[char]) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    for line in lines {
        let members = members(line, separators)?;
        for one in members.into_iter().filter(|one| !one.trim().is_empty()) {
            let Found { name, value, .. } = Found::new(one, one.split_once('='));
            let is_quoted = value.as_ref().is_some_and(|value| value.starts_with('"'));
            all.push(Found { name, value: value.map(|value| unquoted(&value)), is_quoted });
        }
    }
    Ok(all)
}

/// The parts of a line between separators outside quoted strings (RFC 9110, section 5.6.4).
pub(super) fn members<'a>(line: &'a str, separators: &[char]) -> Result<Vec<&'a str>, String> {
    let (mut all, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && separators.contains(&c) => {
                all.push(&line[start..index]);
                start = index + c.len_utf8();
            }
            _ => {}
        }
    }
    all.push(&line[start..]);
    let unended = || format!("is “{line}”, in which a quotation mark is not closed");
    if quoted { Err(unended()) } else { Ok(all) }
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        text.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    text
}

/// Whether a text is a token (RFC 9110, section 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_part)
}

/// The error of a directive whose value is not a whole number of seconds in decimal digits
/// (RFC 9111, section 1.2.2).
pub(super) fn in_seconds(found: &Found) -> Result<(), String> {
    let value = found.value.as_deref().unwrap_or_default();
    match !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!("has {}, which is not a whole number of seconds", found.shown())),
    }
}
