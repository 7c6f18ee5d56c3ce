//! Credentials that are sent as they are, passwords and opaque tokens, and bad ones in their place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::plan::credential::Forgery;
use crate::model::project::actor::Secret;
use crate::probe::credential::forgery::bare;
use crate::probe::credential::request::{CredentialRequest, cannot};
use crate::probe::credential::tokens::Minter;
use crate::probe::random;

impl Minter<'_> {
    /// A token that the service issued, a random one in its place, or one that is derived from it. A word in
    /// front of the token, as in `Token 0123456789abcdef`, stays.
    pub(super) fn opaque(
        &self,
        secret: &Secret,
        forgery: Option<&Forgery>,
        request: &CredentialRequest<'_>,
    ) -> Result<String, String> {
        let Some(forgery) = forgery else { return Ok(secret.expose().to_owned()) };
        let token = bare(secret.expose());
        let words = secret.expose().strip_suffix(token).unwrap_or_default();
        let forged = match forgery {
            Forgery::Garbage | Forgery::WrongSecret => random::hex::<24>(),
            other => self.derive(token, other, request)?,
        };
        Ok(format!("{words}{forged}"))
    }

    pub(super) fn basic(
        &self,
        user: &str,
        password: &Secret,
        (forgery, request): (Option<&Forgery>, &CredentialRequest<'_>),
    ) -> Result<String, String> {
        let encode = |user: &str, password: &str| STANDARD.encode(format!("{user}:{password}"));
        match forgery {
            None => Ok(encode(user, password.expose())),
            Some(Forgery::Garbage) => Ok(random::hex::<24>()),
            Some(Forgery::WrongSecret) => Ok(encode(user, &random::hex::<16>())),
            Some(Forgery::EmptySecret) => Ok(encode(user, "")),
            Some(Forgery::UnknownUser) => {
                Ok(encode(&format!("nobody-{}", random::hex::<8>()), password.expose()))
            }
            Some(Forgery::SecretOf(other)) => {
                Ok(encode(user, self.secret_for(other, request.url)?))
            }
            Some(other) => Err(cannot("basic", &format!("{other:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::model::plan::credential::Credential;
    use crate::model::project::actor::{Actor, Scheme};
    use crate::probe::tests::{now, project};

    #[test]
    fn bad_passwords_have_one_defect() {
        let mut project = project("https://addon.test");
        for name in ["ada", "bob"] {
            let password = Secret::new(format!("password-of-{name}"));
            let scheme = Scheme::Basic { user: name.into(), password };
            let actor = Actor { tenant: None, scheme, send_to: Vec::new(), weak_secret: false };
            project.actors.insert(name.into(), actor);
        }
        let minter = Minter::new(&project);
        let made = |forgery: Forgery, url: &str| {
            let url = url.parse().unwrap();
            let credential = Credential::Forged(forgery);
            let request = CredentialRequest {
                actor: "ada",
                credential: &credential,
                method: "GET",
                url: &url,
                headers: &HeaderMap::new(),
                body: None,
                now: now(),
            };
            let minted = minter.mint(&request)?.unwrap();
            let field = minted.value.to_str().unwrap().strip_prefix("Basic ").unwrap().to_owned();
            Ok::<String, String>(String::from_utf8(STANDARD.decode(field).unwrap()).unwrap())
        };
        let target = "https://addon.test/";
        let wrong = made(Forgery::WrongSecret, target).unwrap();
        assert!(wrong.starts_with("ada:") && !wrong.contains("password-of"), "{wrong}");
        assert_eq!(made(Forgery::EmptySecret, target).unwrap(), "ada:");
        let unknown = made(Forgery::UnknownUser, target).unwrap();
        assert!(
            unknown.starts_with("nobody-") && unknown.ends_with(":password-of-ada"),
            "{unknown}"
        );
        let other = || Forgery::SecretOf("bob".into());
        assert_eq!(made(other(), target).unwrap(), "ada:password-of-bob");
        let elsewhere = made(other(), "https://elsewhere.test/").unwrap_err();
        assert!(elsewhere.contains("may not be sent"), "{elsewhere}");
    }

    #[test]
    fn a_word_in_front_of_a_token_stays() {
        let mut project = project("https://addon.test");
        let value = Secret::new("Token 0123456789abcdef");
        let scheme = Scheme::Header { name: "Authorization".into(), value };
        let actor = Actor { tenant: None, scheme, send_to: Vec::new(), weak_secret: false };
        project.actors.insert("ada".into(), actor);
        let credential = Credential::Forged(Forgery::Garbage);
        let request = CredentialRequest {
            actor: "ada",
            credential: &credential,
            method: "GET",
            url: &"https://addon.test/".parse().unwrap(),
            headers: &HeaderMap::new(),
            body: None,
            now: now(),
        };
        let minted = Minter::new(&project).mint(&request).unwrap().unwrap();
        let value = minted.value.to_str().unwrap();
        assert!(value.starts_with("Token ") && !value.contains("0123456789abcdef"), "{value}");
    }
}
