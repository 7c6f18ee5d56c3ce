//! The site: one page for each policy, one for each claim's evidence, and the page that leads there.

mod badge;
mod body;
mod claims;
mod edition;
pub(crate) mod evidence;
mod feed;
mod history;
mod index_files;
mod link;
mod linked_data;
mod markdown;
mod policy;
mod print;
mod public;
pub(crate) mod retract;
mod say;
mod security_headers;
mod security_txt;
mod seen;
mod specimen;
mod standing;
mod sub_processors;
mod theme;
mod versions;
mod view;
mod whole;

use edition::Edition;
use tera::Context;
use theme::Theme;

use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::policy::Policy;
use crate::model::published::Published;
use crate::model::source::diagnostic::{Diagnostic, in_source_order};
use crate::render::{Files, Input};

pub use security_txt::PATH as SECURITY_TXT;

/// What a site is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// To be relied on: every claim of it is publishable.
    Published,
    /// To be looked at: every page of it says that it is a draft, and not verified.
    Draft,
}

/// Renders every file of the site, or says what is wrong with the project's templates.
pub(crate) fn render(input: &Input<'_>, stage: Stage) -> Result<Files, Vec<Diagnostic>> {
    let mut made = Made { files: styles(input.project), ..Made::default() };
    let mut published = None;
    for language in &input.project.languages {
        let edition = Edition { input, language, stage };
        let site = whole::site(&edition);
        let theme = Theme::of(input.project, language)?;
        // The site's own language comes first: what it publishes is what there is once for all.
        let published = published.get_or_insert_with(|| claims::published(input, &site));
        if edition.is_own() {
            made.add(for_all(&edition, &site, published));
        }
        made.add(beside(&edition, &site, published));
        let mut pages = Pages { theme: &theme, edition, site, published, made: &mut made };
        pages.all();
    }
    made.finish(input)
}

/// What is wrong with the project's templates, found by filling them with made-up pages: one on
/// which everything is there, and one on which everything is missing that can be.
pub(crate) fn lint(project: &Project) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for language in &project.languages {
        match Theme::of(project, language) {
            Err(diagnostics) => wrong.extend(diagnostics),
            Ok(theme) => {
                let pages = specimen::pages().into_iter();
                let told = pages.filter_map(|(name, context)| theme.render(name, &context).err());
                wrong.extend(told.map(|diagnostic| *diagnostic));
            }
        }
    }
    in_source_order(wrong)
}

/// What stands beside the pages for machines, once for all languages.
fn for_all(
    edition: &Edition<'_>,
    site: &view::Site,
    published: &Published,
) -> Vec<(String, Vec<u8>)> {
    let mut files = claims::files(published);
    files.extend(badge::files(edition, site));
    if let Some(text) = security_txt::file(edition) {
        files.push((security_txt::PATH.to_owned(), text.into_bytes()));
    }
    files.extend(theme::FIXED.map(|(path, text)| (path.to_owned(), text.into())));
    files
}

/// What stands beside the pages of one language.
fn beside(
    edition: &Edition<'_>,
    site: &view::Site,
    published: &Published,
) -> Vec<(String, Vec<u8>)> {
    let policies = edition.policies();
    let mut files: Vec<(String, String)> = policies
        .map(|policy| (markdown::path(policy), markdown::file(policy, edition, site)))
        .collect();
    files.push((edition.path(feed::FILE), feed::file(edition, site, published)));
    files.push((edition.path(index_files::OVERVIEW), index_files::overview(edition, site)));
    files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}

/// The address that a file of the site has once it is published below `site`.
pub(crate) fn absolute(site: &url::Url, path: &str) -> String {
    let path = path.strip_suffix("index.html").unwrap_or(path);
    let path = path.replace("/index.html#", "/#");
    format!("{}/{path}", site.as_str().trim_end_matches('/'))
}

