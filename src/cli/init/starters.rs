//! The claims that a new project can start with. Each is tried, and those that hold are kept.

use crate::init::answers::Answers;
use crate::init::options::Login;

/// A claim that a project can start with.
pub(crate) struct Starter {
    /// Its id.
    pub(crate) id: &'static str,
    /// Its heading in the policy.
    pub(crate) heading: &'static str,
    /// Its words. `{PRIVATE}` is replaced by an answer.
    words: &'static str,
    /// The rest of its file, with comments for newcomers.
    pub(crate) rest: &'static str,
    /// Of starters of one group, only the first one that holds is kept.
    pub(crate) group: Option<&'static str>,
    /// Whether it can be true for these answers at all.
    pub(crate) fits: fn(&Answers) -> Fit,
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

fn always(_: &Answers) -> Fit {
    Fit::Tried
}

fn by_tls(answers: &Answers) -> Fit {
    match answers.is_demo() || answers.target.starts_with("https:") {
        true => Fit::Tried,
        false => Fit::Unsuitable,
    }
}

fn logs_in(answers: &Answers) -> Fit {
    match answers.customer.login != Login::None {
        true => Fit::Tried,
        false => Fit::Unsuitable,
    }
}

fn by_the_demos_operator(answers: &Answers) -> Fit {
    match answers.is_demo() && answers.customer.login != Login::None {
        true => Fit::Tried,
        false => Fit::Unsuitable,
    }
}

fn is_committed(answers: &Answers) -> Fit {
    match answers.is_committed {
        true => Fit::Tried,
        false => {
            Fit::Lacking("the folder is not in a Git repository, or nothing is committed there")
        }
    }
}

fn is_confirmed(answers: &Answers) -> Fit {
    match answers.reports_are_read {
        true => Fit::Tried,
        false => {
            Fit::Lacking("nobody has confirmed this; `avouch init --reports-are-read` confirms it")
        }
    }
}

fn by_connect(answers: &Answers) -> Fit {
    match answers.customer.login == Login::Connect {
        true => Fit::Tried,
        false => Fit::Unsuitable,
    }
}

const LOGIN: &str = "login";

/// Only a customer can read the private path.
macro_rules! login_required {
    () => {
        "\
because: >
  We send a request as a customer, which must succeed. Then we send it without a credential, and with
  many kinds of bad ones, and the service must refuse each.
valid_for: 24h
checks:
  - kind: auth-required
    as: customer # an actor of avouch.yaml with a valid credential
    endpoints: # list every protected endpoint: others are not checked
      - get: {PRIVATE}
"
    };
}

const HEALTH: &str = "reported";

macro_rules! health {
    ($id:literal, $path:literal) => {
        Starter {
            id: $id,
            heading: "Operation",
            words: "Our service reports that it is working.",
            rest: concat!(
                "because: >\n",
                "  We ask the service for its status, and it answers. We rely on its report.\n",
                "valid_for: 24h\n",
                "checks:\n",
                "  - kind: http\n",
                "    word: reported # the basis on the page: reported by the service\n",
                "    steps:\n",
                "      - name: the service reports its status\n",
                "        get: ",
                $path,
                "\n",
                "        expect: { status: 200 }\n",
            ),
            group: Some(HEALTH),
            fits: always,
        }
    };
}

/// In the order of the page.
pub(crate) const STARTERS: &[Starter] = &[
    Starter {
        id: "encrypted-transport",
        heading: "Data in transit",
        words: "Our service speaks TLS 1.2 or newer only.",
        rest: "\
because: >
  We offer the service each old version of TLS, and it must refuse each with an error message.
valid_for: 24h
checks:
  - kind: tls
    minimum: TLS 1.2 # each number in the words must be a setting here, and each limit here must be in the words
    certificate_days: 14 # fails two weeks before the certificate expires, in time to renew it
    states: [certificate_days] # this limit need not be in the words
",
        group: None,
        fits: by_tls,
    },
    Starter {
        id: "no-sniffing",
        heading: "Data in transit",
        words: "Our service tells browsers not to guess the type of its answers.",
        rest: "\
because: >
  We read the header field that tells browsers not to guess the type of an answer.
valid_for: 24h
checks:
  - kind: headers
    get: / # a path of the target, or a whole address
    headers: { x-content-type-options: nosniff }
",
        group: None,
        fits: always,
    },
    Starter {
        id: "front-page",
        heading: "Operation",
        words: "Our service answers every request for its front page.",
        rest: "\
because: >
  We request the front page as anyone can, without a credential.
valid_for: 24h
checks:
  - kind: http
    steps:
      - name: anyone requests the front page
        get: /
        redirects: 3 # the most redirects to follow
        expect: { status: 200 }
",
        group: None,
        fits: always,
    },
    Starter {
        id: "connect-descriptor",
        heading: "How our service is connected",
        words: "Our service is delivered as an Atlassian Connect add-on.",
        rest: "\
because: >
  Every such add-on publishes a descriptor. We read it as anyone can.
valid_for: 24h
checks:
  - kind: connect-descriptor
",
        group: None,
        fits: always,
    },
    Starter {
        id: "login-required",
        heading: "Who can reach data",
        words: "Only customers who are logged in can read {PRIVATE} of our service.",
        rest: login_required!(),
        group: Some(LOGIN),
        fits: logs_in,
    },
    Starter {
        id: "login-required-untimed",
        heading: "Who can reach data",
        words: "Only customers who are logged in can read {PRIVATE} of our service.",
        rest: concat!(
            login_required!(),
            "\
    # Some libraries check only the expiry of a token, atlassian-connect-express among them. The page
    # lists what is not tried. Delete these lines once the service refuses such tokens.
    without:
      not-yet-valid: only the holder of the customer's secret can make such a token
      issued-in-future: only the holder of the customer's secret can make such a token
      no-expiry: only the holder of the customer's secret can make such a token
      ten-years: only the holder of the customer's secret can make such a token
"
        ),
        group: Some(LOGIN),
        fits: by_connect,
    },
    health!("health", "/health"),
    health!("healthz", "/healthz"),
    health!("status", "/status"),
    health!("api-health", "/api/health"),
    Starter {
        id: "backup-daily",
        heading: "Operation",
        words: "All data is backed up every day, so at most 24 hours of it can be lost.",
        rest: "\
because: >
  We ask the add-on when it finished its newest backup, and compare that with the clock.
valid_for: 24h
checks:
  - kind: backup-age
    as: operator # an actor of avouch.yaml
    get: /ops/backups/latest
    at: /completed_at # JSON Pointer to the time
    state: { at: /state, is: finished } # a backup that is not finished does not count
    max_age: 24h # \"24 hours\" in the words is bound to this
",
        group: Some(HEALTH),
        fits: by_the_demos_operator,
    },
    Starter {
        id: "kept-in-git",
        heading: "Operation",
        words: "Every change to this page is recorded.",
        rest: "\
because: >
  This page is stored in Git. We ask Git for the newest change, and rely on its report.
valid_for: 24h
checks:
  - kind: command # needs `commands: true` in avouch.yaml
    run: [git, rev-parse, --verify, HEAD] # without a shell, in the project's folder
    env: [HOME]
    must_fail: [git, rev-parse, --verify, no-such-change] # the same program, for which it must fail
",
        group: Some(HEALTH),
        fits: is_committed,
    },
    Starter {
        id: "security-txt",
        heading: "Reports",
        words: "The file /.well-known/security.txt of our service names where to report a vulnerability.",
        rest: "\
because: >
  We read that file as anyone can. It must have the form of RFC 9116, must not have expired, and must
  name the contacts of this page.
valid_for: 24h
checks:
  - kind: security-txt
",
        group: None,
        fits: always,
    },
    Starter {
        id: "reports-are-read",
        heading: "Reports",
        words: "A person reads each report of a vulnerability that reaches us.",
        rest: "\
because: >
  No check can test this: a named role confirms it, and confirms it again before that expires.
valid_for: 24h
checks:
  - kind: attestation # the attestation is in attestations/reports-are-read.yaml
",
        group: None,
        fits: is_confirmed,
    },
];

impl Starter {
    /// Whether it requests the path that only customers may read.
    pub(crate) fn is_about_private(&self) -> bool {
        self.rest.contains("{PRIVATE}")
    }

    /// Its words for these answers.
    pub(crate) fn words(&self, answers: &Answers) -> String {
        self.words.replace("{PRIVATE}", &answers.customer.private)
    }
}

/// A claim's file.
pub(crate) fn claim_file(starter: &Starter, answers: &Answers) -> String {
    let words = starter.words(answers);
    let rest = starter.rest.replace("{PRIVATE}", &quoted(&answers.customer.private));
    format!(
        "# yaml-language-server: $schema=../schemas/claim.schema.json\n\
         # The policy must contain these words exactly; `avouch accept` approves changed ones.\n\
         proves: {words}\nunder: {}\n{rest}",
        starter.heading
    )
}

/// A text as one YAML string, whatever it contains: JSON is YAML too.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
