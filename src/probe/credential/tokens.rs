//! Makes credentials just before they are sent: valid ones, and forgeries that the service must refuse.
//! Token libraries cannot make most of the forgeries, so tokens are assembled by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rand::rngs::SysRng;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use rsa::PrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};
use url::Url;

use crate::model::plan::ANYONE;
use crate::model::plan::credential::{Credential, Forgery};
use crate::model::project::Project;
use crate::model::project::actor::{Actor, Issuer, Prefix, Scheme, Secret, Signed};
use crate::model::project::login::Login;
use crate::probe::credential::connect::{hs256, query_string_hash, rs256, token};
use crate::probe::credential::identity::Identity;
use crate::probe::credential::jar::Jar;
use crate::probe::credential::request::{CredentialRequest, Minted, cannot};
use crate::probe::credential::sessions::{Session, Sessions};
use crate::probe::credential::{cookies, exposed, secrets};
use crate::probe::random;
use crate::probe::values::redact::Redactor;
use crate::probe::values::sought::Sought;

/// How long a valid token lasts: three minutes, as Atlassian's own.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(3);

/// The size of the key that forgeries are signed with, in bits: the minimum that verifiers accept.
const KEY_BITS: usize = 2048;

/// Makes credentials.
pub(crate) struct Minter<'a> {
    pub(super) project: &'a Project,
    key: OnceLock<Option<Key>>,
    signers: BTreeMap<&'a str, OnceLock<Option<Key>>>,
    redactor: Arc<Redactor>,
    sought: Sought,
    /// The log-ins of all actors that have one.
    logins: BTreeMap<&'a str, &'a Login>,
    /// Their client certificates, or why one cannot be used.
    identities: BTreeMap<&'a str, Result<Option<Identity>, String>>,
    sessions: Sessions,
    /// The redactor with everything that was received by logging in, and how much that is.
    extended: Mutex<(usize, Arc<Redactor>)>,
}

/// A private key with its public half: that of an actor, or a generated one that is published nowhere.
pub(super) struct Key {
    private: PrivateKey,
    pub(super) public_pem: String,
}

/// A token that is not signed yet.
pub(super) struct UnsignedToken<'k> {
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) signer: Signer<'k>,
}

pub(super) enum Signer<'k> {
    Secret(Vec<u8>),
    Key(&'k Key),
    Nobody,
}

impl<'a> Minter<'a> {
    /// Makes the credentials of this project's actors.
    pub(crate) fn new(project: &'a Project) -> Self {
        let signer = |name: &'a String| (name.as_str(), OnceLock::new());
        let signers = project.actors.keys().map(signer).collect();
        let redactor = Arc::new(Redactor::of_secrets(&secrets::of(project)));
        let login = |(name, actor): (&'a String, &'a Actor)| match &actor.scheme {
            Scheme::Login(login) => Some((name.as_str(), &**login)),
            _ => None,
        };
        let logins: BTreeMap<&str, &Login> = project.actors.iter().filter_map(login).collect();
        let identities = logins.iter().map(|(name, login)| (*name, Identity::of(login)));
        Self {
            project,
            key: OnceLock::new(),
            signers,
            extended: Mutex::new((0, redactor.clone())),
            redactor,
            sought: exposed::sought(project),
            identities: identities.collect(),
            logins,
            sessions: Sessions::default(),
        }
    }