fn styles(project: &Project) -> Files {
    let files = theme::files(project).into_iter();
    files
        .filter(|(name, _)| theme::STYLES.contains(name))
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

/// The site as it grows.
#[derive(Default)]
struct Made {
    files: Files,
    sheets: Vec<print::Sheet>,
    /// What stands on every printed sheet.
    stamp: String,
    diagnostics: Vec<Diagnostic>,
}

impl Made {
    fn add(&mut self, files: Vec<(String, Vec<u8>)>) {
        self.files.extend(files);
    }

    /// Adds what is made of all the pages.
    fn finish(mut self, input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
        let print = print::file(&self.sheets, &self.stamp);
        self.files.insert(print::PATH.into(), print.into_bytes());
        let paths: Vec<&str> = self.files.keys().map(String::as_str).collect();
        let pages = paths.iter().filter(|path| path.ends_with(".html")).copied();
        let mut more = index_files::files(input, &pages.collect::<Vec<_>>());
        more.extend(security_headers::files(&paths));
        self.add(more);
        match self.diagnostics.is_empty() {
            true => Ok(self.files),
            false => Err(in_source_order(self.diagnostics)),
        }
    }
}

/// The pages in one language.
struct Pages<'a> {
    theme: &'a Theme,
    edition: Edition<'a>,
    site: view::Site,
    published: &'a Published,
    made: &'a mut Made,
}

impl Pages<'_> {
    fn all(&mut self) {
        if self.edition.is_own() {
            self.made.stamp = format!("{} · {}", self.site.checked.words, self.site.build);
        }
        self.index();
        for policy in self.edition.policies() {
            self.policy(policy);
            self.versions(policy);
        }
        for claim in &self.edition.project.claims {
            self.evidence(claim);
        }
    }

    fn index(&mut self) {
        let edition = self.edition;
        let organisation = [("organisation", edition.project.site.organisation.as_str())];
        let page = view::Page {
            title: self.site.title.clone(),
            description: edition.words().fill("site-is-about", &organisation),
            ..self.about(None, "index.html")
        };
        let claims = standing::worst_first(&edition).into_iter();
        let claims: Vec<view::Claim> =
            claims.map(|claim| evidence::claim(claim, &edition)).collect();
        self.page("index.html", page, "claims", &claims);
    }

    fn policy(&mut self, policy: &Policy) {
        let edition = self.edition;
        let said = view::Policy {
            changes: history::changes_of_policy(policy, self.published, &edition),
            ..policy::policy(policy, &edition)
        };
        let below = edition.below(&policy.slug);
        let mut page = view::Page {
            until: said.standing.until.clone(),
            title: policy.front.title.value.clone(),
            description: policy.front.summary.value.clone(),
            ..self.about(Some(below), &format!("{below}/index.html"))
        };
        page.alternates.push(whole::as_markdown(policy, edition.words()));
        self.page("policy.html", page, "policy", &said);
    }

    fn versions(&mut self, policy: &Policy) {
        let edition = self.edition;
        let Some(path) = versions::path(policy, &edition) else { return };
        let versions = versions::versions(policy, &edition);
        let title = [("title", versions.title.as_str())];
        let below = edition.below(&path);
        let page = view::Page {
            title: edition.words().fill("versions-title", &title),
            description: edition.words().fill("versions-about", &title),
            until: None,
            ..self.about(None, below)
        };
        // Each language has versions of its own, which came about at other times.
        let page = view::Page { translations: Vec::new(), ..page };
        self.page("versions.html", page, "versions", &versions);
    }

    fn evidence(&mut self, claim: &Claim) {
        let edition = self.edition;
        let history = history::of_claim(&claim.id, self.published, &edition);
        let said = view::Claim { history, ..evidence::claim(claim, &edition) };
        let page = view::Page {
            title: edition.words().fill("evidence-title", &[("words", &said.words)]),
            description: said.standing.clone(),
            until: said.mark.ends.clone(),
            ..self.about(None, &format!("evidence/{}/index.html", claim.id))
        };
        self.page("evidence.html", page, "claim", &said);
    }

    /// What all pages have in common; `file` is the page's path below its language's folder.
    fn about(&self, policy: Option<&str>, file: &str) -> view::Page {
        let feed = self.edition.path(feed::FILE);
        let feeds = self.site.files.iter().filter(|file| file.path == feed);
        let path = self.edition.path(file);
        view::Page {
            title: String::new(),
            description: String::new(),
            root: link::root(&path),
            address: absolute(&self.edition.project.site.url, &path),
            path,
            sheet: format!("sheet-{}", self.made.sheets.len() + 1),
            until: self.site.summary.until.clone(),
            translations: self.edition.translations(policy, file),
            alternates: feeds.cloned().collect(),
            data: String::new(),
        }
    }

    fn page(
        &mut self,
        template: &str,
        mut page: view::Page,
        name: &'static str,
        value: &impl serde::Serialize,
    ) {
        self.made.sheets.push(print::Sheet::of(&page));
        page.data = linked_data::text(&page, &self.site);
        let context = context(&self.site, &page, name, value);
        match self.theme.render(template, &context) {
            Ok(html) => {
                self.made.files.insert(page.path, html.into_bytes());
            }
            Err(diagnostic) => self.made.diagnostics.push(*diagnostic),
        }
    }
}

