//! `feed.xml`: an Atom feed (RFC 4287) of the policies as they came into force.

use std::fmt::Write;

use crate::model::policy::Policy;
use crate::model::time::start_of_day;
use crate::render::Input;
use crate::render::site::{absolute, link, view};

/// The feed. An entry is known by its policy and the day of its coming into force, so that a new
/// version is a new entry.
pub(crate) fn file(input: &Input<'_>, site: &view::Site) -> String {
    let url = &input.project.site.url;
    let policies = &input.project.policies;
    let newest = policies.iter().map(|policy| policy.front.effective.value).max();
    let updated = newest.map_or(input.assessment.finished, start_of_day);
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{}</id>\n<title>{}</title>\n<updated>{updated}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link href=\"{}\"/>\n\
         <author><name>{}</name></author>\n<generator>{}</generator>",
        xml(&site.language),
        xml(&absolute(url, "index.html")),
        xml(&site.title),
        xml(&absolute(url, "feed.xml")),
        xml(&absolute(url, "index.html")),
        xml(&site.organisation),
        xml(&site.generator),
    );
    let mut entries: Vec<&Policy> = policies.iter().collect();
    entries.sort_by_key(|policy| std::cmp::Reverse(policy.front.effective.value));
    text.extend(entries.into_iter().map(|policy| entry(policy, url)));
    text + "</feed>\n"
}

fn entry(policy: &Policy, url: &url::Url) -> String {
    let front = &policy.front;
    let day = front.effective.value;
    let address = xml(&absolute(url, &format!("{}/index.html", policy.slug)));
    format!(
        "<entry>\n<id>{address}#in-force-{day}</id>\n<title>{}</title>\n\
         <updated>{}</updated>\n<link href=\"{address}\"/>\n\
         <summary>{} In force since {}.</summary>\n</entry>\n",
        xml(&front.title.value),
        start_of_day(day),
        xml(&front.summary.value),
        view::Day::from(day).words,
    )
}

/// Text as it may stand in XML 1.0, which has no room for most controls (section 2.2).
fn xml(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    link::escaped(&text.chars().filter(allowed).collect::<String>())
}

#[cfg(test)]
mod tests {
    use crate::render::site::tests::rendered;

    #[test]
    fn each_policy_is_an_entry_of_the_day_on_which_it_came_into_force() {
        insta::assert_snapshot!(rendered()["feed.xml"], @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
        <id>https://security.example.com/</id>
        <title>Example security</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link rel="self" type="application/atom+xml" href="https://security.example.com/feed.xml"/>
        <link href="https://security.example.com/"/>
        <author><name>Example</name></author>
        <generator>Avouch 0.1.0</generator>
        <entry>
        <id>https://security.example.com/security/#in-force-2026-01-01</id>
        <title>Security</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link href="https://security.example.com/security/"/>
        <summary>What we promise about security. In force since 1 Jan 2026.</summary>
        </entry>
        <entry>
        <id>https://security.example.com/privacy/#in-force-2026-01-01</id>
        <title>Privacy</title>
        <updated>2026-01-01T00:00:00Z</updated>
        <link href="https://security.example.com/privacy/"/>
        <summary>What we promise about privacy. In force since 1 Jan 2026.</summary>
        </entry>
        </feed>
        "#);
    }

    #[test]
    fn what_xml_has_no_room_for_is_left_out() {
        assert_eq!(super::xml("a\u{0}\u{1f}<b>\u{ffff}"), "a&lt;b&gt;");
    }
}
