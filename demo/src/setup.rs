//! The data that the demo starts with: tenants, a database, backups, a log.

use std::io;
use std::path::Path;
use std::time::Instant;

use crate::addon::App;
use crate::backup::Backups;
use crate::clock::Clock;
use crate::flaw::Flaw;
use crate::key_server::KeyServer;
use crate::random;
use crate::secrets::Secrets;
use crate::serve::Options;
use crate::store::{Access, Lifecycle, Store, Tenant};

/// The number of tenants that can be generated.
const TENANTS_MAX: usize = 10_000;
/// The number of tenants with names of their own.
const NAMED_COUNT: usize = 3;

/// The tenants: two that have installed the add-on, one that has uninstalled it, and `more` generated ones.
pub(crate) fn tenants(more: usize, secrets: &Secrets) -> Vec<Tenant> {
    let named = |name: &str, variable: &str| Tenant {
        name: name.to_owned(),
        client_key: format!("{name}-key"),
        secret: secrets.get(variable).unwrap_or_default().to_owned(),
        installed: name != "former",
    };
    let generated = |number: usize| Tenant {
        name: format!("tenant-{number:04}"),
        client_key: format!("tenant-{number:04}-key"),
        secret: random::hex(32),
        installed: true,
    };
    let mut tenants = vec![
        named("acme", "ACME_SECRET"),
        named("globex", "GLOBEX_SECRET"),
        named("former", "FORMER_SECRET"),
    ];
    tenants.extend((1..=more.min(TENANTS_MAX)).map(generated));
    tenants
}

/// The generated tenants, one JSON object per line.
pub(crate) fn tenants_jsonl(tenants: &[Tenant]) -> String {
    let line = |tenant: &Tenant| {
        let Tenant { name, client_key, secret, .. } = tenant;
        let line = serde_json::json!({
            "name": name, "tenant": name, "client_key": client_key, "shared_secret": secret,
        });
        format!("{line}\n")
    };
    tenants.iter().skip(NAMED_COUNT).map(line).collect()
}

/// Creates the database and the first backups, one before and one after the tenants are added.
pub(crate) fn set_up(
    options: &Options,
    secrets: &Secrets,
    tenants: &[Tenant],
    key_server: KeyServer,
    folder: &Path,
) -> io::Result<App> {
    let clock = Clock::new(options.clock);
    let store = Store::create(&folder.join("addon.sqlite")).map_err(io::Error::other)?;
    let backups = Backups::create(folder.join("backups"), clock, options.flaws.clone())?;
    backups.take(&store)?;
    store.install(tenants).map_err(io::Error::other)?;
    let app = App {
        clock,
        flaws: options.flaws.clone(),
        store,
        backups,
        key_server,
        secrets: secrets.clone(),
        contacts: contacts(&options.contacts),
        operator_token: secrets.get("OPS_TOKEN").unwrap_or_default().to_owned(),
        started: Instant::now(),
    };
    log_first_access(&app).map_err(io::Error::other)?;
    log_installations(&app, tenants).map_err(io::Error::other)?;
    app.backups.take(&app.store)?;
    Ok(app)
}

/// The configured contacts, or the demo's own. Contacts with control characters are skipped.
fn contacts(given: &[String]) -> Vec<String> {
    let fits = |contact: &&String| !contact.contains(char::is_control);
    let contacts: Vec<_> = given.iter().filter(fits).cloned().collect();
    if contacts.is_empty() {
        return vec!["https://support.demo.test/".into(), "mailto:security@demo.test".into()];
    }
    contacts
}

/// Logs the installations at the named tenants, as if the platform had made them.
fn log_installations(app: &App, tenants: &[Tenant]) -> rusqlite::Result<()> {
    tenants.iter().take(NAMED_COUNT).try_for_each(|tenant| {
        app.store.log_lifecycle(&Lifecycle {
            id: random::uuid(),
            at: app.clock.second().to_string(),
            event: if tenant.installed { "installed" } else { "uninstalled" }.to_owned(),
            client_key: tenant.client_key.clone(),
            signed: true,
        })
    })
}

fn log_first_access(app: &App) -> rusqlite::Result<()> {
    let log = |reason: &str, note: &str| {
        app.store.log_access(&Access {
            id: random::uuid(),
            at: app.clock.second().to_string(),
            who: "operator".into(),
            reason: reason.into(),
            note: note.into(),
        })
    };
    log("maintenance", "the add-on was started")?;
    if app.has(Flaw::UnexplainedAccess) {
        log("curiosity", "what do they write about all day")?;
    }
    Ok(())
}
