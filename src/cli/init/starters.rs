//! The claims that a new project can start with, and that an audit tries. Each is tried, and those that hold are
//! kept. Their check files are those of [`CLAIMS`](crate::init::claims::CLAIMS).

use crate::init::answers::Answers;
use crate::init::claims::{Claim, Fill, find};
use crate::init::options::Login;

/// A claim that a project can start with.
pub(crate) struct Starter {
    /// Its id.
    pub(crate) id: &'static str,
    /// The name of the claim whose check file it has.
    claim: &'static str,
    /// Values for blanks of that file.
    blanks: &'static [(&'static str, &'static str)],
    /// More lines of the check file.
    extra: &'static str,
    /// Of starters of one group, only the first one that holds is kept.
    pub(crate) group: Option<&'static str>,
    /// Whether it can be true for these answers at all.
    pub(crate) fits: fn(&Answers) -> Fit,
    /// What it means that it is false.
    pub(crate) if_false: IfFalse,
}

/// Whether a starter is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Yes.
    Tried,
    /// No, and it is not reported, because nobody would expect it.
    Unsuitable,
    /// No, for this reason.
    Lacking(&'static str),
}

/// What it means that a starter is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IfFalse {
    /// The service should be corrected.
    Finding,
    /// Nothing: many good services have no such thing.
    Usual,
}

const fn starter(claim: &'static str) -> Starter {
    Starter {
        id: claim,
        claim,
        blanks: &[],
        extra: "",
        group: None,
        fits: always,
        if_false: IfFalse::Finding,
    }
}

/// A claim that many good services cannot make.
const fn optional(claim: &'static str) -> Starter {
    Starter { if_false: IfFalse::Usual, ..starter(claim) }
}

/// A claim about the report of a service, at this path. Only the first one that holds is kept.
const fn health(id: &'static str, blanks: &'static [(&'static str, &'static str)]) -> Starter {
    Starter { id, blanks, group: Some("health"), ..optional("health") }
}

fn tried_if(is_so: bool) -> Fit {
    if is_so { Fit::Tried } else { Fit::Unsuitable }
}

fn always(_: &Answers) -> Fit {
    Fit::Tried
}

fn by_tls(answers: &Answers) -> Fit {
    tried_if(answers.is_demo() || answers.target.starts_with("https:"))
}

fn by_name(answers: &Answers) -> Fit {
    tried_if(answers.has_name())
}

fn by_mail(answers: &Answers) -> Fit {
    tried_if(!answers.is_demo() && answers.has_name() && answers.mail_domain().is_some())
}

fn has_status_page(answers: &Answers) -> Fit {
    tried_if(answers.status_page().is_some())
}

fn sets_cookies(answers: &Answers) -> Fit {
    tried_if(answers.found.sets_cookies && answers.target.starts_with("https:"))
}

fn logs_in(answers: &Answers) -> Fit {
    tried_if(answers.customer.login != Login::None)
}

fn by_the_demos_operator(answers: &Answers) -> Fit {
    tried_if(answers.is_demo() && answers.customer.login != Login::None)
}

fn by_connect(answers: &Answers) -> Fit {
    tried_if(answers.customer.login == Login::Connect)
}

fn is_committed(answers: &Answers) -> Fit {
    match answers.is_committed {
        _ if answers.is_audit => Fit::Unsuitable,
        true => Fit::Tried,
        false => {
            Fit::Lacking("the folder is not in a Git repository, or nothing is committed there")
        }
    }
}

fn is_confirmed(answers: &Answers) -> Fit {
    match answers.reports_are_read {
        _ if answers.is_audit => Fit::Unsuitable,
        true => Fit::Tried,
        false => {
            Fit::Lacking("nobody has confirmed this; `avouch init --reports-are-read` confirms it")
        }
    }
}

const LOGIN: &str = "login";

/// Of services that anyone can look at, these claims decide what the blanks of others are.
pub(crate) const FIRST_LOOK: &[Starter] = &[
    starter("front-page"),
    starter("security-txt"),
    Starter { blanks: &[("AUTHORITY", "\";\"")], fits: by_name, ..starter("caa") },
];