    /// How an actor logs in, if it does.
    pub(crate) fn login(&self, actor: &str) -> Option<&'a Login> {
        self.logins.get(actor).copied()
    }

    /// The sessions of this run.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Everything that actors received by logging in so far.
    pub(crate) fn received(&self) -> Vec<String> {
        self.logins.values().flat_map(|login| login.received.all()).collect()
    }

    /// The header fields with the credential for one request; none if the request carries no credential. The
    /// error is a message for people.
    pub(crate) fn fields(&self, request: &CredentialRequest<'_>) -> Result<Vec<Minted>, String> {
        match self.session(request.actor, request.credential)? {
            Some(session) => {
                session.fields(request, |token, forgery| self.derive(token, forgery, request))
            }
            None => Ok(self.mint(request)?.into_iter().collect()),
        }
    }

    /// The certificate that a request's connection begins with; `None` if it begins with none. The error is a message
    /// for people.
    pub(crate) fn identity(
        &self,
        actor: &str,
        credential: &Credential,
        url: &Url,
    ) -> Result<Option<Identity>, String> {
        let own = match self.identities.get(actor) {
            Some(identity) if self.may_send(actor, url) => identity.clone()?,
            _ => return Ok(None),
        };
        match credential {
            Credential::None | Credential::Forged(Forgery::NoCertificate) => Ok(None),
            Credential::Forged(Forgery::StrangeCertificate) => {
                own.map(|own| own.strange()).transpose()
            }
            Credential::Own | Credential::Forged(_) => Ok(own),
        }
    }

    /// Whether an actor has a client certificate.
    pub(crate) fn shows_certificate(&self, actor: &str) -> bool {
        self.identities.get(actor).is_some_and(|one| matches!(one, Ok(Some(_))))
    }

    /// The parameters with the credential that are added to the address of a request.
    pub(crate) fn parameters(
        &self,
        actor: &str,
        credential: &Credential,
    ) -> Result<Vec<(String, String)>, String> {
        let session = self.session(actor, credential)?;
        session.map_or(Ok(Vec::new()), |session| session.parameters(credential))
    }

    fn session(
        &self,
        actor: &str,
        credential: &Credential,
    ) -> Result<Option<Arc<Session>>, String> {
        let Some(login) = self.login(actor).filter(|_| *credential != Credential::None) else {
            return Ok(None);
        };
        if login.steps.is_empty() {
            let session = Session::new(login, Jar::default(), None, |hole| login.value(hole));
            return session.map(|one| Some(Arc::new(one)));
        }
        let session = self.sessions.get(actor);
        session.map(Some).ok_or_else(|| format!("`{actor}` is not logged in"))
    }

    /// Signs a token of a client with this private key in PEM. The error is a message for people.
    pub(crate) fn assertion(header: &Value, claims: Value, pem: &Secret) -> Result<String, String> {
        let key = read_key(pem).ok_or("its private key is not an RSA key in PEM format")?;
        let signer = Signer::Key(&key);
        Ok(sign(&UnsignedToken { header: header.clone(), claims, signer }))
    }

    /// Finds every actor's secret.
    pub(crate) fn sought(&self) -> &Sought {
        &self.sought
    }

    /// Redacts every actor's secret, in each form in which it is sent. Tokens need no entry: they are
    /// recognised by their form.
    pub(crate) fn redactor(&self) -> Arc<Redactor> {
        let received = self.received();
        let mut extended = self.extended.lock().unwrap_or_else(PoisonError::into_inner);
        if extended.0 != received.len() {
            let redactor = Redactor::of_secrets(&received).after(&self.redactor);
            *extended = (received.len(), Arc::new(redactor));
        }
        extended.1.clone()
    }

    /// Whether the actor's credentials may be sent to this address.
    pub(crate) fn may_send(&self, actor: &str, url: &Url) -> bool {
        self.project.may_send(actor, url)
    }

    /// Makes the credential for one request; `None` if the request carries none. The error is a message for
    /// people.
    pub(crate) fn mint(&self, request: &CredentialRequest<'_>) -> Result<Option<Minted>, String> {
        let forgery = match request.credential {
            Credential::None => return Ok(None),
            Credential::Own if request.actor == ANYONE => return Ok(None),
            Credential::Own => None,
            Credential::Forged(forgery) => Some(forgery),
        };
        let actor = self.actor(request.actor)?;
        let (name, prefix, secret) = match &actor.scheme {
            Scheme::Header { name, value } => {
                let secret = match forgery {
                    Some(forgery) if cookies::is_cookie(name) => cookies::forged(value, forgery)
                        .ok_or_else(|| cannot("cookie", &format!("{forgery:?}")))?,
                    _ => self.opaque(value, forgery, request)?,
                };
                let name = name.parse();
                let name =
                    name.map_err(|_| "the name of the header field is not valid".to_owned())?;
                (name, "", secret)
            }
            Scheme::Bearer(secret) => {
                (AUTHORIZATION, "Bearer ", self.opaque(secret, forgery, request)?)
            }
            Scheme::Basic { user, password } => {
                (AUTHORIZATION, "Basic ", self.basic(user, password, (forgery, request))?)
            }
            Scheme::Connect { client_key, shared_secret } => {
                let token = self.connect(client_key, shared_secret, forgery, request)?;
                (AUTHORIZATION, "JWT ", token)
            }
            Scheme::Login(_) => return Err("a log-in has no token of its own".to_owned()),
            Scheme::Signed(signed) => {
                let token = self.signed(signed, forgery, request)?;
                let prefix = match signed.prefix {
                    Prefix::Jwt => "JWT ",
                    Prefix::Bearer => "Bearer ",
                };
                (AUTHORIZATION, prefix, token)
            }
        };
        let value = HeaderValue::from_str(&format!("{prefix}{secret}"));
        let mut value =
            value.map_err(|_| "the credential is not a valid header value".to_owned())?;
        value.set_sensitive(true);
        Ok(Some(Minted { name, value }))
    }

    pub(super) fn actor(&self, name: &str) -> Result<&'a Actor, String> {
        let actor = self.project.actors.get(name);
        actor.ok_or_else(|| format!("`{name}` has no credentials"))
    }

    fn connect(
        &self,
        issuer: &str,
        secret: &Secret,
        forgery: Option<&Forgery>,
        request: &CredentialRequest<'_>,
    ) -> Result<String, String> {
        let base = self.project.world.target.path();
        let hash = query_string_hash(request.method, request.url, base);
        let mut unsigned = UnsignedToken {
            header: json!({ "typ": "JWT", "alg": "HS256" }),
            claims: json!({
                "iss": issuer,
                "iat": request.now.as_second(),
                "exp": after(request.now, TOKEN_LIFE),
                "qsh": hash,
            }),
            signer: Signer::Secret(secret.expose().into()),
        };
        match forgery {
            Some(Forgery::Garbage) => return Ok(random::hex::<48>()),
            Some(forgery) => self.forge(&mut unsigned, forgery, request)?,
            None => {}
        }
        Ok(sign(&unsigned))
    }

    /// A token that the platform signs, as in callbacks of Atlassian Connect and requests of Forge.
    fn signed(
        &self,
        signed: &Signed,
        forgery: Option<&Forgery>,
        request: &CredentialRequest<'_>,
    ) -> Result<String, String> {
        let mut claims = Value::Object(signed.claims.clone());
        claims["iss"] = json!(issuer(&signed.issuer, request.body)?);
        claims["aud"] = json!(signed.audience);
        claims["iat"] = json!(request.now.as_second());
        claims["exp"] = json!(after(request.now, TOKEN_LIFE));
        if signed.prefix == Prefix::Jwt {
            let base = self.project.world.target.path();
            claims["qsh"] = json!(query_string_hash(request.method, request.url, base));
        }
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": signed.key_id });
        let mut unsigned = UnsignedToken { header, claims, signer: Signer::Nobody };
        match forgery {
            Some(Forgery::Garbage) => return Ok(random::hex::<48>()),
            // A forgery that needs no key of the platform sets the signer itself.
            Some(forgery) if !forgery.needs_key() => self.forge(&mut unsigned, forgery, request)?,
            Some(forgery) => {
                unsigned.signer = Signer::Key(self.key_of(request.actor)?);
                self.forge(&mut unsigned, forgery, request)?;
            }
            None => unsigned.signer = Signer::Key(self.key_of(request.actor)?),
        }
        Ok(sign(&unsigned))
    }

    /// The private key of an actor with the scheme `signed`.
    fn key_of(&self, actor: &str) -> Result<&Key, String> {
        let Scheme::Signed(signed) = &self.actor(actor)?.scheme else {
            return Err(format!("`{actor}` has no key"));
        };
        let written = signed.key.as_ref();
        let written = written.ok_or_else(|| format!("`{actor}` has no private key"))?;
        let read = self.signers.get(actor).map(|key| key.get_or_init(|| read_key(written)));
        let unreadable = || format!("the key of `{actor}` is not an RSA key in PEM format");
        read.and_then(Option::as_ref).ok_or_else(unreadable)
    }

    /// The id and the PEM text of the public key of an actor with the scheme `signed`.
    pub(super) fn public_key(&self, actor: &str) -> Result<(&str, String), String> {
        let Scheme::Signed(signed) = &self.actor(actor)?.scheme else {
            return Err(format!("`{actor}` has no key"));
        };
        let public = match &signed.public_key {
            Some(written) => written.clone(),
            None => self.key_of(actor)?.public_pem.clone(),
        };
        Ok((&signed.key_id, public))
    }

    pub(super) fn key(&self) -> Result<&Key, String> {
        let key = self.key.get_or_init(make_key).as_ref();
        key.ok_or_else(|| "cannot generate a key for the forgery".to_owned())
    }
}

