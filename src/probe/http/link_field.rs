//! The header field `Link` (RFC 8288, section 3).

use std::iter::Peekable;
use std::str::Chars;

/// One link of the field.
#[derive(Debug, Default, PartialEq)]
struct Link {
    /// The address, as written; `None` if there is none in angle brackets.
    target: Option<String>,
    /// The first `rel`: later ones do not count.
    rel: Option<String>,
    /// What the link leads from, if not from the answer itself.
    anchor: Option<String>,
}

/// The addresses of the next pages, as written, in these field values; `None` for one that cannot be
/// read.
pub(super) fn next<'v>(values: impl Iterator<Item = &'v str>) -> Vec<Option<String>> {
    let links = values.flat_map(links);
    let is_next = |link: &Link| {
        let relations = link.rel.as_deref().unwrap_or_default();
        let next = relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case("next"));
        next && link.anchor.is_none()
    };
    links.filter(is_next).map(|link| link.target).collect()
}

fn links(value: &str) -> Vec<Link> {
    let mut rest = value.chars().peekable();
    let mut all = Vec::new();
    while rest.peek().is_some() {
        all.push(link(&mut rest));
    }
    all
}

/// Reads one link and the comma after it.
fn link(rest: &mut Peekable<Chars<'_>>) -> Link {
    let mut link = Link::default();
    while rest.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
    if rest.next_if_eq(&'<').is_some() {
        link.target = Some(until(rest, &['>']).trim().to_owned());
        rest.next();
    }
    loop {
        // Text that belongs to no parameter is skipped.
        until(rest, &[';', ',']);
        match rest.next() {
            Some(';') => parameter(rest, &mut link),
            _ => return link,
        }
    }
}

fn parameter(rest: &mut Peekable<Chars<'_>>, link: &mut Link) {
    let name = until(rest, &['=', ';', ',']).trim().to_ascii_lowercase();
    if rest.next_if_eq(&'=').is_none() {
        return;
    }
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
    let value = match rest.next_if_eq(&'"') {
        Some(_) => quoted(rest),
        None => until(rest, &[';', ',']).trim().to_owned(),
    };
    let place = match name.as_str() {
        "rel" => &mut link.rel,
        "anchor" => &mut link.anchor,
        _ => return,
    };
    place.get_or_insert(value);
}

/// A quoted string (RFC 9110, section 5.6.4), after its first quotation mark.
fn quoted(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => text.extend(rest.next()),
            c => text.push(c),
        }
    }
    text
}

/// The text before one of these characters, which is not consumed.
fn until(rest: &mut Peekable<Chars<'_>>, ends: &[char]) -> String {
    std::iter::from_fn(|| rest.next_if(|c| !ends.contains(c))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Vec<Option<String>> {
        next(values.iter().copied())
    }

    fn one(target: &str) -> Vec<Option<String>> {
        vec![Some(target.to_owned())]
    }

    #[test]
    fn the_next_page_is_found_in_every_form_of_the_field() {
        for value in [
            "</x?page=2>; rel=next",
            "</x?page=2>;rel=\"next\"",
            "< /x?page=2 > ; REL = \"prev NEXT\"",
            "</x?page=1>; rel=prev, </x?page=2>; rel=next, </x?page=9>; rel=last",
            "</a>; title=\"a, b; rel=next <c>\"; rel=prev, </x?page=2>; rel=next",
            "</a>; title=\"a \\\" rel=next\"; rel=prev , </x?page=2>; title; rel=next; rel=prev",
            "</a>; rel=prev; rel=next, </x?page=2>; rel=next",
            "</a>; rel=next; anchor=\"#part\", </x?page=2>; rel=next",
            ", , </x?page=2>; rel=next,",
        ] {
            assert_eq!(read(&[value]), one("/x?page=2"), "{value}");
        }
        assert_eq!(read(&["</a>; rel=prev", "</b,c;d>; rel=next"]), one("/b,c;d"));
    }

    #[test]
    fn other_links_are_not_next_pages() {
        for value in [
            "",
            "</a>",
            "</a>; rel=nextish",
            "</a>; rel=\"https://api.w.org/next\"",
            "</a>; rev=next",
            "</a>; rel=prev; title=next",
            "next",
        ] {
            assert_eq!(read(&[value]), [], "{value}");
        }
    }

    #[test]
    fn a_next_page_without_an_address_is_announced_all_the_same() {
        assert_eq!(read(&["/x?page=2; rel=next"]), [None]);
    }
}