fn context(
    site: &view::Site,
    page: &view::Page,
    name: &'static str,
    value: &impl serde::Serialize,
) -> Context {
    let mut context = Context::new();
    context.insert("site", site);
    context.insert("page", page);
    context.insert(name, value);
    context
}

#[cfg(test)]
pub(crate) mod tests {
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
    fn every_link_leads_to_a_file_of_the_site_and_an_id_in_it() {
        let files = rendered();
        for (path, html) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
            for address in attributes(html, "href") {
                if address.contains("://") || address.starts_with("mailto:") {
                    continue;
                }
                let (to, anchor) = address.split_once('#').unwrap_or((&address, ""));
                let to = link::resolved(path, to).unwrap_or_else(|| path.clone());
                let there = files.get(&to).unwrap_or_else(|| panic!("{path}: {address}"));
                let id = format!("id=\"{anchor}\"");
                assert!(anchor.is_empty() || there.contains(&id), "{path}: {address}");
            }
        }
    }

    #[test]
    fn every_page_has_one_first_heading_a_language_and_no_script_but_ours() {
        for (path, html) in rendered().iter().filter(|(path, _)| path.ends_with(".html")) {
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            assert!(html.contains("<html lang=\"en\">"), "{path}");
            let ours = html.matches("avouch.js\" defer></script>").count();
            let data = html.matches("<script type=\"application/ld+json\">").count();
            assert_eq!((ours, data, html.matches("<script").count()), (1, 1, 2), "{path}");
            assert!(
                html.contains("Verified against the embedded demo add-on, not a live service.")
            );
        }
    }

    #[test]
    fn no_id_stands_twice_on_a_page() {
        for (path, html) in rendered() {
            let mut ids = attributes(&html, "id");
            ids.sort();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all, "{path}");
        }
    }

    #[test]
    fn what_the_target_said_and_what_is_secret_stay_off_the_pages() {
        for (path, text) in rendered() {
            for never in ["alert(1)", "127.0.0.1", "not-a-secret"] {
                assert!(!text.contains(never), "{path}: {never}");
            }
            assert!(!path.ends_with(".html") || !text.contains("<data>"), "{path}");
        }
    }

    #[test]
    fn worst_news_comes_first() {
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
    fn every_page_of_a_draft_says_so_and_no_other_page_does() {
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
        <div><dt>How this proves it</dt><dd>We ask, and look at what comes back (tenant-isolation).</dd></div>
        </dl>

        <dl>
        <div><dt>What we check</dt><dd>One address was asked, as one customer and as nobody.</dd></div>
        <div><dt>What would make it false</dt><dd>The claim is false if any of these fails:<ul><li>the answer is a refusal (400, 401, 403 or 404)</li></ul></dd></div>
        <div><dt>What we observed</dt><dd><ul><li>globex reads acme&#39;s note: status 200</li></ul></dd></div>
        <div class="broke"><dt>Why it failed</dt><dd><ul><li>globex reads acme&#39;s note: status 200, with somebody else&#39;s data in it</li><li>globex reads acme&#39;s note. Expected: the answer is a refusal (400, 401, 403 or 404). Found: status 200</li></ul></dd></div>
        <div><dt>Tested</dt><dd><time datetime="2026-11-22T10:00:00Z">22 Nov 2026, 10:00 UTC</time></dd></div>
        <div><dt>How to repeat it</dt><dd><pre tabindex="0"><code>curl -i -H &quot;Authorization: JWT ${GLOBEX_JWT}&quot; &quot;https://addon.demo.test/notes/${note}&quot;</code></pre></dd></div>
        <div><dt>What this does not show</dt><dd>This does not show what happens at other addresses.</dd></div>
        </dl>
        <p class="more"><a href="../evidence/tenant-isolation/index.html">All evidence<span class="visually-hidden">: One customer can never reach another customer&#39;s &lt;data&gt;.</span></a></p>
        </details>
        "#);
    }

    #[test]
    fn the_built_in_theme_has_nothing_wrong_with_it() {
        assert_eq!(lint(&crate::render::sample::project()), []);
    }

    fn lint_of(name: &str, text: &str) -> String {
        let mut project = crate::render::sample::project();
        project.templates.insert(name.into(), text.into());
        project.sources.insert(format!("templates/{name}"), text);
        let told = lint(&project).into_iter().map(|one| {
            let place = one.place.clone().unwrap();
            let at = project.sources.line_column(&place);
            let help = one.help.unwrap_or_default();
            format!(
                "{}:{}:{}: {}: {} ({help})",
                place.file, at.line, at.column, one.code, one.message
            )
        });
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_missing_variable_is_told_with_its_place() {
        let told = lint_of("policy.html", "<h1>{{ policy.title }}</h1>\n{{ policy.titel }}\n");
        insta::assert_snapshot!(told, @r"templates/policy.html:2:11: template-variable: field `titel` is not defined. Available fields: changes, claims, contents, effective, owner, products, standing, stated, statements, stretches, summary, title, versions (what each template is given stands in docs/templates.md)");
    }

    #[test]
    fn a_missing_variable_is_told_where_only_a_rare_page_would_need_it() {
        let rare = "{% for claim in site.summary.troubles %}\n{{ claim.wrods }}{% endfor %}";
        insta::assert_snapshot!(lint_of("index.html", rare), @r"templates/index.html:2:10: template-variable: field `wrods` is not defined. Available fields: mark, path, standing, words (what each template is given stands in docs/templates.md)");
        let passed_by = "{% if sight %}x{% endif %}";
        insta::assert_snapshot!(lint_of("index.html", passed_by), @r"templates/index.html:1:1: template-variable: the template uses `sight`, which it is not given (did you mean `site`?)");
    }

    #[test]
    fn a_template_that_is_none_is_told_with_its_place() {
        insta::assert_snapshot!(lint_of("base.html", "<p>\n{{ site.title }\n</p>"), @r"templates/base.html:2:15: template-syntax: found `}` but expected }} (the language of templates is Tera 2: see docs/templates.md)");
        insta::assert_snapshot!(lint_of("index.html", "{% extends \"bass.html\" %}"), @r"templates/index.html:1:1: template-missing: the template extends `bass.html`, which is not there (did you mean `base.html`?)");
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
    fn only_what_holds_or_is_waived_can_expire_and_the_text_says_when_without_a_script() {
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
        assert!(
            policy.contains("<title data-until=\"2026-11-23T10:00:00Z\" data-then=\"Expired: ")
        );
    }

    #[test]
    fn what_is_written_in_xml_is_well_formed() {
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
}
