//! The body of a request.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::check::written::placeholders::Names;
use crate::check::written::request::WrittenRequest;
use crate::check::written::request::fields::{Pairs, Upload, WrittenGraphql, WrittenPart};
use crate::model::plan::body::{Body, Content, FormPart, Operation};
use crate::model::plan::template::Template;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;

/// The placeholder of the sender's mark.
const CANARY: &str = "${canary}";

/// The keys of bodies, for a message.
const BODIES: &str =
    "write one of `json`, `form`, `multipart`, `graphql`, `xml`, `text` and `upload`";

impl WrittenRequest {
    /// Whether its body contains the mark of its sender.
    pub(crate) fn has_canary(&self) -> bool {
        let data = self.data().is_some_and(|data| data.to_string().contains(CANARY));
        let document = self.graphql.as_ref().map(|graphql| &graphql.query);
        let texts = [self.text.as_ref(), self.xml.as_ref(), document];
        data || texts.into_iter().flatten().any(|text| text.contains(CANARY))
    }

    /// The values that the body consists of: the JSON, the variables of a GraphQL operation, or the fields
    /// of a form by name.
    pub(crate) fn data(&self) -> Option<Value> {
        if let Some(json) = &self.json {
            return Some(json.value.clone());
        }
        if let Some(graphql) = &self.graphql {
            return Some(Value::Object(graphql.variables.clone()));
        }
        if let Some(form) = &self.form {
            let fields = form.value.0.iter();
            return Some(by_name(fields.map(|(name, value)| (name, value.as_str().into()))));
        }
        let parts = self.multipart.as_ref()?.iter();
        let content = |part: &WrittenPart| match (&part.text, &part.json) {
            (Some(text), _) => text.value.as_str().into(),
            (None, Some(json)) => json.value.clone(),
            _ => Value::Null,
        };
        Some(by_name(parts.map(|part| (&part.name, content(part)))))
    }

    /// The body. Reports its mistakes.
    pub(super) fn body(&self, names: &Names<'_>, diagnostics: &mut Report) -> Option<Body> {
        if let Some(json) = &self.json {
            return Some(Body::Json(names.value(json, &json.span, diagnostics)));
        }
        if let Some(form) = &self.form {
            return Some(Body::Form(fields(form, names, diagnostics)));
        }
        if let Some(parts) = &self.multipart {
            let parts = parts.iter().filter_map(|one| part(one, names, diagnostics));
            return Some(Body::Multipart(parts.collect()));
        }
        if let Some(graphql) = &self.graphql {
            return Some(Body::Graphql(operation(graphql, names, diagnostics)));
        }
        let texts = [(&self.xml, "application/xml"), (&self.text, "text/plain")];
        for (text, usual) in texts {
            if let Some(text) = text {
                let media_type = self.media_type.as_ref().map_or(usual, |one| one.as_str());
                let text = names.text(text, &text.span, diagnostics);
                return Some(Body::Text(media_type.to_owned(), Template(text)));
            }
        }
        let upload = self.upload.as_ref()?;
        report_bad_base64(&upload.base64, names, diagnostics);
        Some(Body::Multipart(vec![file(upload)]))
    }

    fn bodies(&self) -> Vec<&Range<usize>> {
        let all = [
            self.json.as_ref().map(|one| &one.span),
            self.form.as_ref().map(|one| &one.span),
            self.multipart.as_ref().map(|one| &one.span),
            self.graphql.as_ref().map(|one| &one.span),
            self.xml.as_ref().map(|one| &one.span),
            self.text.as_ref().map(|one| &one.span),
            self.upload.as_ref().map(|one| &one.base64.span),
        ];
        all.into_iter().flatten().collect()
    }

