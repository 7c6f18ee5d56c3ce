//! Tests of the site as a whole, with the shared sample.

use super::*;
use crate::render::sample::Sample;

pub(crate) fn rendered() -> std::collections::BTreeMap<String, String> {
    let sample = Sample::new();
    let outcomes = sample.outcomes();
    let files = render(&sample.input(&outcomes), Stage::Published).unwrap();
    let text = |(path, bytes)| (path, String::from_utf8(bytes).unwrap());
    files.into_iter().map(text).collect()
}

#[test]
fn there_is_a_page_for_each_policy_and_each_claim() {
    let paths: Vec<String> = rendered().into_keys().collect();
    insta::assert_snapshot!(paths.join("\n"), @r"
    .htaccess
    _headers
    avouch.js
    badge.json
    badge.svg
    claims.json
    claims.schema.json
    evidence/backup-daily/index.html
    evidence/content-storage/index.html
    evidence/encrypted-transport/index.html
    evidence/image-storage/index.html
    evidence/limited-scopes/index.html
    evidence/privacy-policy/index.html
    evidence/tenant-isolation/index.html
    feed.xml
    headers.nginx.conf
    icon-unverified.svg
    icon.svg
    index.html
    llms.txt
    marks.css
    print.css
    privacy/index.html
    privacy/index.md
    robots.txt
    security/index.html
    security/index.md
    sitemap.xml
    staticwebapp.config.json
    style.css
    theme.css
    vercel.json
    ");
}

#[test]
fn every_file_that_is_not_a_page_of_a_policy_has_a_known_path() {
    let sample = Sample::new();
    let slugs: Vec<&str> =
        sample.project.policies.iter().map(|policy| policy.slug.as_str()).collect();
    for path in rendered().into_keys() {
        let is_page = path.split_once('/').is_some_and(|(folder, _)| slugs.contains(&folder));
        assert!(is_page || crate::model::project::site_paths::are_at(&path), "{path}");
    }
}

#[test]
fn every_link_points_to_an_existing_file_and_id() {
    let files = rendered();
    for (path, html) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        for address in attributes(html, "href") {
            if address.contains("://") || address.starts_with("mailto:") {
                continue;
            }
            let (to, anchor) = address.split_once('#').unwrap_or((&address, ""));
            let to = link::resolved(path, to).unwrap_or_else(|| path.clone());
            let target = files.get(&to).unwrap_or_else(|| panic!("{path}: {address}"));
            let id = format!("id=\"{anchor}\"");
            assert!(anchor.is_empty() || target.contains(&id), "{path}: {address}");
        }
    }
}

#[test]
fn every_page_has_one_first_heading_a_language_and_only_our_script() {
    for (path, html) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        assert!(html.contains("<html lang=\"en\">"), "{path}");
        let ours = html.matches("avouch.js\" defer></script>").count();
        let data = html.matches("<script type=\"application/ld+json\">").count();
        assert_eq!((ours, data, html.matches("<script").count()), (1, 1, 2), "{path}");
        assert!(html.contains("Verified against the embedded demo add-on, not a live service."));
    }
}

#[test]
fn ids_are_unique_on_a_page() {
    for (path, html) in rendered() {
        let mut ids = attributes(&html, "id");
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{path}");
    }
}

#[test]
fn answers_and_secrets_are_not_on_the_pages() {
    for (path, text) in rendered() {
        for never in ["alert(1)", "127.0.0.1", "not-a-secret"] {
            assert!(!text.contains(never), "{path}: {never}");
        }
        assert!(!path.ends_with(".html") || !text.contains("<data>"), "{path}");
    }
}

