//! The actors of a new project: its test customer, by the way in which customers log in.

use url::Url;

use crate::init::answers::Answers;
use crate::init::customer::Customer;
use crate::init::options::Login;
use crate::init::rules::quoted;

/// The key `actors:` of `avouch.yaml`; empty without a log-in.
pub(crate) fn actors(answers: &Answers) -> String {
    let customer = &answers.customer;
    if customer.login == Login::None {
        return String::new();
    }
    let operator = match answers.is_demo() {
        true => "  operator:\n    bearer: \"${OPS_TOKEN}\"\n",
        false => "",
    };
    format!(
        "\nactors: # who checks act as. `${{NAME}}` is read from the environment, and never shown\n  \
         customer:\n{}{operator}",
        scheme(customer)
    )
}

/// How the customer logs in.
fn scheme(customer: &Customer) -> String {
    let secret = quoted(&format!("${{{}}}", customer.secret));
    let user = quoted(&customer.user);
    match customer.login {
        Login::None => String::new(),
        Login::Bearer => format!("    bearer: {secret}\n"),
        Login::Basic => format!("    basic: {{ user: {user}, password: {secret} }}\n"),
        Login::ApiKey => {
            format!("    header: {{ name: {}, value: {secret} }}\n", quoted(&customer.header))
        }
        Login::Session => format!("    header: {{ name: Cookie, value: {secret} }}\n"),
        Login::Connect => {
            format!(
                "    tenant: customer\n    connect: {{ client_key: {user}, shared_secret: {secret} }}\n"
            )
        }
        Login::Form => form(customer, &user, &secret),
        Login::Oauth2 => oauth2(customer, &user, &secret),
    }
}

/// A form, with the hidden field that its page contains, if it has one.
fn form(customer: &Customer, user: &str, secret: &str) -> String {
    let page = quoted(&customer.login_url);
    let field = |index: usize| customer.fields.get(index).map(|name| quoted(name));
    let name = field(0).unwrap_or_default();
    let password = field(1).unwrap_or_default();
    let fields = format!("{name}: {user}, {password}: {secret}");
    let Some(hidden) = customer.fields.get(2) else {
        return format!("    login:\n      - post: {page}\n        form: {{ {fields} }}\n");
    };
    let selector = quoted(&format!("css input[name={}]", quoted(hidden)));
    format!(
        "    login:\n      - get: {page}\n        capture: {{ hidden: {selector} }}\n      \
         - post: {page}\n        form: {{ {fields}, {}: \"${{hidden}}\" }}\n",
        quoted(hidden)
    )
}

fn oauth2(customer: &Customer, user: &str, secret: &str) -> String {
    let token_url = quoted(&customer.login_url);
    let origin = Url::parse(&customer.login_url).map(|url| url.origin().ascii_serialization());
    let send_to = origin.map(|origin| format!("    send_to: [{}]\n", quoted(&origin)));
    format!(
        "    oauth2: {{ token_url: {token_url}, client_id: {user}, client_secret: {secret} }}\n{}",
        send_to.unwrap_or_default()
    )
}
