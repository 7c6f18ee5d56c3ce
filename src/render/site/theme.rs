//! The templates: the built-in theme, each file of which a project may replace.
//!
//! A mistake in a template is reported like one in any other source: with its file, place and cause.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use tera::{Context, ErrorKind, ReportError, Tera};

use crate::model::bounds;
use crate::model::project::Project;
use crate::model::project::i18n::Language;
use crate::model::project::verdict_labels::labels;
use crate::model::source::Place;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};
use crate::render::outlet::html;
use crate::render::site::allowance::{Allowance, Page};
use crate::render::site::metered::Metered;
use crate::render::site::{guard, say};

/// The built-in theme: every file by its name.
pub(crate) const BUILT_IN: [(&str, &str); 9] = [
    ("base.html", include_str!("../../../templates/base.html")),
    ("components.html", include_str!("../../../templates/components.html")),
    ("evidence.html", include_str!("../../../templates/evidence.html")),
    ("history.html", include_str!("../../../templates/history.html")),
    ("index.html", include_str!("../../../templates/index.html")),
    ("policy.html", include_str!("../../../templates/policy.html")),
    ("style.css", include_str!("../../../templates/style.css")),
    ("theme.css", include_str!("../../../templates/theme.css")),
    ("versions.html", include_str!("../../../templates/versions.html")),
];

/// The files with blocks that a project can override.
const PAGES: [&str; 5] =
    ["base.html", "evidence.html", "index.html", "policy.html", "versions.html"];

/// The folder under which a project's templates find the built-in ones.
const EXTENDED: &str = "built-in/";

/// The style sheets, which are copied to the site.
pub(crate) const STYLES: [&str; 2] = ["style.css", "theme.css"];

/// Files that are copied to every site. A project cannot replace them: they show verdicts as they are, and mark
/// expired evidence.
pub(crate) const FIXED: [(&str, &str); 4] = [
    ("avouch.js", include_str!("../../../templates/avouch.js")),
    ("marks.css", include_str!("../../../templates/marks.css")),
    ("icon-unverified.svg", include_str!("../../../templates/icon-unverified.svg")),
    ("icon.svg", include_str!("../../../templates/icon.svg")),
];

/// The values that pages are given.
const VALUES: [&str; 6] = ["site", "page", "policy", "claim", "claims", "versions"];

/// The templates of a project.
pub(crate) struct Theme<'a> {
    tera: Tera,
    allowance: Allowance,
    /// The templates in the form in which they spend the allowance, if the project has its own.
    metered: Option<OwnTemplates>,
    /// Why no further page is rendered.
    stopped: OnceCell<Diagnostic>,
    project: &'a Project,
    language: &'a Language,
}

