//! The claims that a new project may begin with. Each is tried; those that hold are kept.

use crate::args::Login;
use crate::init::answers::Answers;

/// A claim that a project may begin with.
pub(crate) struct Starter {
    /// Its id.
    pub(crate) id: &'static str,
    /// The heading that it stands under.
    pub(crate) heading: &'static str,
    /// Its words. `{PRIVATE}` stands for an answer.
    words: &'static str,
    /// The rest of its file, with comments for a newcomer.
    pub(crate) rest: &'static str,
    /// Of starters of one group, only the first one that holds is kept.
    pub(crate) group: Option<&'static str>,
    /// Whether it can be true of such a target at all.
    pub(crate) fits: fn(&Answers) -> Fit,
}

/// Whether a starter is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is.
    Tried,
    /// It is not, and nobody would wonder.
    Beside,
    /// It is not: why.
    Lacking(&'static str),
}

fn always(_: &Answers) -> Fit {
    Fit::Tried
}

fn only_if(can_be: bool) -> Fit {
    if can_be { Fit::Tried } else { Fit::Beside }
}

fn by_tls(answers: &Answers) -> Fit {
    only_if(answers.is_demo() || answers.target.starts_with("https:"))
}

fn logs_in(answers: &Answers) -> Fit {
    only_if(answers.customer.login != Login::None)
}

fn by_the_demos_operator(answers: &Answers) -> Fit {
    only_if(answers.is_demo() && answers.customer.login != Login::None)
}

fn is_committed(answers: &Answers) -> Fit {
    match answers.is_committed {
        true => Fit::Tried,
        false => Fit::Lacking("the folder is in no Git repository, or nothing is committed there"),
    }
}

fn has_word(answers: &Answers) -> Fit {
    match answers.reports_are_read {
        true => Fit::Tried,
        false => Fit::Lacking(
            "nobody has given their word; `avouch init --reports-are-read` begins with yours",
        ),
    }
}

fn by_connect(answers: &Answers) -> Fit {
    only_if(answers.customer.login == Login::Connect)
}

const LOGIN: &str = "login";

/// A customer is let in at the private path, and nobody else is.
macro_rules! login_required {
    () => {
        "\
because: >
  We ask as a customer, who must be let in. Then we ask the same without a credential, and with bad
  ones of many sorts, and must be refused each time.
valid_for: 24h
checks:
  - kind: auth-required
    as: customer # an actor of avouch.yaml, whose credential is good
    endpoints: # list every one that must be protected: what is not listed is not shown
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
            words: "Our service reports that it is in working order.",
            rest: concat!(
                "because: >\n",
                "  We ask the service how it is, and it answers. It is its own word: we do not look behind it.\n",
                "valid_for: 24h\n",
                "checks:\n",
                "  - kind: http\n",
                "    word: reported # the basis on the page: the service's own word about itself\n",
                "    steps:\n",
                "      - name: the service tells how it is\n",
                "        get: ", $path, "\n",
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
        heading: "Data on its way",
        words: "Our service speaks TLS 1.2 or newer only.",
        rest: "\
because: >
  We offer the service the old versions of TLS, one by one, and it must refuse each in so many words.
valid_for: 24h
checks:
  - kind: tls
    minimum: TLS 1.2 # a number of the words must be a setting here, and the other way round
    certificate_days: 14 # fails two weeks before the certificate ends, in time to renew it
    states: [certificate_days] # the words need not say this one
",
        group: None,
        fits: by_tls,
    },
    Starter {
        id: "no-sniffing",
        heading: "Data on its way",
        words: "Browsers are told to take what our service sends for what it says it is.",
        rest: "\
because: >
  We read the header field by which a service tells browsers not to guess the type of what it sends.
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
        words: "Our service answers everybody who asks for its front page.",
        rest: "\
because: >
  We ask for the front page as anyone can, without a credential.
valid_for: 24h
checks:
  - kind: http
    steps:
      - name: anyone asks for the front page
        get: /
        redirects: 3 # how many are followed
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
        words: "What stands at {PRIVATE} of our service is for those who are logged in.",
        rest: login_required!(),
        group: Some(LOGIN),
        fits: logs_in,
    },
    Starter {
        id: "login-required-untimed",
        heading: "Who can reach data",
        words: "What stands at {PRIVATE} of our service is for those who are logged in.",
        rest: concat!(
            login_required!(),
            "\
    # Some libraries look at no time of a token but its end, atlassian-connect-express among them.
    # The page tells what is not tried. Take these lines away once the service refuses such tokens.
    without:
      not-yet-valid: only who holds the customer's secret can make such a token
      issued-in-future: only who holds the customer's secret can make such a token
      no-expiry: only who holds the customer's secret can make such a token
      ten-years: only who holds the customer's secret can make such a token
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
  We ask the add-on when its newest backup was finished, and compare that with the clock.
valid_for: 24h
checks:
  - kind: backup-age
    as: operator # an actor of avouch.yaml
    get: /ops/backups/latest
    at: /completed_at # JSON Pointer to the time
    max_age: 24h # \"24 hours\" in the words is bound to this
",
        group: Some(HEALTH),
        fits: by_the_demos_operator,
    },
    Starter {
        id: "kept-in-git",
        heading: "Operation",
        words: "Every change of this page is recorded.",
        rest: "\
because: >
  We ask Git, which this page is kept in, for the newest change. It is the program's own word.
valid_for: 24h
checks:
  - kind: command # needs `commands: true` in avouch.yaml
    run: [git, rev-parse, --verify, HEAD] # without a shell, in the project's folder
    env: [HOME]
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
  No probe can reach this: a named role gives its word for it, and gives it again before it ends.
valid_for: 24h
checks:
  - kind: attestation # the word itself stands in attestations/reports-are-read.yaml
",
        group: None,
        fits: has_word,
    },
];

impl Starter {
    /// Whether it asks for the path that only a customer may read.
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
         # These words must stand in the policy, word for word; `avouch accept` takes new ones.\n\
         proves: {words}\nunder: {}\n{rest}",
        starter.heading
    )
}

/// A text as YAML that says nothing else, whatever stands in it: JSON is YAML too.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
