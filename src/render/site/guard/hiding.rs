//! Declarations that could hide an element, or what is within it.

use crate::render::site::guard::css::{Declaration, IMPORT};

/// Properties that hide what they apply to unless their value is one of [`HARMLESS`].
const HIDING: &[&str] = &[
    "animation",
    "animation-name",
    "backdrop-filter",
    "clip",
    "clip-path",
    "contain",
    "filter",
    "isolation",
    "line-clamp",
    "-webkit-line-clamp",
    "mask",
    "mask-border",
    "mask-border-source",
    "mask-clip",
    "mask-composite",
    "mask-image",
    "mask-mode",
    "mask-origin",
    "mask-position",
    "mask-repeat",
    "mask-size",
    "mask-type",
    "mix-blend-mode",
    "offset",
    "offset-path",
    "opacity",
    "perspective",
    "rotate",
    "scale",
    "text-security",
    "transform",
    "translate",
    "will-change",
    "zoom",
    "all",
    "box-reflect",
];

/// Values that hide nothing.
const HARMLESS: &[&str] = &[
    "none",
    "normal",
    "auto",
    "1",
    "100%",
    "initial",
    "inherit",
    "unset",
    "revert",
    "revert-layer",
    "no-limit",
    "",
];

/// The least size of an element that can be seen, in pixels.
const SIZE_MIN: f64 = 48.0;

/// The least size of letters that can be read, in pixels.
const LETTERS_MIN: f64 = 9.0;

/// The farthest that an element may be moved, in pixels.
const MOVED_MAX: f64 = 64.0;

/// The largest layer of a theme.
const LAYER_MAX: f64 = 1000.0;

/// Whether a declaration could hide the elements that it applies to.
pub(crate) fn may_hide(declaration: &Declaration) -> bool {
    let name = declaration.name.trim_start_matches("-webkit-").trim_start_matches("-moz-");
    let value = declaration.value.as_str();
    if HIDING.contains(&name) {
        let is_one = number(value).is_some_and(|(number, unit)| match unit.as_str() {
            "%" => number >= 100.0,
            _ => number >= 1.0 && !matches!(name, "zoom" | "scale") || number == 1.0,
        });
        return !HARMLESS.contains(&value) && !is_one;
    }
    let is_unknown = value.contains("var(") || value.contains("env(") || value.contains("attr(");
    match name {
        IMPORT => true,
        "display" => value == "none" || is_unknown,
        "visibility" => !matches!(value, "visible" | "inherit" | "initial" | "unset"),
        "content-visibility" => !matches!(value, "visible" | "auto"),
        "position" => matches!(value, "absolute" | "fixed") || is_unknown,
        "overflow" | "overflow-y" | "overflow-block" => {
            value.contains("hidden") || value.contains("clip") || is_unknown
        }
        "content" => value.contains("url(") || value.contains("image("),
        "color" | "-webkit-text-fill-color" | "text-fill-color" => is_transparent(value),
        "font" | "font-size" => lengths(value).any(|length| length < LETTERS_MIN),
        "text-indent" | "letter-spacing" | "word-spacing" => {
            lengths(value).any(|length| length.abs() > MOVED_MAX) || letters_overlap(name, value)
        }
        _ if is_size(name) => !is_unknown && lengths(value).any(|length| length < SIZE_MIN),
        _ if is_move(name) => {
            lengths(value).any(|length| !(-MOVED_MAX..=1000.0).contains(&length))
                || value.contains("calc(") && value.contains('-')
        }
        _ => false,
    }
}

/// Whether a declaration could lay an element over all others.
pub(crate) fn may_cover(declaration: &Declaration) -> bool {
    let value = declaration.value.as_str();
    let is_high = || number(value).is_none_or(|(number, _)| number > LAYER_MAX);
    declaration.name == "z-index" && !HARMLESS.contains(&value) && is_high()
}

fn is_size(name: &str) -> bool {
    matches!(
        name,
        "width"
            | "height"
            | "max-width"
            | "max-height"
            | "inline-size"
            | "block-size"
            | "max-inline-size"
            | "max-block-size"
    )
}

fn is_move(name: &str) -> bool {
    name.starts_with("margin")
        || name.starts_with("inset")
        || matches!(name, "left" | "right" | "top" | "bottom")
}

/// Letters that are pushed into each other cannot be read.
fn letters_overlap(name: &str, value: &str) -> bool {
    name == "letter-spacing" && lengths(value).any(|length| length < -2.0)
}

fn is_transparent(value: &str) -> bool {
    let is_clear =
        |alpha: &str| number(alpha.trim_end_matches(')').trim()).is_some_and(|(n, _)| n < 0.5);
    let alpha = value.rsplit_once('/').map(|(_, alpha)| alpha);
    let last = value.starts_with("rgba(") || value.starts_with("hsla(");
    let last = last.then(|| value.rsplit(',').next()).flatten();
    let hex = value.strip_prefix('#').filter(|hex| matches!(hex.len(), 4 | 8));
    let hex_is_clear =
        hex.is_some_and(|hex| hex.ends_with('0') || hex.len() == 8 && hex[6..] < *"80");
    value == "transparent" || alpha.or(last).is_some_and(is_clear) || hex_is_clear
}

/// The lengths in a value, in pixels; percentages, and lengths relative to the window, of a window of 1000 pixels.
fn lengths(value: &str) -> impl Iterator<Item = f64> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | '*');
    value.split(is_between).filter_map(|part| {
        let (number, unit) = number(part)?;
        let scale = match unit.as_str() {
            "px" => 1.0,
            "" if number == 0.0 => 1.0,
            "em" | "rem" | "ic" | "lh" | "rlh" => 16.0,
            "ch" | "ex" | "cap" => 8.0,
            "pt" => 4.0 / 3.0,
            "pc" => 16.0,
            "mm" => 3.78,
            "cm" | "q" => 37.8,
            "in" => 96.0,
            unit if unit.starts_with('v') || unit.ends_with("vw") || unit.ends_with("vh") => 10.0,
            // Percentages of letters and of widths.
            "%" if number <= 25.0 => 0.16,
            "%" => 10.0,
            _ => return None,
        };
        Some(number * scale)
    })
}

fn number(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')));
    let (digits, unit) = text.split_at(end.unwrap_or(text.len()));
    let is_unit = unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%');
    Some((digits.parse().ok()?, unit.to_owned())).filter(|_| is_unit)
}
