//! `oauth2:` of an actor: a short form of a log-in at the token end point of OAuth 2.0 (RFC 6749, section 3.2).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::project::login::{Extras, Reading};
use crate::model::plan::body::Body;
use crate::model::plan::request::Request;
use crate::model::plan::template::Template;
use crate::model::project::login::{
    Assertion, Login, LoginCapture, LoginExpect, LoginStep, Method, Source,
};
use crate::model::source::decode::Spanned;

/// The value of `client_assertion_type` (RFC 7523, section 2.2).
const JWT_BEARER_CLIENT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The usual type of a token that is exchanged (RFC 8693, section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// `oauth2:` of an actor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["token_url"]))]
pub struct Oauth2File {
    /// The token end point: a path of the target, or a whole address at an origin of `send_to:`.
    pub token_url: Option<Spanned<String>>,
    /// How the token is obtained; `client_credentials` if left out.
    #[serde(default)]
    pub grant: Grant,
    /// The name of the client.
    pub client_id: Option<Spanned<String>>,
    /// The secret of the client.
    pub client_secret: Option<Spanned<String>>,
    /// How the client shows who it is: `basic` if it has a secret, `private_key_jwt` if it has a key, else `none`.
    pub client_auth: Option<Spanned<ClientAuth>>,
    /// The private RSA key of the client, PEM: for `private_key_jwt` and the grant `jwt_bearer`.
    pub private_key: Option<Spanned<String>>,
    /// The name of that key: `kid`.
    pub key_id: Option<Spanned<String>>,
    /// For the grant `refresh_token`: the refresh token. One that the service returns in its place is used for the
    /// next log-in of the run.
    pub refresh_token: Option<Spanned<String>>,
    /// For the grant `token_exchange`: the token that is exchanged.
    pub subject_token: Option<Spanned<String>>,
    /// Its type; that of an access token if left out.
    pub subject_token_type: Option<Spanned<String>>,
    /// For the grant `jwt_bearer`: the user for whom the token is obtained; the client if left out.
    pub subject: Option<Spanned<String>>,
    /// For a token that the key signs: whom it is meant for; the address of the token end point if left out.
    pub jwt_audience: Option<Spanned<String>>,
    /// The scope, such as `notes.read notes.write`.
    pub scope: Option<Spanned<String>>,
    /// The service for which the token is obtained, as some servers demand.
    pub audience: Option<Spanned<String>>,
    /// The same as an address (RFC 8707).
    pub resource: Option<Spanned<String>>,
}

/// How a token is obtained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// By the client for itself (RFC 6749, section 4.4).
    #[default]
    ClientCredentials,
    /// With a refresh token (RFC 6749, section 6).
    RefreshToken,
    /// In exchange for another token (RFC 8693).
    TokenExchange,
    /// With a token that a key signs (RFC 7523, section 2.1).
    JwtBearer,
}

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `Authorization: Basic` (RFC 6749, section 2.3.1).
    Basic,
    /// `client_id` and `client_secret` in the body.
    Post,
    /// A token that a key signs (RFC 7523, section 2.2).
    PrivateKeyJwt,
    /// `client_id` alone.
    None,
}

/// The log-in of `oauth2:`. Reports all mistakes.
pub(crate) fn read(
    mut reading: Reading<'_, '_, '_>,
    written: &Spanned<Oauth2File>,
    extras: Extras<'_>,
) -> Login {
    let file = &written.value;
    let mut form = Vec::new();
    let mut step = LoginStep {
        request: Request::to_target("POST", "/"),
        basic: None,
        captures: ["access_token", "expires_in", "refresh_token"].map(capture).into(),
        expect: LoginExpect { statuses: [200, 201].into(), ..LoginExpect::default() },
    };
    match &file.token_url {
        Some(url) => step.request.to = reading.destination(url).unwrap_or(step.request.to),
        None => reading.missing(&written.span, "token_url"),
    }
    grant(&mut reading, written, &mut form);
    authenticate(&mut reading, written, &mut form, &mut step);
    for (name, value) in
        [("scope", &file.scope), ("audience", &file.audience), ("resource", &file.resource)]
    {
        if let Some(value) = value {
            form.push((name.to_owned(), reading.text(value, "name")));
        }
    }
    let assertion = assertion(&mut reading, written, &step);
    step.request.headers = vec![("accept".to_owned(), Template::new("application/json"))];
    step.request.body = Some(Body::Form(form));
    reading.captured.extend(["access_token".to_owned()]);
    let bearer = ("Authorization".to_owned(), Template::new("Bearer ${access_token}"));
    let further = reading.headers(extras.headers);
    let has_own = further.iter().any(|(_, value)| value.holes().any(|one| one == "access_token"));
    let headers = Some(bearer).filter(|_| !has_own).into_iter().chain(further).collect();
    let login =
        Login { method: Method::Oauth2, steps: vec![step], headers, assertion, ..Login::empty() };
    reading.finish(login, extras)
}

