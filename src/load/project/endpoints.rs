//! The lists of end points that `endpoints:` names.

use std::path::{Component, Path};

use crate::load::file::foreign;
use crate::load::file::reader::{Reader, SourceFile};
use crate::load::project::file::{EndpointsFile, ExceptionFile};
use crate::load::project::scope::Scope;
use crate::model::project::endpoints::{
    Endpoint, EndpointList, Exception, Format, Unusable, connect, forge, graphql, openapi, path,
};
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// Where a GraphQL API is served, if the project does not say so.
const GRAPHQL: &str = "/graphql";

/// Reads the lists, and reports what cannot be used of them.
pub(crate) fn read(
    written: &[Spanned<EndpointsFile>],
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> Vec<EndpointList> {
    written.iter().filter_map(|one| list(one, scope, reader)).collect()
}

fn list(
    written: &Spanned<EndpointsFile>,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> Option<EndpointList> {
    let (format, named) = only_file(written, scope)?;
    let base = base(written.at.as_ref(), scope)?;
    let source = file(named, scope, reader)?;
    let (endpoints, unusable) = endpoints(format, &source, base, scope)?;
    let is_whole = unusable.is_empty();
    for Unusable { span, message, help } in unusable {
        let place = Place::new(source.file.clone(), span);
        scope.diagnostics.push(Diagnostic::new(Code::BadEndpoints, place, message).help(help));
    }
    if !is_whole {
        return None;
    }
    if endpoints.is_empty() {
        let message = format!("`{}` lists no end point", named.value);
        let help = "name a file that does, or remove the entry";
        scope.report(Code::BadEndpoints, &named.span, message, help);
        return None;
    }
    let exceptions = written.except.iter().filter_map(|one| exception(one, scope)).collect();
    let list = EndpointList { format, file: source.file, endpoints, exceptions };
    report_unknown(&list, scope);
    Some(list)
}

/// The file of an entry with its form; reports an entry with none or several.
fn only_file<'w>(
    written: &'w Spanned<EndpointsFile>,
    scope: &mut Scope<'_>,
) -> Option<(Format, &'w Spanned<String>)> {
    let EndpointsFile { openapi, graphql, connect, forge, .. } = &written.value;
    let all = [
        (Format::OpenApi, openapi),
        (Format::Graphql, graphql),
        (Format::Connect, connect),
        (Format::Forge, forge),
    ];
    let given: Vec<_> =
        all.into_iter().filter_map(|(format, file)| Some((format, file.as_ref()?))).collect();
    if let [one] = given.as_slice() {
        return Some(*one);
    }
    let message = match given.is_empty() {
        true => "this entry names no file",
        false => "this entry names more than one file",
    };
    let help = "give it exactly one of `openapi`, `graphql`, `connect` and `forge`, such as \
                `- openapi: api/openapi.yaml`";
    scope.report(Code::BadEndpoints, &written.span, message, help);
    None
}

/// The written base, which must be a path; `None` after a mistake.
fn base<'w>(
    written: Option<&'w Spanned<String>>,
    scope: &mut Scope<'_>,
) -> Option<Option<&'w str>> {
    let Some(at) = written else { return Some(None) };
    if path::is_path(&at.value) {
        return Some(Some(&at.value));
    }
    let message = format!("`{}` is not a path of the target", at.value);
    scope.report(Code::BadEndpoints, &at.span, message, "write it like `/v1`");
    None
}

fn file(
    named: &Spanned<String>,
    scope: &mut Scope<'_>,
    reader: &mut Reader<'_>,
) -> Option<SourceFile> {
    let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(&named.value).components().all(stays) {
        let message = format!("`{}` leads out of the project's folder", named.value);
        let help = "put the file itself into the project";
        scope.report(Code::OutsideProject, &named.span, message, help);
        return None;
    }
    let mark = reader.diagnostics.mark();
    let source = reader.foreign_file(&named.value);
    // Why a file that exists cannot be read was reported there.
    if source.is_none() && reader.diagnostics.since(mark).is_empty() {
        let message = format!("`{}` cannot be read", named.value);
        scope.report(Code::MissingFile, &named.span, message, "name a file in the project");
    }
    source
}

fn endpoints(
    format: Format,
    source: &SourceFile,
    base: Option<&str>,
    scope: &mut Scope<'_>,
) -> Option<(Vec<Endpoint>, Vec<Unusable>)> {
    let read = match format {
        Format::Graphql => {
            return Some(graphql::schema::read(&source.text, base.unwrap_or(GRAPHQL)));
        }
        Format::OpenApi => openapi::read,
        Format::Connect => connect::read,
        Format::Forge => forge::read,
    };
    match foreign::parse(&source.text, &source.file) {
        Ok(root) => Some(read(&root, base)),
        Err(mistake) => {
            scope.diagnostics.push(*mistake);
            None
        }
    }
}

fn exception(written: &ExceptionFile, scope: &mut Scope<'_>) -> Option<Exception> {
    let mut is_whole = true;
    for (text, key) in [(&written.endpoint, "endpoint"), (&written.because, "because")] {
        if text.trim().is_empty() {
            let mistake = Diagnostic::empty_value(scope.place(&text.span), key);
            scope.diagnostics.push(mistake);
            is_whole = false;
        }
    }
    let (endpoint, because) = (written.endpoint.clone(), written.because.value.clone());
    is_whole.then_some(Exception { endpoint, because })
}

/// Reports exceptions that name no end point of the list, and those that repeat another one.
fn report_unknown(list: &EndpointList, scope: &mut Scope<'_>) {
    for (at, one) in list.exceptions.iter().enumerate() {
        let named = list.endpoints.iter().find(|endpoint| one.names(endpoint));
        let before = list.exceptions.get(..at).unwrap_or_default();
        let written = &one.endpoint;
        if named.is_none() {
            let message = format!("`{}` does not list `{}`", list.file, written.value);
            let names: Vec<&str> = list.endpoints.iter().map(|one| one.name.as_str()).collect();
            let help = help_with_list(&written.value, names);
            scope.report(Code::UnknownEndpoint, &written.span, message, &help);
        } else if named.is_some_and(|named| before.iter().any(|other| other.names(named))) {
            let message = format!("`{}` is listed twice", written.value);
            scope.report(Code::UnknownEndpoint, &written.span, message, "keep one of the two");
        }
    }
}

#[cfg(test)]
mod tests;