    /// Reports a body where there is none, a second one, and a media type without a text.
    pub(super) fn report_misplaced_body(
        &self,
        method: &str,
        names: &Names<'_>,
        diagnostics: &mut Report,
    ) {
        let mut tell = |code, span: &Range<usize>, message: String, help: &str| {
            diagnostics.push(names.context.mistake(code, span, message).help(help));
        };
        match self.bodies()[..] {
            [span, ..] if matches!(method, "GET" | "HEAD" | "TRACE") => tell(
                Code::MisplacedBody,
                span,
                format!("a `{method}` request has no body"),
                "write `query:` for parameters of the address; or, if the service reads a body, `post:` \
                 with `reads: true`, or `method: QUERY`",
            ),
            [_, second, ..] => tell(
                Code::MisplacedBody,
                second,
                "a request has one body, and here are two".into(),
                BODIES,
            ),
            _ => {}
        }
        if let Some(media_type) = self.media_type.as_ref()
            && self.text.is_none()
            && self.xml.is_none()
        {
            tell(
                Code::MisplacedSetting,
                &media_type.span,
                "`media_type` belongs to `text` or `xml`".into(),
                "for another body, write the field `content-type` under `headers:`",
            );
        }
    }
}

fn by_name<'n>(fields: impl Iterator<Item = (&'n String, Value)>) -> Value {
    let mut all = Map::new();
    for (name, value) in fields {
        match all.get_mut(name) {
            // A repeated name has a list of values.
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                all.insert(name.clone(), value);
            }
        }
    }
    Value::Object(all)
}

fn fields(
    form: &Spanned<Pairs>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Vec<(String, Template)> {
    let pairs = form.value.0.iter();
    pairs
        .map(|(name, value)| (name.clone(), Template(names.text(value, &form.span, diagnostics))))
        .collect()
}

fn operation(
    graphql: &Spanned<WrittenGraphql>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Operation {
    let variables = Value::Object(graphql.variables.clone());
    let variables = match names.value(&variables, &graphql.span, diagnostics) {
        Value::Object(variables) => variables,
        _ => Map::new(),
    };
    let query = Template(names.text(&graphql.query, &graphql.query.span, diagnostics));
    Operation { query, variables, name: graphql.operation.clone() }
}

/// One part of a form. Reports one with no content or several.
fn part(
    written: &Spanned<WrittenPart>,
    names: &Names<'_>,
    diagnostics: &mut Report,
) -> Option<FormPart> {
    let mut media_type = written.media_type.clone();
    let content = match (&written.text, &written.json, &written.base64) {
        (Some(text), None, None) => {
            Content::Text(Template(names.text(text, &text.span, diagnostics)))
        }
        (None, Some(json), None) => {
            media_type = media_type.or_else(|| Some("application/json".to_owned()));
            let value = names.value(json, &json.span, diagnostics);
            Content::Text(Template(value.to_string()))
        }
        (None, None, Some(base64)) => {
            report_bad_base64(base64, names, diagnostics);
            Content::Base64(base64.value.clone())
        }
        _ => {
            let message = format!("the part `{}` needs one content", written.name);
            let mistake = names.context.mistake(Code::MisplacedBody, &written.span, message);
            diagnostics.push(mistake.help("write one of `text`, `json` and `base64`"));
            return None;
        }
    };
    let file_name = written.file_name.as_ref();
    let file_name = file_name.map(|name| Template(names.text(name, &name.span, diagnostics)));
    Some(FormPart { name: written.name.clone(), file_name, media_type, content })
}

fn file(upload: &Upload) -> FormPart {
    FormPart {
        name: upload.field.clone(),
        file_name: Some(Template::new(upload.file_name.as_str())),
        media_type: Some(upload.media_type.clone()),
        content: Content::Base64(upload.base64.value.clone()),
    }
}

fn report_bad_base64(written: &Spanned<String>, names: &Names<'_>, diagnostics: &mut Report) {
    if STANDARD.decode(&written.value).is_err() {
        let message = "this is not base64";
        let mistake = names.context.mistake(Code::BadBase64, &written.span, message);
        diagnostics.push(
            mistake.help("write the output of `base64 FILE`, or the text itself under `text:`"),
        );
    }
}
