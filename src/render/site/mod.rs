//! The site: an index, one page per policy, and one page of evidence per claim.

mod allowance;
mod badge;
mod body;
mod claims;
mod edition;
mod endpoints;
mod event;
pub(crate) mod evidence;
mod feed;
mod guard;
mod history;
mod index_files;
mod link;
mod linked_data;
mod markdown;
mod metered;
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
#[cfg(test)]
pub(crate) mod tests;
mod theme;
mod versions;
mod view;
mod whole;

use edition::Edition;
use tera::Context;
use theme::Theme;

use crate::model::bounds;
use crate::model::project::Project;
use crate::model::project::claim::Claim;
use crate::model::project::policy::Policy;
use crate::model::published::Published;
use crate::model::source::Place;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, in_source_order};
use crate::render::outlet::html;
use crate::render::{Files, Input};

pub use security_txt::PATH as SECURITY_TXT;

/// Maximum size of all pages of a site in bytes.
const SITE_MAX: usize = 128 * 1024 * 1024;

/// The purpose of a rendered site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// For publication: every claim is publishable.
    Published,
    /// For review: every page is marked as a draft that is not verified.
    Draft,
}

/// Renders all files of the site. The error lists mistakes in the project's templates.
pub(crate) fn render(input: &Input<'_>, stage: Stage) -> Result<Files, Vec<Diagnostic>> {
    let mut builder = SiteBuilder { files: styles(input.project), ..SiteBuilder::default() };
    let mut published = None;
    for language in &input.project.languages {
        let edition = Edition { input, language, stage };
        let site = whole::site(&edition);
        let theme = Theme::of(input.project, language)?;
        // The main language comes first: the shared files are in that language.
        let published = published.get_or_insert_with(|| claims::published(input, &site));
        if edition.is_own() {
            builder.add(shared_files(&edition, &site, published));
        }
        builder.add(files_of_language(&edition, &site, published));
        let mut pages = Pages { theme: &theme, edition, site, published, builder: &mut builder };
        pages.all();
    }
    builder.finish(input)
}

/// Checks the project's templates by rendering sample pages: one with all optional values, and one with
/// none of them.
pub(crate) fn lint(project: &Project) -> Vec<Diagnostic> {
    // The built-in theme is the same for every project, and our tests render it.
    if project.templates.is_empty() { Vec::new() } else { lint_theme(project) }
}

fn lint_theme(project: &Project) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    for language in &project.languages {
        match Theme::of(project, language) {
            Err(diagnostics) => mistakes.extend(diagnostics),
            Ok(theme) => {
                let pages = specimen::pages().into_iter();
                let mut rendered = Vec::new();
                for (name, context) in pages {
                    match theme.render(name, specimen::ROOT, &context) {
                        Ok(page) => rendered.push(page),
                        Err(diagnostic) => mistakes.push(*diagnostic),
                    }
                }
                // A page with a mistake is not whole, so what it lacks says nothing.
                let is_whole = mistakes.iter().all(|one| one.code == Code::ThemeHides);
                mistakes.retain(|one| is_whole || one.code != Code::ThemeHides);
                mistakes.extend(theme.lint(&rendered));
            }
        }
    }
    mistakes.dedup();
    in_source_order(mistakes)
}