/// In the order of the page.
pub(crate) const STARTERS: &[Starter] = &[
    Starter { fits: by_tls, ..starter("encrypted-transport") },
    Starter { fits: by_tls, ..starter("certificate") },
    Starter { fits: by_tls, ..starter("strong-keys") },
    Starter { fits: by_tls, ..starter("https-only") },
    Starter { fits: by_tls, ..starter("hsts") },
    Starter { fits: by_tls, ..optional("hsts-subdomains") },
    Starter { fits: by_name, ..starter("caa") },
    Starter { fits: by_name, ..optional("dnssec") },
    Starter { fits: by_name, ..starter("no-dangling-name") },
    starter("no-sniffing"),
    Starter { group: Some("framing"), ..starter("no-framing") },
    Starter { group: Some("framing"), ..optional("frame-options") },
    optional("content-security-policy"),
    optional("referrer-policy"),
    Starter { fits: sets_cookies, ..starter("session-cookies") },
    starter("no-foreign-reads"),
    Starter { fits: logs_in, group: Some(LOGIN), ..starter("login-required") },
    Starter {
        id: "login-required-untimed",
        extra: "    \
    # Some libraries check only the expiry of a token, atlassian-connect-express among them. The page
    # lists what is not tried. Delete these lines once the service refuses such tokens.
    without:
      not-yet-valid: only the holder of the customer's secret can make such a token
      issued-in-future: only the holder of the customer's secret can make such a token
      no-expiry: only the holder of the customer's secret can make such a token
      ten-years: only the holder of the customer's secret can make such a token
",
        fits: by_connect,
        group: Some(LOGIN),
        ..starter("login-required")
    },
    optional("connect-descriptor"),
    Starter { fits: by_mail, ..starter("mail-spf") },
    Starter { fits: by_mail, ..starter("mail-dmarc") },
    Starter { fits: by_mail, ..starter("mail-received") },
    Starter { fits: by_mail, ..optional("mail-encrypted") },
    starter("front-page"),
    health("health", &[("HEALTH", "/health")]),
    health("healthz", &[("HEALTH", "/healthz")]),
    health("status", &[("HEALTH", "/status")]),
    health("api-health", &[("HEALTH", "/api/health")]),
    Starter {
        blanks: &[("BACKUP", "/ops/backups/latest")],
        fits: by_the_demos_operator,
        ..starter("backup-daily")
    },
    Starter { fits: is_committed, ..optional("kept-in-git") },
    optional("robots-txt"),
    Starter { fits: has_status_page, ..optional("status-page") },
    starter("security-txt"),
    Starter { fits: is_confirmed, ..starter("reports-are-read") },
];

impl Starter {
    /// The claim whose check file it has. A test shows that there is one.
    fn claim(&self) -> Option<&'static Claim> {
        find(self.claim)
    }

    /// Its heading in the policy.
    pub(crate) fn heading(&self) -> &'static str {
        self.claim().map_or("", Claim::heading)
    }

    /// Whether it requests the paths that only customers may read.
    pub(crate) fn is_about_private(&self) -> bool {
        self.claim().is_some_and(|claim| claim.has("PRIVATE"))
    }

    /// What `read` makes of its claim, with the values of its blanks for these answers.
    fn text(&self, answers: &Answers, read: impl Fn(&Claim, Fill<'_>) -> String) -> String {
        let fill = |blank: &str| {
            let own = self.blanks.iter().find(|(name, _)| *name == blank);
            own.map(|(_, value)| (*value).to_owned()).or_else(|| answers.blank(blank))
        };
        self.claim().map(|claim| read(claim, &fill)).unwrap_or_default()
    }

    /// Its words for these answers, without the address of a link.
    pub(crate) fn words(&self, answers: &Answers) -> String {
        self.text(answers, |claim, fill| claim.plain_words(fill))
    }

    /// The paragraph of a policy that makes the claim.
    pub(crate) fn paragraph(&self, answers: &Answers) -> String {
        self.text(answers, |claim, fill| claim.paragraph(self.id, fill))
    }

    /// Its check file.
    pub(crate) fn file(&self, answers: &Answers) -> String {
        let file = self.text(answers, |claim, fill| claim.file(fill));
        format!("{file}{}", self.extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_starter_has_a_check_file() {
        for starter in STARTERS.iter().chain(FIRST_LOOK) {
            assert!(find(starter.claim).is_some(), "{}", starter.claim);
        }
    }
}