fn sign(unsigned: &UnsignedToken<'_>) -> String {
    token(&unsigned.header, &unsigned.claims, |message| match &unsigned.signer {
        Signer::Secret(secret) => hs256(message, secret),
        Signer::Key(key) => key.sign(message),
        Signer::Nobody => String::new(),
    })
}

fn issuer(issuer: &Issuer, body: Option<&[u8]>) -> Result<String, String> {
    let at = match issuer {
        Issuer::Named(name) => return Ok(name.clone()),
        Issuer::InBody(at) => at,
    };
    let body: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
    let found = body.as_ref().and_then(|body| body.pointer(at)?.as_str());
    found.map(str::to_owned).ok_or_else(|| format!("the request names no issuer at `{at}`"))
}

pub(super) fn after(now: Timestamp, span: SignedDuration) -> i64 {
    now.as_second().saturating_add(span.as_secs())
}

fn make_key() -> Option<Key> {
    of_rsa(PrivateKey::new(&mut SysRng, KEY_BITS).ok()?)
}

fn read_key(pem: &Secret) -> Option<Key> {
    let pem = pem.expose();
    let key = PrivateKey::from_pkcs8_pem(pem).ok();
    of_rsa(key.or_else(|| PrivateKey::from_pkcs1_pem(pem).ok())?)
}