impl<'a> Theme<'a> {
    /// The built-in theme with the project's files. The error lists mistakes in those files.
    pub(crate) fn of(
        project: &'a Project,
        language: &'a Language,
    ) -> Result<Self, Vec<Diagnostic>> {
        let files = files(project).into_iter();
        let templates = files.filter(|(name, _)| name.ends_with(".html"));
        let mut broken = Vec::new();
        for (name, text) in templates.clone() {
            // Each template is parsed separately first, so that every syntax error is reported.
            if let Err(error) = parse(name, text)
                && matches!(error.kind(), ErrorKind::SyntaxError(_))
            {
                broken.push(diagnostic(&error, name));
            }
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        let mut tera = Tera::new();
        tera.set_escape_fn(html::escape);
        say::register(&mut tera, language, &project.site.language);
        let templates = templates.map(|(name, text)| (name.to_owned(), text));
        if let Err(error) = tera.add_raw_templates(templates.chain(to_extend())) {
            return Err(vec![diagnostic(&error, "base.html")]);
        }
        let allowance = Allowance::new(pages(project));
        let mut theme =
            Self { tera, allowance, metered: None, stopped: OnceCell::new(), project, language };
        if project.templates.keys().any(|name| name.ends_with(".html")) {
            theme.metered = Some(theme.own_templates().map_err(|error| vec![*error])?);
        }
        Ok(theme)
    }

    fn own_templates(&self) -> Result<OwnTemplates, Box<Diagnostic>> {
        let mut tera = Tera::new();
        tera.set_escape_fn(html::escape);
        say::register(&mut tera, self.language, &self.project.site.language);
        self.allowance.register(&mut tera);
        let own = self.project.templates.iter().filter(|(name, _)| name.ends_with(".html"));
        if let Some((name, _)) = own.clone().find(|(_, text)| guard::is_excessive(text)) {
            return Err(Box::new(excessive(name)));
        }
        let texts: BTreeMap<String, Metered> =
            own.map(|(name, text)| (name.clone(), Metered::of(text))).collect();
        let built_in = BUILT_IN.into_iter().filter(|(name, _)| name.ends_with(".html"));
        let mut all: Vec<(String, &str)> = built_in
            .filter(|(name, _)| !texts.contains_key(*name))
            .map(|(name, text)| (name.to_owned(), text))
            .collect();
        all.extend(to_extend());
        all.extend(texts.iter().map(|(name, one)| (name.clone(), one.text.as_str())));
        let added = tera.add_raw_templates(all);
        added.map_err(|error| Box::new(diagnostic(&error, "base.html")))?;
        Ok(OwnTemplates { tera, texts })
    }

    /// Renders a page from a template. `root` is the path to the site's root.
    pub(crate) fn render(
        &self,
        name: &str,
        root: &str,
        context: &Context,
    ) -> Result<String, Box<Diagnostic>> {
        if let Some(unknown) = self.unknown_variable(name, context) {
            return Err(Box::new(unknown));
        }
        if let Some(stopped) = self.stopped.get() {
            return Err(Box::new(stopped.clone()));
        }
        bounds::at(&format!("templates/{name}"));
        let tera = self.metered.as_ref().map_or(&self.tera, |own| &own.tera);
        if self.metered.is_some() {
            self.allowance.begin(context, &VALUES);
        }
        let mut page = Page::new(&self.allowance);
        if let Err(error) = tera.render_to(name, context, &mut page) {
            return Err(Box::new(self.broken(&error, name)));
        }
        let page = page.text();
        if self.metered.is_some() && guard::is_excessive(&page) {
            return Err(Box::new(excessive(name)));
        }
        self.objection(name, root, &page).map_or(Ok(page), |wrong| Err(Box::new(wrong)))
    }

    /// The diagnostic for an error in a page that is made from the template `name`.
    fn broken(&self, error: &tera::Error, name: &str) -> Diagnostic {
        let mut wrong = diagnostic(error, name);
        if let Some(place) = &mut wrong.place
            && let Some(file) = place.file.strip_prefix("templates/")
            && let Some(text) = self.metered.as_ref().and_then(|own| own.texts.get(file))
        {
            place.start = text.original(place.start);
            place.end = text.original(place.end).max(place.start);
        }
        let Some(excess) = self.allowance.excess() else { return wrong };
        let place = wrong.place.unwrap_or_else(|| Place::file(format!("templates/{name}")));
        let wrong = Diagnostic::new(Code::TemplateTooMuch, place, excess)
            .help("use fewer loops within loops, shorter texts, and fewer values within values");
        self.stopped.get_or_init(|| wrong).clone()
    }

    /// What a page of the project's own templates leaves out or changes.
    fn objection(&self, name: &str, root: &str, page: &str) -> Option<Diagnostic> {
        let own = &self.project.templates;
        if !own.keys().any(|name| name.ends_with(".html")) {
            return None;
        }
        let expected = guard::Expected { root, words: &self.language.words };
        let (message, help) = guard::of_page(page, expected)?;
        let file = if own.contains_key("base.html") { "base.html" } else { name };
        let place = Place::file(format!("templates/{file}"));
        Some(Diagnostic::new(Code::ThemeHides, place, message).help(help))
    }

    /// Reports what the project's own templates and style sheets hide or pretend. `pages` are sample pages.
    pub(crate) fn lint(&self, pages: &[String]) -> Vec<Diagnostic> {
        let labels = labels(&self.project.languages);
        let own = &self.project.templates;
        let sheets: Vec<(&str, &str)> =
            STYLES.into_iter().filter_map(|name| Some((name, own.get(name)?.as_str()))).collect();
        let guarded: Vec<guard::Guarded> = match sheets.is_empty() {
            true => Vec::new(),
            false => pages.iter().map(|page| guard::Guarded::new(page)).collect(),
        };
        let of_sheets =
            sheets.iter().flat_map(|(name, text)| guard::of_sheet(name, text, &guarded, &labels));
        let pages = own.iter().filter(|(name, _)| name.ends_with(".html"));
        let of_pages = pages.flat_map(|(name, text)| {
            let built_in = BUILT_IN.into_iter().find(|(one, _)| one == name);
            guard::of_template(name, text, built_in.map_or("", |(_, text)| text), &labels)
        });
        of_sheets.chain(of_pages).collect()
    }

    /// Finds a variable that is not defined, even in a part of the template that this page does not use.
    fn unknown_variable(&self, name: &str, context: &Context) -> Option<Diagnostic> {
        let variables = self.tera.get_template_variables(name).ok()?;
        let unknown = variables.into_iter().filter(|one| !context.contains_key(one));
        let first = unknown.min()?;
        let known: Vec<&str> = VALUES.into_iter().filter(|one| context.contains_key(one)).collect();
        let place = Place::file(format!("templates/{name}"));
        let message = format!("the template uses `{first}`, which it is not given");
        let diagnostic = Diagnostic::new(Code::TemplateVariable, place, message);
        Some(diagnostic.help(help_with_list(first, known)))
    }
}

/// The project's own templates, ready to be rendered within an allowance.
struct OwnTemplates {
    tera: Tera,
    /// Each of them by its name.
    texts: BTreeMap<String, Metered>,
}

/// The diagnostic for a template with too much HTML.
fn excessive(name: &str) -> Diagnostic {
    let message = "there are too many elements in this page, or too many within each other";
    let place = Place::file(format!("templates/{name}"));
    let error = Diagnostic::new(Code::TemplateTooMuch, place, message);
    error.help("end each element that begins, and use fewer")
}

/// About how many pages a site has.
fn pages(project: &Project) -> usize {
    1 + project.claims.len() + 2 * project.policies.len()
}

/// The built-in pages under names that a project cannot replace, so that its own pages can extend them.
fn to_extend() -> Vec<(String, &'static str)> {
    let pages = BUILT_IN.into_iter().filter(|(name, _)| PAGES.contains(name));
    pages.map(|(name, text)| (format!("{EXTENDED}{name}"), text)).collect()
}

/// All files of the theme, with the project's replacements.
pub(crate) fn files(project: &Project) -> Vec<(&str, &str)> {
    let built_in = BUILT_IN.into_iter().filter(|(name, _)| !project.templates.contains_key(*name));
    let own = project.templates.iter();
    built_in.chain(own.map(|(name, text)| (name.as_str(), text.as_str()))).collect()
}

/// The templates that a template may extend.
fn parents() -> Vec<String> {
    let extended = PAGES.map(|name| format!("{EXTENDED}{name}"));
    PAGES.map(str::to_owned).into_iter().chain(extended).collect()
}

fn parse(name: &str, text: &str) -> Result<(), tera::Error> {
    Tera::new().add_raw_template(name, text)
}

/// The diagnostic for an error in a template. `name` is the template if the error names none.
fn diagnostic(error: &tera::Error, name: &str) -> Diagnostic {
    let file = |name: &str| format!("templates/{name}");
    match error.kind() {
        ErrorKind::SyntaxError(report) => {
            Diagnostic::new(Code::TemplateSyntax, place(report), cause(report))
                .help("the language of templates is Tera 2: see docs/templates.md")
        }
        ErrorKind::RenderingError(report) => {
            Diagnostic::new(Code::TemplateVariable, place(report), cause(report))
                .help("docs/templates.md lists the fields of each template")
        }
        ErrorKind::MissingParent { current, parent } => Diagnostic::new(
            Code::TemplateMissing,
            Place::file(file(current)),
            format!("the template extends `{parent}`, which does not exist"),
        )
        .help(help_with_list(parent, parents().iter().map(String::as_str))),
        other => {
            Diagnostic::new(Code::Template, Place::file(file(name)), one_line(&other.to_string()))
                .help("the language of templates is Tera 2: see docs/templates.md")
        }
    }
}

fn place(report: &ReportError) -> Place {
    Place::new(format!("templates/{}", report.filename()), report.span().range.clone())
}

fn cause(report: &ReportError) -> String {
    one_line(report.message())
}

fn one_line(message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = message.trim_end_matches('.');
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "the template cannot be used".to_owned(),
    }
}
