//! The functions of templates: `say` writes a text of the interface in the page's language, `lang` marks
//! text in another language.

use tera::{Error, Function, Kwargs, State, Tera, TeraResult, Value};

use crate::model::project::i18n::{Language, TECHNICAL, Words, direction, filled, holes, primary};
use crate::render::outlet::html::escaped;

/// Registers the functions for pages in `language`. `project` is the language of the project's files.
pub(crate) fn register(tera: &mut Tera, language: &Language, project: &str) {
    tera.register_function("say", Say(language.words.clone()));
    tera.register_function(
        "lang",
        Lang { page: language.tag.clone(), project: project.to_owned() },
    );
}

/// `say(key="checked", time=site.checked)`: a text with its placeholders filled, as HTML. A time becomes a
/// `time` element. `n` selects the plural form for that number.
struct Say(Words);

impl Function<TeraResult<String>> for Say {
    fn call(&self, given: Kwargs, _: &State<'_>) -> TeraResult<String> {
        let key: String = given.must_get("key")?;
        let key = match given.get::<usize>("n")? {
            Some(number) => self.0.form(&key, number),
            None => key,
        };
        if !self.0.has(&key) {
            return Err(Error::message(format!("there is no text with the key `{key}`")));
        }
        let phrase = escaped(&self.0.say(&key));
        let fill = |hole: &str| {
            let mut all = given.iter();
            let (_, value) = all.find(|(name, _)| name.as_str() == Some(hole))?;
            Some(html(value))
        };
        if let Some(hole) = holes(&phrase).find(|hole| fill(hole).is_none()) {
            return Err(Error::message(format!("the text `{key}` needs the argument `{hole}`")));
        }
        Ok(filled(&phrase, fill))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

fn html(value: &Value) -> String {
    let part = |name: &'static str| value.get_from_path(name).and_then(Value::as_str);
    match (part("iso"), part("words"), value.as_str()) {
        (Some(iso), Some(words), _) => {
            format!("<time datetime=\"{}\">{}</time>", escaped(iso), escaped(words))
        }
        (_, _, Some(text)) if value.is_safe() => text.to_owned(),
        (_, _, Some(text)) => escaped(text),
        _ => escaped(&value.to_string()),
    }
}

/// `lang(of="technical")`: the attributes of an element whose text is not in the page's language; empty if
/// it is. `of` is a language tag, `technical` (the language of requests and answers), or `project` (the
/// language of the reasons in checks).
struct Lang {
    page: String,
    project: String,
}

impl Function<TeraResult<String>> for Lang {
    fn call(&self, given: Kwargs, _: &State<'_>) -> TeraResult<String> {
        let of: String = given.must_get("of")?;
        let tag = match of.as_str() {
            "technical" => TECHNICAL,
            "project" => &self.project,
            tag => tag,
        };
        Ok(match primary(tag) == primary(&self.page) {
            true => String::new(),
            false => format!(" lang=\"{}\" dir=\"{}\"", escaped(tag), direction(tag)),
        })
    }

    fn is_safe(&self) -> bool {
        true
    }
}