#[test]
fn the_worst_standing_comes_first() {
    let files = rendered();
    let summary = between(&files["index.html"], "<section class=\"summary", "</section>");
    insta::assert_snapshot!(summary, @r#"
    <section class="summary violated" aria-label="Status of the claims" data-until="2026-11-23T10:00:00Z">
    <p class="lapsed" hidden data-until="2026-11-23T10:00:00Z"><strong>Expired.</strong> Unverified since <time datetime="2026-11-23T10:00:00Z">23 Nov 2026, 10:00 UTC</time>.</p>
    <p>Checked <time datetime="2026-11-22T10:00:00Z">22 Nov 2026, 10:00 UTC</time> against the embedded demo add-on:
    <span class="count"><span class="shape violated" aria-hidden="true">✗</span> 1 failed,</span>
    <span class="count"><span class="shape weak" aria-hidden="true">△</span> 1 with a weak check,</span>
    <span class="count"><span class="shape inconclusive" aria-hidden="true">?</span> 1 could not be verified,</span>
    <span class="count"><span class="shape expired" aria-hidden="true">◷</span> 1 expired,</span>
    <span class="count"><span class="shape waived" aria-hidden="true">◐</span> 1 with an exception,</span>
    <span class="count"><span class="shape holds" aria-hidden="true">✓</span> 1 verified,</span>
    <span class="count"><span class="shape attested" aria-hidden="true">◆</span> 1 confirmed by a named role,</span>
    <span class="count"><span class="shape not-tested" aria-hidden="true">○</span> 1 statement not tested.</span>
    </p>
    <ul class="troubles">
    <li><span class="mark violated" data-claim="tenant-isolation"><span aria-hidden="true">✗</span> Failed</span> <a href="security/index.html#claim-tenant-isolation">One customer can never reach another customer&#39;s &lt;data&gt;.</a> <span class="standing">Tests show that this claim is not true.</span></li>
    <li><span class="mark weak" data-claim="limited-scopes"><span aria-hidden="true">△</span> Weak check</span> <a href="security/index.html#claim-limited-scopes">The add-on asks for limited access.</a> <span class="standing">The check of this claim misses something that would make the claim false.</span></li>
    <li><span class="mark inconclusive" data-claim="backup-daily"><span aria-hidden="true">?</span> Could not verify</span> <a href="security/index.html#claim-backup-daily">Customer data is backed up every day.</a> <span class="standing">This claim could not be verified: the service could not be reached.</span></li>
    <li><span class="mark expired" data-claim="privacy-policy"><span aria-hidden="true">◷</span> Expired</span> <a href="security/index.html#claim-privacy-policy">There is a privacy policy.</a> <span class="standing">This claim was true when it was tested, but the evidence has expired.</span></li>
    <li><span class="mark waived" data-claim="image-storage" data-until="2026-11-23T10:00:00Z" data-then="Expired"><span aria-hidden="true">◐</span> Exception until 30 Nov 2026</span> <a href="security/index.html#claim-image-storage">Images are no longer kept on the old host.</a> <span class="standing">This claim is not true at present. A named role has accepted this until 30 Nov 2026. Until the end of the month some images are still on the old host.</span></li>
    </ul>
    <p>The verified claims are valid until <time datetime="2026-11-23T10:00:00Z">23 Nov 2026, 10:00 UTC</time>. Treat this page as unverified after that.</p>
    </section>
    "#);
}

#[test]
fn the_files_of_a_draft_for_programs_say_that_it_is_one() {
    let sample = Sample::new();
    let outcomes = sample.outcomes();
    let draft = render(&sample.input(&outcomes), Stage::Draft).unwrap();
    let text = |path: &str| String::from_utf8_lossy(&draft[path]).into_owned();
    let claims: serde_json::Value = serde_json::from_str(&text("claims.json")).unwrap();
    assert_eq!(claims["draft"], true);
    let badge: serde_json::Value = serde_json::from_str(&text("badge.json")).unwrap();
    assert_eq!(badge["message"], "Draft, not verified");
    assert!(text("badge.svg").contains(": Draft, not verified</title>"));
    assert!(!text("badge.svg").contains(" verified and"));
    let titles = text("feed.xml").matches("<title>").count();
    assert!(titles > 2);
    assert_eq!(text("feed.xml").matches("<title>Draft: ").count(), titles);
    assert!(text("security/index.md").contains("**Draft, not verified.**"));
    assert!(text("llms.txt").contains("**Draft, not verified.**"));
    let published: serde_json::Value = serde_json::from_str(&rendered()["claims.json"]).unwrap();
    assert_eq!(published["draft"], false);
}

#[test]
fn every_page_of_a_draft_is_marked_as_such() {
    let sample = Sample::new();
    let outcomes = sample.outcomes();
    let draft = render(&sample.input(&outcomes), Stage::Draft).unwrap();
    for (path, html) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
        let draft = String::from_utf8_lossy(&draft[path]);
        for words in ["<strong>Draft, not verified.</strong>", "<title", ">Draft: "] {
            assert!(draft.contains(words), "{path}: {words}");
        }
        assert!(!draft.contains("icon.svg"), "{path}");
        assert!(!html.contains("Draft"), "{path}");
    }
}

