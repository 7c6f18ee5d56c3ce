//! The words that promises are known by, and those that make other things of them.

/// Signs of several words.
pub(crate) const PHRASES: [&[&str]; 19] = [
    &["at", "all", "times"],
    &["under", "no", "circumstances"],
    &["without", "exception"],
    &["without", "undue", "delay"],
    &["without", "delay"],
    &["no", "one"],
    &["no-one"],
    &["around", "the", "clock"],
    &["round", "the", "clock"],
    &["hours", "a", "day"],
    &["24/7"],
    &["24/7/365"],
    &["make", "sure"],
    &["makes", "sure"],
    &["backed", "up"],
    &["end-to-end"],
    &["en", "aucun", "cas"],
    &["zu", "jeder", "zeit"],
    &["wir", "werden"],
];

/// Signs wherever they stand.
pub(crate) fn is_absolute(word: &str) -> bool {
    matches!(
        word,
        "nobody"
            | "none"
            | "exclusively"
            | "solely"
            | "impossible"
            | "guarantee"
            | "guarantees"
            | "guaranteed"
            | "guaranteeing"
            | "ensure"
            | "ensures"
            | "ensured"
            | "ensuring"
            | "assure"
            | "assures"
            | "warrant"
            | "warrants"
            | "promise"
            | "promises"
            | "committed"
            | "undertake"
            | "undertakes"
            | "encrypts"
            | "complies"
            | "comply"
            | "compliant"
            | "certified"
            | "we'll"
            | "nie"
            | "niemals"
            | "niemand"
            | "immer"
            | "stets"
            | "ausnahmslos"
            | "ausschließlich"
            | "sämtliche"
            | "nur"
            | "kein"
            | "keine"
            | "keinen"
            | "verschlüsselt"
            | "garantieren"
            | "garantiert"
            | "jamais"
            | "toujours"
            | "uniquement"
            | "exclusivement"
            | "garantissons"
            | "garantit"
            | "aucun"
            | "aucune"
            | "chiffré"
            | "chiffrée"
            | "chiffrés"
            | "chiffrées"
    )
}

/// What is done to data, so that a sentence that says so promises it.
pub(crate) fn is_deed(word: &str) -> bool {
    is_participle(word)
        || matches!(
            word,
            "encrypt"
                | "hash"
                | "delete"
                | "erase"
                | "destroy"
                | "purge"
                | "anonymise"
                | "anonymize"
                | "isolate"
                | "audit"
                | "monitor"
        )
}

/// The same as a participle: `is deleted`.
pub(crate) fn is_participle(word: &str) -> bool {
    is_bare_deed(word)
        || matches!(
            word,
            "deleted"
                | "erased"
                | "destroyed"
                | "purged"
                | "isolated"
                | "segregated"
                | "separated"
                | "protected"
                | "audited"
                | "monitored"
                | "restricted"
                | "tested"
                | "replicated"
                | "revoked"
                | "logged"
        )
}

/// Standards that one is held to by others; a promise where we say so of ourselves.
pub(crate) fn is_standard(word: &str) -> bool {
    matches!(word, "iso" | "iso/iec" | "soc" | "pci" | "hipaa" | "fedramp" | "tisax")
}

/// Words before "in" where a country behind it tells where data is.
pub(crate) fn is_held(word: &str) -> bool {
    matches!(
        word,
        "stored"
            | "hosted"
            | "held"
            | "kept"
            | "processed"
            | "located"
            | "operated"
            | "centres"
            | "centers"
            | "regions"
            | "gespeichert"
    )
}

/// What is done to data, in German.
pub(crate) fn is_done_in_german(word: &str) -> bool {
    matches!(word, "gelöscht" | "anonymisiert" | "pseudonymisiert")
}

/// Those that are a promise without any verb: `Encrypted backups`.
pub(crate) fn is_bare_deed(word: &str) -> bool {
    matches!(
        word,
        "encrypted"
            | "hashed"
            | "salted"
            | "pseudonymised"
            | "pseudonymized"
            | "anonymised"
            | "anonymized"
    )
}