fn capture(name: &str) -> LoginCapture {
    LoginCapture {
        name: name.to_owned(),
        from: Source::Json(format!("/{name}")),
        optional: name != "access_token",
    }
}

/// The parameters of the grant.
fn grant(
    reading: &mut Reading<'_, '_, '_>,
    written: &Spanned<Oauth2File>,
    form: &mut Vec<(String, Template)>,
) {
    let file = &written.value;
    let mut push = |name: &str, value: Template| form.push((name.to_owned(), value));
    match file.grant {
        Grant::ClientCredentials => push("grant_type", "client_credentials".into()),
        Grant::RefreshToken => {
            push("grant_type", "refresh_token".into());
            push("refresh_token", "${refresh_token}".into());
            match &file.refresh_token {
                Some(token) => reading.define("refresh_token", token),
                None => reading.missing(&written.span, "refresh_token"),
            }
        }
        Grant::TokenExchange => {
            push("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange".into());
            match &file.subject_token {
                Some(token) => push("subject_token", reading.text(token, "token")),
                None => reading.missing(&written.span, "subject_token"),
            }
            let of_type = file.subject_token_type.as_ref();
            let of_type = of_type.map(|one| reading.text(one, "name"));
            push("subject_token_type", of_type.unwrap_or_else(|| ACCESS_TOKEN.into()));
        }
        Grant::JwtBearer => {
            push("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".into());
            push("assertion", "${signed_token}".into());
            if file.private_key.is_none() {
                reading.missing(&written.span, "private_key");
            }
        }
    }
}

/// The authentication of the client.
fn authenticate(
    reading: &mut Reading<'_, '_, '_>,
    written: &Spanned<Oauth2File>,
    form: &mut Vec<(String, Template)>,
    step: &mut LoginStep,
) {
    let file = &written.value;
    let usual = match (&file.client_secret, &file.private_key, file.grant) {
        (Some(_), ..) => ClientAuth::Basic,
        // The assertion of this grant shows who the client is.
        (None, Some(_), grant) if grant != Grant::JwtBearer => ClientAuth::PrivateKeyJwt,
        _ => ClientAuth::None,
    };
    let auth = file.client_auth.as_ref().map_or(usual, |auth| auth.value);
    let id = file.client_id.as_ref().map(|id| reading.text(id, "client_id"));
    if id.is_none() && (auth != ClientAuth::None || file.grant == Grant::ClientCredentials) {
        reading.missing(&written.span, "client_id");
    }
    let mut secret = || {
        let of = (&file.client_secret, &written.span);
        reading.required(of, "client_secret", "client_secret")
    };
    let mut push = |name: &str, value: Template| form.push((name.to_owned(), value));
    match (auth, id) {
        (ClientAuth::Basic, Some(id)) => step.basic = Some((id, secret())),
        (ClientAuth::Post, Some(id)) => {
            push("client_id", id);
            push("client_secret", secret());
        }
        (ClientAuth::PrivateKeyJwt, Some(id)) => {
            push("client_id", id);
            push("client_assertion_type", JWT_BEARER_CLIENT.into());
            push("client_assertion", "${signed_token}".into());
            if file.private_key.is_none() {
                reading.missing(&written.span, "private_key");
            }
        }
        (ClientAuth::None, Some(id)) => push("client_id", id),
        (_, None) => {}
    }
}

fn assertion(
    reading: &mut Reading<'_, '_, '_>,
    written: &Spanned<Oauth2File>,
    step: &LoginStep,
) -> Option<Assertion> {
    let file = &written.value;
    let key = reading.text(file.private_key.as_ref()?, "private_key");
    let issuer = file.client_id.as_ref();
    let issuer = issuer.map_or_else(|| Template::new(""), |id| reading.text(id, "client_id"));
    let subject = file.subject.as_ref().map(|one| reading.text(one, "user"));
    let audience = file.jwt_audience.as_ref().map(|one| reading.text(one, "name"));
    Some(Assertion {
        key,
        key_id: file.key_id.as_ref().map(|one| reading.text(one, "name")),
        subject: subject.unwrap_or_else(|| issuer.clone()),
        issuer,
        audience,
        to: step.request.to.clone(),
    })
}
