//! The services around the add-on: the platform and its key server, the vendor, the support system, the
//! media host.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};

use crate::addon;
use crate::addon::App;
use crate::flaw::Flaw;
use crate::keys;
use crate::mode::Mode;
use crate::names::{
    FORGE, FORGE_KEY_NAME, INSTALL_KEY_NAME, KEYS, MEDIA, PLATFORM, SUPPORT, VENDOR,
};
use crate::problem::Problem;

/// The routes of each host. The mode is that of the app.
pub(crate) fn sites(app: &Arc<App>, mode: Mode) -> BTreeMap<&'static str, Router> {
    let site = |routes: Router<Arc<App>>| {
        routes.fallback(async || Problem::NOT_FOUND).with_state(Arc::clone(app))
    };
    let mut platform = Router::new();
    if !app.has(Flaw::DeadPlatformLink) {
        platform = platform.route("/policy/security", get(Html(PLATFORM_SECURITY)));
    }
    let mut vendor = Router::new().route("/", get(Html(VENDOR_HOME)));
    if !app.has(Flaw::DeadPrivacyLink) {
        vendor = vendor.route("/privacy-policy", get(Html(PRIVACY_POLICY)));
    }
    let support = Router::new().route("/", get(Html(SUPPORT_HOME)));
    let media = Router::new().route("/file/{id}", get(file));
    let key_server = Router::new()
        .route("/install-keys/{name}", get(install_key))
        .route("/.well-known/jwks.json", get(key_set));
    BTreeMap::from([
        (PLATFORM, site(platform)),
        (VENDOR, site(vendor)),
        (SUPPORT, site(support)),
        (MEDIA, site(media)),
        (KEYS, site(key_server)),
        (FORGE, addon::remote_router(app, mode)),
    ])
}

/// An image, as bytes that no browser interprets.
pub(crate) fn image(app: &App, id: &str) -> Result<impl IntoResponse + use<>, Problem> {
    let bytes = app.store.image(id)?.ok_or(Problem::NOT_FOUND)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes))
}

async fn file(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    image(&app, &id)
}

/// The public key for installations with this name, in PEM format.
async fn install_key(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let private = app.secrets.get("INSTALL_KEY").filter(|_| name == INSTALL_KEY_NAME);
    let public = private.and_then(keys::public_pem).ok_or(Problem::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], public))
}

/// The public keys for invocation tokens.
async fn key_set(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Problem> {
    let private = app.secrets.get("FORGE_KEY");
    let set = private.and_then(|private| keys::key_set(private, FORGE_KEY_NAME));
    set.map(Json).ok_or(Problem::NOT_FOUND)
}

const PLATFORM_SECURITY: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Heroku Security</title>
<h1>Heroku Security</h1>
<p>In the demo, this page represents the platform's security statement.</p>
</html>
"#;

const VENDOR_HOME: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The demo vendor</title>
<h1>The demo vendor</h1>
<p>We make the demo add-on. <a href="/privacy-policy">Privacy policy</a>.</p>
</html>
"#;

const PRIVACY_POLICY: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Privacy Policy</title>
<h1>Privacy Policy</h1>
<p>In the demo, this page represents the vendor's privacy policy. A real one explains which personal
information is kept, why and for how long, and whom to contact about it.</p>
</html>
"#;

const SUPPORT_HOME: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Support</title>
<h1>Support</h1>
<p>In the demo, this page represents the vendor's support system.</p>
</html>
"#;