/// What something is said to be.
pub(crate) fn is_state(word: &str) -> bool {
    matches!(word, "safe" | "secure" | "private" | "confidential" | "secured" | "available")
}

/// How something is done; a promise where we do it.
pub(crate) fn is_adverb(word: &str) -> bool {
    matches!(
        word,
        "regularly"
            | "continuously"
            | "continually"
            | "constantly"
            | "immediately"
            | "promptly"
            | "permanently"
            | "forever"
            | "indefinitely"
            | "securely"
    )
}

/// Words by which something could be and need not.
pub(crate) fn is_possible(word: &str) -> bool {
    matches!(
        word,
        "can"
            | "could"
            | "may"
            | "might"
            | "should"
            | "to"
            | "has"
            | "have"
            | "had"
            | "was"
            | "were"
            | "been"
    )
}

/// Verbs of opinion: what "we do not" think is no promise.
pub(crate) fn is_opinion(word: &str) -> bool {
    matches!(
        word,
        "know"
            | "think"
            | "believe"
            | "recommend"
            | "expect"
            | "mean"
            | "want"
            | "like"
            | "understand"
            | "yet"
            | "hesitate"
            | "apply"
            | "include"
            | "need"
            | "only"
    )
}

/// Parts of the world that data may stay within.
pub(crate) fn is_region(word: &str) -> bool {
    matches!(
        word,
        "eu" | "eea"
            | "european"
            | "europe"
            | "germany"
            | "france"
            | "sweden"
            | "switzerland"
            | "austria"
            | "ireland"
            | "netherlands"
            | "finland"
            | "norway"
            | "denmark"
            | "canada"
            | "australia"
            | "japan"
            | "singapore"
            | "uk"
            | "us"
            | "usa"
            | "united"
            | "country"
            | "region"
    )
}

/// Words behind "within" that promise to be quick.
pub(crate) fn is_soon(word: &str) -> bool {
    matches!(word, "few" | "seconds" | "minutes" | "hours" | "days" | "weeks")
}

/// Words for ourselves.
pub(crate) fn is_us(word: &str) -> bool {
    matches!(
        word,
        "we" | "our"
            | "ours"
            | "we'll"
            | "we've"
            | "we're"
            | "wir"
            | "uns"
            | "unser"
            | "unsere"
            | "unseren"
            | "unserer"
            | "nous"
            | "notre"
            | "nos"
    )
}

/// Words for what we run.
pub(crate) fn is_service(word: &str) -> bool {
    matches!(
        word,
        "service"
            | "services"
            | "product"
            | "products"
            | "app"
            | "apps"
            | "add-on"
            | "add-ons"
            | "addon"
            | "addons"
            | "platform"
            | "system"
            | "systems"
            | "server"
            | "servers"
            | "staff"
            | "employee"
            | "employees"
            | "team"
            | "support"
            | "software"
            | "company"
            | "data"
            | "daten"
            | "données"
            | "backup"
            | "backups"
            | "information"
            | "content"
            | "site"
            | "website"
    )
}

/// Words by which a heading speaks rather than names.
pub(crate) fn speaks(word: &str) -> bool {
    is_us(word) || matches!(word, "never" | "always" | "nobody" | "guarantee" | "guaranteed")
}

/// Words for those who are not us, and whom we tell what to do.
pub(crate) fn is_other(word: &str) -> bool {
    matches!(
        word,
        "you"
            | "customer"
            | "customers"
            | "user"
            | "users"
            | "reporter"
            | "reporters"
            | "researcher"
            | "researchers"
            | "report"
            | "reports"
            | "visitors"
            | "readers"
            | "administrator"
            | "administrators"
            | "admins"
            | "everyone"
            | "anyone"
            | "recipient"
            | "recipients"
            | "parties"
            | "party"
    )
}