fn of_rsa(private: PrivateKey) -> Option<Key> {
    let public_pem = private.to_public_key().to_public_key_pem(LineEnding::LF).ok()?;
    Some(Key { private, public_pem })
}

impl Key {
    /// The RS256 signature of a message.
    pub(super) fn sign(&self, message: &[u8]) -> String {
        rs256(message, &self.private)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use crate::model::plan::credential::LetterCase;
    use crate::probe::tests::{now, project};

    fn made(actor: &str, credential: Credential) -> Result<Option<String>, String> {
        let mut project = project("https://addon.test");
        let bearer = Scheme::Bearer(Secret::new("a-bearer"));
        project.actors.insert(
            "operator".into(),
            Actor { tenant: None, scheme: bearer, send_to: Vec::new(), weak_secret: false },
        );
        let url = "https://addon.test/notes?a=1".parse().unwrap();
        let request = CredentialRequest {
            actor,
            credential: &credential,
            method: "GET",
            url: &url,
            headers: &HeaderMap::new(),
            body: None,
            now: now(),
        };
        let minted = Minter::new(&project).mint(&request)?;
        Ok(minted.map(|minted| minted.value.to_str().unwrap().to_owned()))
    }

    /// Header, claims, and whether the signature is acme's.
    fn forged(forgery: Forgery) -> (Value, Value, bool) {
        let field = made("acme", Credential::Forged(forgery)).unwrap().unwrap();
        let token = field.strip_prefix("JWT ").unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let part = |index| {
            let bytes = URL_SAFE_NO_PAD.decode(message.split('.').nth(index).unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        let ours = signature == hs256(message.as_bytes(), b"shared-secret-of-acme");
        (part(0), part(1), ours)
    }

    #[test]
    fn each_forgery_of_the_claims_changes_one_claim_and_is_signed_correctly() {
        let hash = query_string_hash("GET", &"https://addon.test/notes?a=1".parse().unwrap(), "");
        let now = now().as_second();
        let good = json!({ "iss": "key-of-acme", "iat": now, "exp": now + 180, "qsh": hash });
        let qsh = |method, url: &str| query_string_hash(method, &url.parse().unwrap(), "");
        let cases = [
            (Forgery::Expired, json!({ "iat": now - 7200, "exp": now - 3600 })),
            (Forgery::NotYetValid, json!({ "nbf": now + 3600, "exp": now + 7200 })),
            (Forgery::IssuedInFuture, json!({ "iat": now + 3600, "exp": now + 7200 })),
            (Forgery::TenYears, json!({ "exp": now + 3652 * 86_400 })),
            (Forgery::NoExpiry, json!({ "exp": null })),
            (Forgery::NoQsh, json!({ "qsh": null })),
            (Forgery::ContextQsh, json!({ "qsh": "context-qsh" })),
            (Forgery::IssuerOf("globex".into()), json!({ "iss": "key-of-globex" })),
            (Forgery::OtherAudience, json!({ "aud": ["https://another-audience.invalid"] })),
            (Forgery::OtherQueryQsh, json!({ "qsh": qsh("GET", "https://addon.test/notes") })),
            (
                Forgery::OtherMethodQsh,
                json!({ "qsh": qsh("POST", "https://addon.test/notes?a=1") }),
            ),
        ];
        for (forgery, change) in cases {
            let mut expected = good.clone();
            for (name, value) in change.as_object().unwrap() {
                expected[name] = value.clone();
            }
            expected.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let (header, claims, ours) = forged(forgery.clone());
            assert_eq!(claims, expected, "{forgery:?}");
            assert_eq!(header["alg"], "HS256");
            assert!(ours, "{forgery:?}");
        }
        for (forgery, name) in [(Forgery::OtherQsh, "qsh"), (Forgery::UnknownIssuer, "iss")] {
            let (_, claims, ours) = forged(forgery);
            assert_ne!(claims[name], good[name]);
            assert!(ours);
        }
    }

    #[test]
    fn each_forgery_of_the_signature_has_valid_claims() {
        let cases = [
            (Forgery::WrongSecret, "HS256"),
            (Forgery::AlgNone, "none"),
            (Forgery::AlgNoneSpelled(LetterCase::Mixed), "nOnE"),
            (Forgery::SecretOf("globex".into()), "HS256"),
            (Forgery::OtherAlgorithm, "RS256"),
            (Forgery::StrangeKey, "RS256"),
            (Forgery::PublicKeyAsSecret, "HS256"),
        ];
        for (forgery, algorithm) in cases {
            let (header, claims, ours) = forged(forgery);
            assert_eq!(header["alg"], algorithm);
            assert_eq!(claims["iss"], "key-of-acme");
            assert!(!ours);
        }
    }

    #[test]
    fn schemes_without_tokens_reject_forgeries_of_tokens() {
        let forge = |forgery| made("operator", Credential::Forged(forgery));
        assert_eq!(made("operator", Credential::Own), Ok(Some("Bearer a-bearer".into())));
        let wrong = forge(Forgery::WrongSecret).unwrap().unwrap();
        assert!(wrong.starts_with("Bearer ") && !wrong.contains("a-bearer"));
        assert!(forge(Forgery::AlgNone).unwrap_err().contains("not a JSON Web Token"));
        assert_eq!(made("anyone", Credential::Own), Ok(None));
        assert_eq!(made("acme", Credential::None), Ok(None));
        assert!(made("nobody", Credential::Own).is_err());
    }
}