/// The files for programs that all languages share.
fn shared_files(
    edition: &Edition<'_>,
    site: &view::SiteView,
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

/// The files for programs in one language.
fn files_of_language(
    edition: &Edition<'_>,
    site: &view::SiteView,
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

/// The address of a file of the site once it is published at `site`.
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

/// The files of the site so far.
#[derive(Default)]
struct SiteBuilder {
    files: Files,
    sheets: Vec<print::PrintedPage>,
    /// The text on every printed sheet.
    stamp: String,
    /// The size of the pages so far, in bytes.
    bytes: usize,
    diagnostics: Vec<Diagnostic>,
}

impl SiteBuilder {
    fn add(&mut self, files: Vec<(String, Vec<u8>)>) {
        self.files.extend(files);
    }

    /// Adds the files that depend on all pages.
    fn finish(mut self, input: &Input<'_>) -> Result<Files, Vec<Diagnostic>> {
        let print = print::file(&self.sheets, &self.stamp);
        self.files.insert(print::PATH.into(), print.into_bytes());
        let paths: Vec<&str> = self.files.keys().map(String::as_str).collect();
        let pages = paths.iter().filter(|path| path.ends_with(".html")).copied();
        let mut more = index_files::files(input, &pages.collect::<Vec<_>>());
        more.extend(security_headers::files(&paths));
        self.add(more);
        self.diagnostics.dedup();
        match self.diagnostics.is_empty() {
            true => Ok(self.files.into_iter().map(finished).collect()),
            false => Err(in_source_order(self.diagnostics)),
        }
    }
}

/// The kinds of files that contain words of authors, of services, or of the previous page.
const WORDED: [&str; 5] = [".html", ".md", ".txt", ".xml", ".svg"];

/// A file as it is published: nothing in it changes how the words around it are read.
fn finished((path, bytes): (String, Vec<u8>)) -> (String, Vec<u8>) {
    let is_worded = WORDED.iter().any(|kind| path.ends_with(kind));
    match String::from_utf8(bytes) {
        Ok(text) if is_worded => (path, html::finished(&text).into_bytes()),
        Ok(text) => (path, text.into_bytes()),
        Err(bytes) => (path, bytes.into_bytes()),
    }
}

/// The pages in one language.
struct Pages<'a> {
    theme: &'a Theme<'a>,
    edition: Edition<'a>,
    site: view::SiteView,
    published: &'a Published,
    builder: &'a mut SiteBuilder,
}

impl Pages<'_> {
    fn all(&mut self) {
        if self.edition.is_own() {
            self.builder.stamp = format!("{} · {}", self.site.checked.words, self.site.build);
        }
        self.index();
        for policy in self.edition.policies() {
            if self.is_within_bounds(&policy.file) {
                self.policy(policy);
                self.versions(policy);
            }
        }
        for claim in &self.edition.project.claims {
            if self.is_within_bounds(&claim.file) {
                self.evidence(claim);
            }
        }
    }

    /// Whether there is room and time for a page; if not, that is reported once.
    fn is_within_bounds(&mut self, file: &str) -> bool {
        bounds::at(file);
        let message = match bounds::excess() {
            Some(excess) => excess.message(),
            None if self.builder.bytes <= SITE_MAX => return true,
            None => format!("the site would be larger than {} MiB", SITE_MAX / 1024 / 1024),
        };
        let diagnostics = &mut self.builder.diagnostics;
        if diagnostics.iter().all(|one| one.code != Code::TooMuch) {
            let error = Diagnostic::new(Code::TooMuch, Place::file(file), message);
            diagnostics.push(error.help(bounds::HELP));
        }
        false
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
        let claims: Vec<view::ClaimView> =
            claims.map(|claim| evidence::claim(claim, &edition)).collect();
        self.page("index.html", page, "claims", &claims);
    }

    fn policy(&mut self, policy: &Policy) {
        let edition = self.edition;
        let view = view::PolicyView {
            changes: history::changes_of_policy(policy, self.published, &edition),
            ..policy::policy(policy, &edition)
        };
        let below = edition.below(&policy.slug);
        let mut page = view::Page {
            until: view.standing.until.clone(),
            title: policy.front.title.value.clone(),
            description: policy.front.summary.value.clone(),
            ..self.about(Some(below), &format!("{below}/index.html"))
        };
        page.alternates.push(whole::as_markdown(policy, edition.words()));
        self.page("policy.html", page, "policy", &view);
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
        // Each language has its own versions.
        let page = view::Page { translations: Vec::new(), ..page };
        self.page("versions.html", page, "versions", &versions);
    }

    fn evidence(&mut self, claim: &Claim) {
        let edition = self.edition;
        let history = history::of_claim(&claim.id, self.published, &edition);
        let view = view::ClaimView { history, ..evidence::claim(claim, &edition) };
        let page = view::Page {
            title: edition.words().fill("evidence-title", &[("words", &view.words)]),
            description: view.standing.clone(),
            until: view.mark.ends.clone(),
            ..self.about(None, &format!("evidence/{}/index.html", claim.id))
        };
        self.page("evidence.html", page, "claim", &view);
    }

    /// The values that all pages share. `file` is the page's path relative to its language's folder.
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
            sheet: format!("sheet-{}", self.builder.sheets.len() + 1),
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
        self.builder.sheets.push(print::PrintedPage::of(&page));
        page.data = linked_data::text(&page, &self.site);
        let context = context(&self.site, &page, name, value);
        match self.theme.render(template, &page.root, &context) {
            Ok(html) => {
                self.builder.bytes += html.len();
                self.builder.files.insert(page.path, html.into_bytes());
            }
            Err(diagnostic) => self.builder.diagnostics.push(*diagnostic),
        }
    }
}

fn context(
    site: &view::SiteView,
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