/// Words before "you" where you are the one to whom something is done.
pub(crate) fn is_before_object(word: &str) -> bool {
    matches!(
        word,
        "to" | "of"
            | "for"
            | "with"
            | "from"
            | "by"
            | "about"
            | "tell"
            | "give"
            | "help"
            | "show"
            | "ask"
            | "let"
            | "send"
            | "notify"
            | "inform"
            | "only"
            | "between"
            | "and"
    )
}

/// Words that set a condition, or ask without a question mark.
pub(crate) fn is_condition(word: &str) -> bool {
    matches!(
        word,
        "if" | "how"
            | "why"
            | "when"
            | "whenever"
            | "unless"
            | "whether"
            | "where"
            | "wherever"
            | "until"
            | "wenn"
            | "falls"
            | "si"
            | "lorsque"
            | "as-long-as"
    )
}

/// Verbs that ask something of the reader where a sentence begins with them.
pub(crate) fn is_request(word: &str) -> bool {
    matches!(
        word,
        "please"
            | "tell"
            | "attach"
            | "send"
            | "write"
            | "report"
            | "include"
            | "see"
            | "read"
            | "contact"
            | "don't"
            | "use"
            | "describe"
            | "give"
            | "let"
            | "click"
            | "visit"
            | "call"
            | "note"
            | "remember"
            | "ask"
            | "make"
            | "ensure"
            | "keep"
            | "choose"
            | "follow"
            | "go"
            | "open"
            | "check"
            | "try"
            | "find"
            | "learn"
            | "add"
            | "set"
            | "select"
            | "enter"
            | "share"
            | "review"
            | "install"
            | "update"
            | "change"
            | "allow"
            | "wait"
            | "start"
            | "stop"
            | "put"
            | "take"
            | "say"
            | "think"
            | "consider"
            | "expect"
            | "log"
            | "sign"
            | "test"
            | "run"
            | "bitte"
            | "veuillez"
    )
}

/// Words behind "no" where it denies nothing.
pub(crate) fn is_idle_after_no(word: &str) -> bool {
    matches!(
        word,
        "longer"
            | "such"
            | "later"
            | "doubt"
            | "matter"
            | "more"
            | "idea"
            | "wonder"
            | "worries"
            | "problem"
            | "need"
            | "less"
            | "fewer"
            | "sooner"
            | "further"
    )
}

/// Words before "all" where it means nothing.
pub(crate) fn is_idle_before_all(word: &str) -> bool {
    matches!(word, "at" | "after" | "above" | "of" | "in" | "once" | "best" | "means" | "mean")
}

/// Words behind "all" where it means nothing.
pub(crate) fn is_idle_after_all(word: &str) -> bool {
    matches!(
        word,
        "rights"
            | "trademarks"
            | "questions"
            | "inquiries"
            | "enquiries"
            | "reports"
            | "about"
            | "you"
            | "over"
            | "around"
            | "in"
            | "right"
            | "sorts"
            | "kinds"
            | "sizes"
            | "too"
            | "but"
            | "along"
    )
}

/// Words behind a number that tells of the past.
pub(crate) fn is_past(word: &str) -> bool {
    matches!(word, "ago" | "old" | "earlier" | "later" | "trial" | "young")
}

/// Words before a number that tells of a time that is over or to come anyway.
pub(crate) fn is_span(word: &str) -> bool {
    matches!(word, "last" | "past" | "previous" | "next" | "takes" | "took")
}

/// Words behind a share that tells who somebody is.
pub(crate) fn is_public(word: &str) -> bool {
    matches!(
        word,
        "customers" | "users" | "companies" | "teams" | "people" | "off" | "discount" | "fortune"
    )
}

/// Words behind "annual" and the like that name something and no deed.
pub(crate) fn is_no_deed(word: &str) -> bool {
    matches!(
        word,
        "life"
            | "work"
            | "business"
            | "news"
            | "newsletter"
            | "report"
            | "subscription"
            | "subscriptions"
            | "plan"
            | "plans"
            | "fee"
            | "fees"
            | "invoice"
            | "billing"
            | "meeting"
            | "conference"
            | "trial"
            | "revenue"
            | "read"
    )
}
