//! Fetches one public file, such as the page that was published last, over HTTPS, with a limit on size
//! and time. Plain HTTP is accepted for loopback addresses only. Redirects are followed as those of checks are.

use std::time::Duration;

use url::Url;

use crate::model::plan::ANYONE;
use crate::model::project::world::World;
use crate::probe::host::reach::is_safe;
use crate::probe::http::pool::{Caller, Pool, Way};
use crate::probe::http::redirect;

/// The time limit, redirects included.
const TIME_MAX: Duration = Duration::from_secs(30);

/// The number of redirects that are followed.
const REDIRECTS_MAX: usize = 3;

/// Fetches the file at `address`, of at most `bytes_max` bytes. The error is a message for people.
pub fn file(address: &Url, world: &World, bytes_max: usize) -> Result<Vec<u8>, String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let fetched = runtime.block_on(async {
            tokio::time::timeout(TIME_MAX, follow(address.clone(), world, bytes_max)).await
        });
        // A name lookup that never returns must not delay the end.
        runtime.shutdown_background();
        fetched.unwrap_or_else(|_| Err(format!("no answer within {} s", TIME_MAX.as_secs())))
    };
    // On a separate thread, so that callers inside another runtime can use it too.
    match std::thread::scope(|scope| scope.spawn(run).join()) {
        Ok(fetched) => fetched,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Sends a request for the file. The outer error is one of the settings.
async fn send(
    pool: &Pool<'_>,
    address: &Url,
) -> Result<Result<reqwest::Response, reqwest::Error>, String> {
    let connection = pool
        .connection(Caller { actor: ANYONE, identity: None }, address, &Way::default())
        .map_err(|error| error.detail)?;
    let mut request = connection.client.get(connection.url);
    if let Some(host) = connection.host {
        request = request.header(reqwest::header::HOST, host);
    }
    Ok(request.send().await)
}

async fn speaks_only_http2(pool: &Pool<'_>, address: &Url, error: &reqwest::Error) -> bool {
    !error.is_timeout()
        && address.scheme() == "https"
        && pool.finds_only_http2(address, &Way::default(), TIME_MAX).await
}

async fn follow(mut address: Url, world: &World, bytes_max: usize) -> Result<Vec<u8>, String> {
    let pool = Pool::new(world, TIME_MAX).map_err(|error| error.detail)?;
    for _ in 0..=REDIRECTS_MAX {
        if !is_safe(&address) {
            return Err(format!("`{address}` is not an `https:` address"));
        }
        let answer = match send(&pool, &address).await? {
            Err(error) if speaks_only_http2(&pool, &address, &error).await => {
                send(&pool, &address).await?
            }
            sent => sent,
        };
        let answer = answer.map_err(root_cause)?;
        let status = answer.status().as_u16();
        if status == 200 {
            return body(answer, bytes_max).await;
        }
        let Some(to) = redirect::location(&address, status, answer.headers()) else {
            return Err(format!("the server answered with status {status}"));
        };
        let not_followed = |why| format!("a redirect is not followed: {why}");
        let to = to.map_err(not_followed)?;
        let from = (&address, answer.remote_addr());
        let objection = redirect::objection(from, &to, (&pool, &Way::default())).await;
        match objection.map_err(|error| error.detail)? {
            Some(why) => return Err(not_followed(why)),
            None => address = to,
        }
    }
    Err(format!("there are more than {REDIRECTS_MAX} redirects"))
}

async fn body(mut answer: reqwest::Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(root_cause)? {
        if body.len() + piece.len() > bytes_max {
            return Err(format!("the file has more than {bytes_max} bytes"));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The message of the innermost cause of an error.
fn root_cause(error: reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_are_safe() {
        for (address, safe) in [
            ("https://security.example.com/claims.json", true),
            ("http://127.0.0.1:8080/claims.json", true),
            ("http://[::1]/claims.json", true),
            ("http://security.example.com/claims.json", false),
            ("http://localhost.example.com/", false),
            ("ftp://127.0.0.1/claims.json", false),
        ] {
            assert_eq!(is_safe(&address.parse().unwrap()), safe, "{address}");
        }
    }
}