#[test]
fn a_claim_is_followed_by_its_evidence() {
    let files = rendered();
    let about =
        between(&files["security/index.html"], "<details class=\"about violated", "</details>");
    insta::assert_snapshot!(about, @r#"
    <details class="about violated" id="about-tenant-isolation">
    <summary><span aria-hidden="true">Evidence</span><span class="visually-hidden">Evidence for “One customer can never reach another customer&#39;s &lt;data&gt;.”</span> · Tested with test accounts · <time datetime="2026-11-22T10:00:00Z">22 Nov 2026, 10:00 UTC</time></summary>
    <dl>
    <div><dt>Claim</dt><dd>One customer can never reach another customer&#39;s &lt;data&gt;. <span class="products">for Cloud add-ons</span></dd></div>
    <div><dt>Status</dt><dd data-claim="tenant-isolation">Tests show that this claim is not true. Anyone who has the credentials can repeat the tests.</dd></div>
    <div><dt>The publisher’s explanation</dt><dd>We ask, and look at what comes back (tenant-isolation).</dd></div>
    </dl>

    <dl>
    <div><dt>What we check</dt><dd>One address was tested, as one customer and as an anonymous caller.</dd></div>
    <div><dt>What would make it false</dt><dd>The claim is false if any of these fails:<ul><li>the answer is a refusal (400, 401, 403 or 404)</li></ul></dd></div>
    <div><dt>What we observed</dt><dd><ul><li>globex reads acme&#39;s note: status 200</li></ul></dd></div>
    <div class="broke"><dt>Why it failed</dt><dd><ul><li>globex reads acme&#39;s note: status 200, with another tenant&#39;s data in it</li><li>globex reads acme&#39;s note. Expected: the answer is a refusal (400, 401, 403 or 404). Found: status 200</li></ul></dd></div>
    <div><dt>Tested</dt><dd><time datetime="2026-11-22T10:00:00Z">22 Nov 2026, 10:00 UTC</time></dd></div>
    <div><dt>How to repeat it</dt><dd><pre tabindex="0"><code>curl -i -H &quot;Authorization: JWT ${GLOBEX_JWT}&quot; &quot;https://addon.demo.test/notes/${note}&quot;</code></pre></dd></div>
    <div><dt>What this does not show</dt><dd>This does not show what happens at other addresses.</dd></div>
    </dl>
    <p class="more"><a href="../evidence/tenant-isolation/index.html">All evidence<span class="visually-hidden">: One customer can never reach another customer&#39;s &lt;data&gt;.</span></a></p>
    </details>
    "#);
}

#[test]
fn the_built_in_theme_has_no_mistakes() {
    assert_eq!(lint_theme(&crate::render::sample::project()), []);
}

fn lint_of(name: &str, text: &str) -> String {
    let mut project = crate::render::sample::project();
    project.templates.insert(name.into(), text.into());
    project.sources.insert(format!("templates/{name}"), text);
    let reported = lint(&project).into_iter().map(|one| {
        let place = one.place.clone().unwrap();
        let at = project.sources.line_column(&place);
        let help = one.help.unwrap_or_default();
        format!("{}:{}:{}: {}: {} ({help})", place.file, at.line, at.column, one.code, one.message)
    });
    reported.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_missing_variable_is_reported_with_its_place() {
    let reported = lint_of("policy.html", "<h1>{{ policy.title }}</h1>\n{{ policy.titel }}\n");
    insta::assert_snapshot!(reported, @r"templates/policy.html:2:11: template-variable: field `titel` is not defined. Available fields: changes, claims, contents, effective, owner, products, standing, stated, statements, stretches, summary, title, versions (docs/templates.md lists the fields of each template)");
}

#[test]
fn a_missing_variable_is_reported_in_rarely_used_parts() {
    let rare = "{% for claim in site.summary.troubles %}\n{{ claim.wrods }}{% endfor %}";
    insta::assert_snapshot!(lint_of("index.html", rare), @r"templates/index.html:2:10: template-variable: field `wrods` is not defined. Available fields: mark, path, standing, words (docs/templates.md lists the fields of each template)");
    let passed_by = "{% if sight %}x{% endif %}";
    insta::assert_snapshot!(lint_of("index.html", passed_by), @r"templates/index.html:1:1: template-variable: the template uses `sight`, which it is not given (did you mean `site`?)");
}

#[test]
fn syntax_errors_in_templates_are_reported_with_their_place() {
    insta::assert_snapshot!(lint_of("base.html", "<p>\n{{ site.title }\n</p>"), @r"templates/base.html:2:15: template-syntax: found `}` but expected }} (the language of templates is Tera 2: see docs/templates.md)");
    insta::assert_snapshot!(lint_of("index.html", "{% extends \"bass.html\" %}"), @r"templates/index.html:1:1: template-missing: the template extends `bass.html`, which does not exist (did you mean `base.html`?)");
}

#[test]
fn a_project_may_replace_one_file_of_the_theme() {
    let mut sample = Sample::new();
    let own = ":root { --good: teal; }";
    sample.project.templates.insert("theme.css".into(), own.into());
    let outcomes = sample.outcomes();
    let files = render(&sample.input(&outcomes), Stage::Published).unwrap();
    assert_eq!(files["theme.css"], own.as_bytes());
    assert!(files["style.css"].starts_with(b"/* The built-in theme"));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(rendered(), rendered());
}

#[test]
fn the_script_is_small_and_reads_nothing_but_the_page_and_the_clock() {
    let script = &rendered()["avouch.js"];
    assert!(script.len() <= 2048, "{} bytes", script.len());
    for never in ["fetch", "XMLHttp", "innerHTML", "eval", "cookie", "Storage", "http"] {
        assert!(!script.contains(never), "{never}");
    }
}

#[test]
fn only_claims_that_hold_or_are_waived_expire_and_the_date_needs_no_script() {
    let files = rendered();
    let policy = &files["security/index.html"];
    let marks = policy.split("<a class=\"mark ").skip(1);
    for mark in marks {
        let standing = ["holds", "attested", "waived"];
        let good = standing.iter().any(|standing| mark.starts_with(standing));
        let tag = mark.split('>').next().unwrap();
        assert_eq!(tag.contains("data-until"), good, "{tag}");
    }
    assert!(policy.contains("Treat the claim as unverified after <time"));
    assert!(policy.contains("<title data-until=\"2026-11-23T10:00:00Z\" data-then=\"Expired: "));
}

#[test]
fn xml_files_are_well_formed() {
    for (path, text) in rendered() {
        if path.ends_with(".svg") || path.ends_with(".xml") {
            assert_eq!(unclosed(&text), Vec::<String>::new(), "{path}");
        }
    }
}

/// The names of elements that are open at the end of an XML text, or closed out of turn.
fn unclosed(xml: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) if open.last().is_some_and(|last| last == name) => {
                open.pop();
            }
            None if tag.ends_with('/') || tag.ends_with('?') => {}
            _ => open.push(name.to_owned()),
        }
    }
    open
}

fn attributes(html: &str, name: &str) -> Vec<String> {
    let marker = format!(" {name}=\"");
    let rest = html.split(&marker).skip(1);
    rest.filter_map(|rest| rest.split_once('"'))
        .map(|(value, _)| value.replace("&amp;", "&"))
        .collect()
}

fn between(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap();
    let end = text[start..].find(to).unwrap();
    text[start..start + end + to.len()].to_owned()
}
