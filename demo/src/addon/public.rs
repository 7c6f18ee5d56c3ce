//! Routes without tenant data: the landing page, the descriptor, `security.txt`, the statistics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use jiff::SignedDuration;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::flaw::Flaw;
use crate::names::TARGET;
use crate::problem::Problem;

/// The page for visitors without an installation.
pub(crate) async fn landing() -> Html<&'static str> {
    Html(LANDING)
}

/// The add-on's descriptor: its name, routes and scopes, for the host product.
pub(crate) async fn descriptor(State(app): State<Arc<App>>) -> impl IntoResponse {
    let authentication = if app.has(Flaw::DescriptorAuthNone) { "none" } else { "jwt" };
    let mut scopes = vec!["READ", "WRITE"];
    if app.has(Flaw::ExtraScope) {
        scopes.push("ADMIN");
    }
    Json(json!({
        "apiVersion": 1,
        "key": "test.demo.addon",
        "name": "Demo add-on",
        "description": "Notes next to your pages",
        "vendor": { "name": "The demo vendor", "url": "https://vendor.demo.test" },
        "baseUrl": TARGET,
        "links": { "self": "https://addon.demo.test/atlassian-connect.json" },
        "authentication": { "type": authentication },
        "lifecycle": { "installed": "/installed", "uninstalled": "/uninstalled" },
        "scopes": scopes,
        "modules": {
            "generalPages": [{ "key": "notes", "name": { "value": "Notes" }, "url": "/notes" }],
        },
    }))
}

/// Version and uptime: not the data of a tenant, but for tenants only.
pub(crate) async fn stats(
    caller: Result<Caller, Problem>,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    if !app.has(Flaw::NoAuth) {
        caller?;
    }
    Ok(stats_for_everybody(State(app)).await)
}

/// The same without a credential.
pub(crate) async fn stats_for_everybody(State(app): State<Arc<App>>) -> impl IntoResponse {
    let uptime_s = app.started.elapsed().as_secs();
    let version = env!("CARGO_PKG_VERSION");
    Json(json!({ "version": version, "uptime_s": uptime_s }))
}

/// Where to report a vulnerability (RFC 9116). Expires in half a year.
pub(crate) async fn security_txt(
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    let days = if app.has(Flaw::ExpiredSecurityTxt) { -1 } else { 180 };
    let expires = app.clock.second().checked_add(SignedDuration::from_hours(24 * days));
    let expires = expires.map_err(std::io::Error::other)?;
    let contacts: String =
        app.contacts.iter().map(|contact| format!("Contact: {contact}\n")).collect();
    Ok(format!(
        "{contacts}Expires: {expires}\n\
         Canonical: {TARGET}/.well-known/security.txt\n\
         Preferred-Languages: en\n"
    ))
}

/// The landing page.
pub(crate) const LANDING: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Demo add-on</title>
<h1>Demo add-on</h1>
<p>Notes next to your pages. Runs on <a href="https://platform.demo.test/policy/security">a
well-known platform</a>; see our <a href="https://vendor.demo.test/privacy-policy">privacy
policy</a>, or <a href="https://support.demo.test/">ask support</a>.</p>
</html>
"#;
