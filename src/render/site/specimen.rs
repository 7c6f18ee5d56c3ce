//! Sample pages to test templates with, when there is no evidence yet.

use tera::Context;

use crate::render::site::context;
use crate::render::site::security_headers::POLICY;
use crate::render::site::view::history::{
    ChangeView, History, Span, StandingSince, VersionView, Versions,
};
use crate::render::site::view::{
    CheckView, ClaimLink, ClaimView, Counted, Day, EndpointsView, ExpectationView, File,
    HeadingView, LeftOutView, LinkView, MarkView, Page, PolicyLink, PolicySection, PolicyView,
    PublishedValue, SiteView, StatementView, StepView, Summary, Time, Translation, WaiverView,
};

/// The path from the sample pages to the root of their site.
pub(crate) const ROOT: &str = "../";

/// Every page template, each with a full and an empty page.
pub(crate) fn pages() -> Vec<(&'static str, Context)> {
    let mut pages = Vec::new();
    let both = [(full_site(), full_page()), (empty_site(), empty_page())];
    for (site, page) in both {
        for claim in [full_claim(), empty_claim()] {
            pages.push(("index.html", context(&site, &page, "claims", &vec![claim.clone()])));
            pages.push(("evidence.html", context(&site, &page, "claim", &claim)));
        }
        for policy in [full_policy(), empty_policy()] {
            pages.push(("policy.html", context(&site, &page, "policy", &policy)));
        }
        for versions in [versions(), Versions { versions: Vec::new(), ..versions() }] {
            pages.push(("versions.html", context(&site, &page, "versions", &versions)));
        }
    }
    pages
}

fn mark(name: &str) -> MarkView {
    MarkView::of(name, &crate::model::project::i18n::Words::default())
}

fn words(words: &str) -> String {
    words.to_owned()
}

fn full_page() -> Page {
    Page {
        until: Some(time()),
        translations: vec![translation()],
        alternates: vec![file()],
        ..empty_page()
    }
}

fn empty_page() -> Page {
    Page {
        title: words("A page"),
        description: words("What it is about"),
        root: words(ROOT),
        path: words("a/index.html"),
        address: words("https://security.example.com/a/"),
        sheet: words("sheet-1"),
        until: None,
        translations: Vec::new(),
        alternates: Vec::new(),
        data: words("{}"),
    }
}

fn file() -> File {
    File { title: words("A feed"), media: words("text/plain"), path: words("feed.xml") }
}

fn translation() -> Translation {
    Translation {
        language: words("de"),
        direction: words("ltr"),
        name: words("Deutsch"),
        path: words("de/a/index.html"),
        address: words("https://security.example.com/de/a/"),
        same: true,
        here: false,
    }
}

fn time() -> Time {
    Time { iso: words("2026-11-22T10:00:00Z"), words: words("22 Nov 2026, 10:00 UTC") }
}

fn full_site() -> SiteView {
    SiteView {
        draft: true,
        promises_sought: false,
        contacts: vec![LinkView { text: words("a"), address: words("mailto:a@example.com") }],
        warnings: vec![words("A warning.")],
        permissions: vec![words("A permission.")],
        files: vec![file()],
        policies: vec![PolicyLink {
            title: words("Policy"),
            summary: words("What it is for"),
            path: words("a/index.html"),
        }],
        endpoints: vec![EndpointsView {
            list: words("OpenAPI description"),
            counts: words("1 of 3 listed end points tested"),
            untested: vec![words("GET /a")],
            untested_number: 1,
            untested_more: 1,
            left_out: vec![LeftOutView { endpoint: words("GET /b"), because: words("A reason") }],
        }],
        summary: full_summary(),
        ..empty_site()
    }
}

fn empty_site() -> SiteView {
    SiteView {
        title: words("A site"),
        organisation: words("An organisation"),
        url: words("https://security.example.com/"),
        language: words("en"),
        direction: words("ltr"),
        promises_sought: true,
        home: words("index.html"),
        generator: words("Avouch"),
        build: words("0123456789ab"),
        draft: false,
        target: words("https://example.com"),
        checked: time(),
        contacts: Vec::new(),
        warnings: Vec::new(),
        permissions: Vec::new(),
        policies: Vec::new(),
        endpoints: Vec::new(),
        summary: empty_summary(),
        security_policy: words(POLICY),
        files: Vec::new(),
    }
}

fn full_summary() -> Summary {
    let violated = mark("violated");
    Summary {
        worst: words("violated"),
        counts: vec![Counted { mark: violated, words: words("1 failed") }],
        until: Some(time()),
        troubles: vec![claim_link()],
    }
}

fn empty_summary() -> Summary {
    Summary { worst: words("holds"), counts: Vec::new(), until: None, troubles: Vec::new() }
}

fn claim_link() -> ClaimLink {
    ClaimLink {
        words: words("It is true."),
        mark: mark("violated"),
        standing: words("Tests show that this claim is not true."),
        path: words("a/index.html#claim-a"),
    }
}

