//! The test customer of a new project: from options, or from questions.

use crate::exit::Exit;
use crate::init::answers::{AnsweredBy, choice, text};
use crate::init::options::{CustomerOptions, Login};
use crate::init::rules::{
    DEMO, NO_LOGIN, Rule, field, named, path, path_or_https, variable, variable_or_none,
};
use crate::terminal::console::Console;

/// A customer of the service; all other fields are empty without a login.
#[derive(Default)]
pub(crate) struct Customer {
    /// How they log in.
    pub(crate) login: Login,
    /// The paths that only a logged-in customer may read.
    pub(crate) private: Vec<String>,
    /// The environment variable with their secret.
    pub(crate) secret: String,
    /// Their name, client id or client key.
    pub(crate) user: String,
    /// The header field with an API key.
    pub(crate) header: String,
    /// The path of a form, or a token end point.
    pub(crate) login_url: String,
    /// The fields of a form: name, password and, if there is one, the hidden field.
    pub(crate) fields: Vec<String>,
}

/// The default variable for a customer's secret.
const SECRET: &str = "API_TOKEN";

/// The default path of a form.
const FORM: &str = "/login";

/// The options that are missing.
pub(crate) fn missing(args: &CustomerOptions, is_demo: bool) -> impl Iterator<Item = &'static str> {
    let login = args.login.filter(|_| !is_demo);
    let logs_in = login.is_some_and(|login| login != Login::None);
    let has = |of: Login| login == Some(of);
    let needed = [
        (args.login.is_none() && !is_demo, "--login"),
        (args.private.is_empty() && logs_in, "--private"),
        (args.client_key.is_none() && has(Login::Connect), "--client-key"),
        (args.user.is_none() && login.is_some_and(Login::has_user), "--user"),
        (args.header.is_none() && has(Login::ApiKey), "--header"),
        (args.login_url.is_none() && has(Login::Oauth2), "--login-url"),
    ];
    needed.into_iter().filter(|(missing, _)| *missing).map(|(_, flag)| flag)
}

/// What is wrong with the options, each with what to do.
pub(crate) fn wrong(
    args: &CustomerOptions,
    is_demo: bool,
    answered_by: AnsweredBy,
) -> Vec<(String, &'static str)> {
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let given: [(&str, Vec<String>, Rule); 6] = [
        ("--private", args.private.clone(), path),
        ("--client-key", one(&args.client_key), named),
        ("--user", one(&args.user), named),
        ("--header", one(&args.header), field),
        ("--login-url", one(&args.login_url), path_or_https),
        ("--fields", args.fields.clone(), field),
    ];
    let wrong = given.iter().flat_map(|(flag, texts, fit)| {
        texts.iter().filter_map(move |text| Some((format!("`{flag}`: {}", fit(text).err()?), "")))
    });
    let count = (args.fields.len() == 1 || args.fields.len() > 3)
        .then(|| ("`--fields`: write two names, or three".to_owned(), ""));
    wrong.chain(count).chain(no_secret(args, is_demo, answered_by)).collect()
}

/// The error about the variable with the customer's secret, where no question will ask for it.
fn no_secret(
    args: &CustomerOptions,
    is_demo: bool,
    answered_by: AnsweredBy,
) -> Option<(String, &'static str)> {
    let is_needed = args.login != Some(Login::None) && !is_demo;
    let message = match &args.secret {
        _ if !is_needed => return None,
        Some(name) => format!("`--secret`: {}", variable(name).err()?),
        None if answered_by == AnsweredBy::Questions || variable(SECRET).is_ok() => return None,
        None => format!("the variable `{SECRET}` is not set, and customers log in with it"),
    };
    Some((message, "set it, name another variable with `--secret`, or start with `--login none`"))
}

/// How a customer logs in, and the answers that depend on it.
pub(crate) fn ask(
    args: &CustomerOptions,
    target: &str,
    answered_by: AnsweredBy,
    console: Console,
) -> Result<Customer, Exit> {
    let login = login(args, target, console)?;
    let or =
        |given: &Option<String>, other: &str| given.clone().unwrap_or_else(|| other.to_owned());
    if target == DEMO && login != Login::None {
        return Ok(of_demo(args));
    }
    let secret = match &args.secret {
        None if answered_by == AnsweredBy::Questions && login != Login::None => {
            secret(login, console)?
        }
        given => or(given, SECRET),
    };
    if login == Login::None || secret == NO_LOGIN {
        return Ok(Customer::default());
    }
    let question = |given: &Option<String>, question: &str, fit: Rule| {
        text(given, question, None, fit, console)
    };
    let user = match login {
        Login::Connect => {
            question(&args.client_key, "What is the client key of that customer?", named)?
        }
        Login::Oauth2 => question(&args.user, "What is the id of that client?", named)?,
        Login::Basic | Login::Form => {
            question(&args.user, "What is the user name of that customer?", named)?
        }
        _ => String::new(),
    };
    let header = match login {
        Login::ApiKey => question(&args.header, "Which header field has the key?", field)?,
        _ => String::new(),
    };
    let login_url = match login {
        Login::Oauth2 => question(&args.login_url, "What is the token end point?", path_or_https)?,
        _ => or(&args.login_url, FORM),
    };
    let private = match args.private.is_empty() {
        true => {
            let question = "Which path may only logged-in customers read?";
            vec![text(&None, question, Some("/api/me"), path, console)?]
        }
        false => args.private.clone(),
    };
    let fields = match args.fields.is_empty() {
        true => ["username", "password"].map(str::to_owned).into(),
        false => args.fields.clone(),
    };
    Ok(Customer { login, private, secret, user, header, login_url, fields })
}

fn of_demo(args: &CustomerOptions) -> Customer {
    let private = match args.private.is_empty() {
        true => vec!["/config".to_owned()],
        false => args.private.clone(),
    };
    Customer {
        login: Login::Connect,
        private,
        secret: args.secret.clone().unwrap_or_else(|| "ACME_SECRET".into()),
        user: args.client_key.clone().unwrap_or_else(|| "acme-key".into()),
        ..Customer::default()
    }
}

fn login(args: &CustomerOptions, target: &str, console: Console) -> Result<Login, Exit> {
    match args.login {
        Some(login) => return Ok(login),
        None if target == DEMO => return Ok(Login::Connect),
        None => {}
    }
    let items: Vec<&str> = Login::ALL.iter().map(|(_, words)| *words).collect();
    Ok(Login::ALL[choice("How do customers log in?", &items, console)?].0)
}

fn secret(login: Login, console: Console) -> Result<String, Exit> {
    let question = format!(
        "Which environment variable contains {}? (none: start without a login)",
        login.secret()
    );
    text(&None, &question, Some(SECRET), variable_or_none, console)
}