fn full_policy() -> PolicyView {
    PolicyView {
        stated: words("It only explains how the law applies"),
        products: vec![words("Cloud add-ons")],
        contents: vec![HeadingView { level: 2, text: words("Data"), anchor: words("data") }],
        stretches: vec![PolicySection {
            html: words("<p>It is true.</p>"),
            claims: vec![full_claim(), empty_claim()],
        }],
        statements: vec![StatementView {
            anchor: words("statement-1"),
            words: words("Nothing is absolute."),
            reason: words("it cannot be tested"),
        }],
        standing: full_summary(),
        claims: vec![claim_link()],
        changes: vec![change()],
        versions: words("versions/a/index.html"),
        ..empty_policy()
    }
}

fn empty_policy() -> PolicyView {
    PolicyView {
        title: words("Policy"),
        summary: words("What it is for"),
        owner: words("security officer"),
        effective: Day { iso: words("2026-01-01"), words: words("1 Jan 2026") },
        products: Vec::new(),
        stated: String::new(),
        contents: Vec::new(),
        stretches: Vec::new(),
        statements: Vec::new(),
        standing: empty_summary(),
        claims: Vec::new(),
        changes: Vec::new(),
        versions: String::new(),
    }
}

fn full_claim() -> ClaimView {
    ClaimView {
        mark: MarkView { ends: Some(time()), ..mark("holds") },
        basis: words("Tested publicly: anyone can repeat it"),
        basis_means: words("anyone can repeat it"),
        products: vec![words("Cloud add-ons")],
        observed: Some(time()),
        until: Some(time()),
        history: history(),
        waiver: Some(WaiverView {
            role: words("Security officer"),
            day: Day { iso: words("2026-11-22"), words: words("22 Nov 2026") },
            until: Day { iso: words("2026-11-30"), words: words("30 Nov 2026") },
        }),
        checks: vec![full_check(), empty_check()],
        ..empty_claim()
    }
}

fn empty_claim() -> ClaimView {
    ClaimView {
        id: words("a"),
        words: words("It is true."),
        mark: mark("holds"),
        standing: words("Tests confirm this claim."),
        basis: String::new(),
        basis_means: String::new(),
        products: Vec::new(),
        because: words("We ask."),
        background: Vec::new(),
        observed: None,
        until: None,
        waiver: None,
        policy: words("Policy"),
        under: words("Data"),
        path: words("a/index.html#claim-a"),
        evidence: words("evidence/a/index.html"),
        history: History::default(),
        checks: Vec::new(),
    }
}

fn versions() -> Versions {
    let runs = crate::model::source::redline::redline("It was true.", "It is true.");
    let since = Day { iso: words("2026-01-01"), words: words("1 Jan 2026") };
    let newer = VersionView { since: since.clone(), changes: vec![runs], is_oldest: false };
    let oldest = VersionView { since, changes: Vec::new(), is_oldest: true };
    Versions {
        title: words("Policy"),
        policy: words("a/index.html"),
        versions: vec![newer, oldest],
    }
}

fn history() -> History {
    let span = Span {
        class: words("holds"),
        x: 0,
        width: 600,
        y: 0,
        height: 24,
        words: words("Verified since 22 Nov 2026, 10:00 UTC"),
    };
    History {
        entries: vec![StandingSince { mark: mark("holds"), since: time() }],
        spans: vec![span],
        words: words("It held throughout."),
        changes: vec![change()],
    }
}

fn change() -> ChangeView {
    ChangeView {
        class: words("reworded"),
        effect: words("reworded"),
        words: words("It is true."),
        told: words("The earlier wording was: “It was true.”"),
        redline: crate::model::source::redline::redline("It was true.", "It is true."),
        at: time(),
        evidence: words("evidence/a/index.html"),
    }
}

fn full_check() -> CheckView {
    CheckView {
        must: vec![words("the status is 200")],
        observed: Some(time()),
        until: Some(time()),
        broke: vec![words("anyone reads it: the status is 200, and it was status 500")],
        saw: vec![words("anyone reads it: status 200")],
        repeat: words("curl -i \"https://example.com/\""),
        noticed: vec![words("it is not true")],
        remarks: vec![words("It took 2 attempts to get an answer.")],
        steps: vec![full_step(), empty_step()],
        steps_left_out: 1,
        ..empty_check()
    }
}

fn empty_check() -> CheckView {
    CheckView {
        number: 1,
        kind: words("http"),
        verdict: words("Verified"),
        covers: words("One address was tested."),
        leaves_open: words("This does not show the rest."),
        must: Vec::new(),
        observed: None,
        until: None,
        saw: Vec::new(),
        broke: Vec::new(),
        repeat: String::new(),
        noticed: Vec::new(),
        remarks: Vec::new(),
        steps: Vec::new(),
        steps_left_out: 0,
    }
}

fn full_step() -> StepView {
    StepView {
        repeat: words("curl -i \"https://example.com/\""),
        control: words("the owner reads it"),
        at: Some(time()),
        expectations: vec![ExpectationView {
            expected: words("the status is 200"),
            found: words("status 200"),
            outcome: words("met"),
        }],
        published: vec![PublishedValue {
            what: words("/body/json/state"), value: words("“done”")
        }],
        ..empty_step()
    }
}

fn empty_step() -> StepView {
    StepView {
        name: words("anyone reads it"),
        role: words("probe"),
        role_means: words("the test itself"),
        who: words("anyone, without credentials"),
        request: words("GET /"),
        repeat: String::new(),
        control: String::new(),
        answer: words("status 200"),
        at: None,
        took: words("12 ms"),
        expectations: Vec::new(),
        published: Vec::new(),
    }
}
