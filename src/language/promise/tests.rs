//! Sentences, and the word that makes each read like a promise, if any.

use super::{Language, Setting, lead_in, sign};

fn sign_in(language: Language, sentence: &str) -> &str {
    sign(sentence, language, Setting::Text, &|_| true).map_or("", |span| &sentence[span])
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    check_in(Language::English, table);
}

#[track_caller]
fn check_in(language: Language, table: &[(&str, &str)]) {
    let wrong = |(sentence, wanted): &&(&str, &str)| sign_in(language, sentence) != *wanted;
    let told: Vec<String> = table
        .iter()
        .filter(wrong)
        .map(|(sentence, wanted)| {
            format!("{sentence}: `{}` and not `{wanted}`", sign_in(language, sentence))
        })
        .collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn sentences_that_read_like_promises() {
    check(&[
        ("We never sell your data.", "never"),
        ("Your data is always encrypted.", "always"),
        ("All traffic is encrypted.", "All"),
        ("Backups are encrypted.", "encrypted"),
        ("Encrypted at rest and in transit.", "Encrypted"),
        ("Backups are made daily.", "daily"),
        ("Backups are made every night.", "every"),
        ("Every request is logged.", "Every"),
        ("Only authorised employees have access.", "Only"),
        ("We share it only if you agree.", "only"),
        ("No one but you can read it.", "No one"),
        ("Nobody else can read your notes.", "Nobody"),
        ("We have no access to your content.", "no"),
        ("No data leaves the region.", "No"),
        ("Nothing is stored on our servers.", "Nothing"),
        ("We answer within 2 working days.", "2 working days"),
        ("We notify you within 72 hours.", "72 hours"),
        ("If we learn of a breach, we tell you within 72 hours.", "72 hours"),
        ("When you leave we delete your notes.", "delete"),
        ("Logs are kept for 30 days.", "30 days"),
        ("Logs are kept for thirty (30) days, and then erased.", "thirty (30) days"),
        ("We speak TLS 1.2 or newer.", "TLS 1.2"),
        ("Uptime is 99.9 % a month.", "99.9 %"),
        ("We review access once a year.", "once a year"),
        ("An annual penetration test is carried out.", "annual"),
        ("We do not use your content for training.", "not"),
        ("We don't share it.", "don't"),
        ("Our staff does not read your pages.", "not"),
        ("The service doesn't keep passwords.", "doesn't"),
        ("We will tell you of any change.", "will"),
        ("We'll fix it.", "We'll"),
        ("Your account will be closed and your data will not be kept.", "will"),
        ("Support staff must use two-factor authentication.", "must"),
        ("Passwords must have 12 characters.", "must"),
        ("We guarantee it.", "guarantee"),
        ("Tests ensure that tenants are kept apart.", "ensure"),
        ("We make sure of that.", "make sure"),
        ("Strangers cannot read your notes.", "cannot"),
        ("Customer data is deleted after you leave.", "deleted"),
        ("Your data is safe with us.", "safe"),
        ("We keep your notes confidential.", "confidential"),
        ("Data stays within the EU.", "within"),
        ("Most questions are answered within a few hours.", "within"),
        ("Our laptops have full-disk encryption.", "encryption"),
        ("We back up every table.", "back"),
        ("We are certified to ISO 27001.", "certified"),
        ("We patch our servers regularly.", "regularly"),
        ("Support is there 24/7.", "24/7"),
        ("We are there around the clock.", "around the clock"),
        ("Access is at all times logged.", "at all times"),
        ("It is backed up.", "backed up"),
        ("Tell us, and we will look into it.", "will"),
        ("Report it to our desk, and we answer within 2 days.", "2 days"),
        ("A fixed release follows in at most 14 days.", "14 days"),
        ("We hold at most 5 GB of it.", "5 GB"),
        ("You can be sure that we never look.", "never"),
        ("Only you can see your drafts.", "Only"),
        ("We hold ISO 27001 and 27017 certificates.", "ISO"),
        ("Our SOC 2 Type II report is free to read.", "SOC"),
        ("Your data is stored in Germany.", "in"),
        ("They run in data centres in the EU.", "in"),
        ("Access is revoked on the same day.", "revoked"),
        ("We answer within two workdays.", "two workdays"),
        ("We keep the record forever.", "forever"),
        ("Our products are operated in the United States.", "in"),
    ]);
}

#[test]
fn sentences_that_read_like_promises_in_other_languages() {
    check_in(
        Language::German,
        &[
            ("Alle Daten werden verschlüsselt.", "Alle"),
            ("Sicherungen werden täglich erstellt.", "täglich"),
            ("Wir löschen sie innerhalb von 30 Tagen.", "30 Tagen"),
            ("Wir geben Ihre Daten nicht an Dritte weiter.", "nicht"),
            ("Ihre Daten werden nicht verkauft.", "nicht"),
            ("Protokolle werden danach gelöscht.", "werden"),
            ("Unser Personal kann Ihre Notizen nicht lesen.", "nicht"),
        ],
    );
    check_in(
        Language::French,
        &[
            ("Vos données ne sont jamais vendues.", "jamais"),
            ("Une sauvegarde est faite chaque jour.", "chaque jour"),
            ("Toutes les données sont chiffrées.", "Toutes"),
            ("Nous ne vendons pas vos données.", "ne"),
            ("Nous répondons dans un délai d'un mois.", "d'un mois"),
        ],
    );
    check_in(
        Language::Spanish,
        &[
            ("Ciframos sus datos.", "Ciframos"),
            ("Los datos se borran tras 30 días.", "30 días"),
            ("No vendemos sus datos.", "No"),
            ("Nadie puede leer sus notas.", "Nadie"),
            ("Respondemos en 72 horas.", "72 horas"),
        ],
    );
}

#[test]
fn sentences_that_promise_nothing_in_other_languages() {
    let quiet = |language, sentences: &[&'static str]| {
        let table: Vec<(&str, &str)> = sentences.iter().map(|one| (*one, "")).collect();
        check_in(language, &table);
    };
    quiet(Language::German, &GERMAN);
    quiet(Language::French, &FRENCH);
    quiet(Language::Spanish, &SPANISH);
}

/// German sentences that promise nothing.
const GERMAN: [&str; 6] = [
    "Wir freuen uns über Ihre Nachricht.",
    "Wenn Sie nicht zustimmen, ändert sich nichts.",
    "Daten können gelöscht werden.",
    "Alle Rechte vorbehalten.",
    "Daten sind alle Informationen, die sich auf Sie beziehen.",
    "Sie haben das Recht, jederzeit Widerspruch einzulegen.",
];

/// French sentences that promise nothing.
const FRENCH: [&str; 3] =
    ["Merci de votre aide.", "Tous droits réservés.", "Vous pouvez nous écrire à tout moment."];

/// Spanish sentences that promise nothing.
const SPANISH: [&str; 3] = [
    "Todos los derechos reservados.",
    "Puede escribirnos en todo momento.",
    "Los datos se pueden borrar.",
];

#[test]
fn a_list_can_be_led_in_by_a_promise() {
    for (lead, language, words) in [
        ("You can expect us to:", Language::English, "expect us to"),
        ("If you report in good faith, we commit to:", Language::English, "we commit to"),
        ("Wir verpflichten uns:", Language::German, "Wir verpflichten uns"),
        ("Nous nous engageons à :", Language::French, "Nous nous engageons"),
        ("Nos comprometemos a:", Language::Spanish, "Nos comprometemos"),
        ("We ask you to:", Language::English, ""),
        ("We will not sue you.", Language::English, ""),
        ("We never:", Language::English, "We never"),
        ("We never look", Language::English, ""),
        ("We do not pay for reports of:", Language::English, ""),
        ("Bitte achten Sie darauf:", Language::German, ""),
    ] {
        let found = lead_in(lead, language).map_or("", |span| &lead[span]);
        assert_eq!(found, words, "{lead}");
    }
}

/// Sentences that promise nothing.
const QUIET: &[&str] = &[
    "We sell two sorts of add-ons for Atlassian products.",
    "Cloud add-ons are hosted by us.",
    "Server add-ons are run by our customers on their own machines.",
    "This page explains how we handle data.",
    "Who can reach the data in our add-ons, where it is kept, and how it is backed up?",
    "Is my data encrypted?",
    "Who can reach all data, where it is kept, and how it is backed up.",
    "We tell you how data is encrypted.",
    "Do you keep logs for more than 30 days?",
    "Tell us, step by step, how to reproduce the issue.",
    "Attach all that you have recorded.",
    "Please report each vulnerability within 5 days.",
    "Do not send passwords.",
    "Don't share your token with anybody.",
    "Never send passwords by e-mail.",
    "Always use a strong password.",
    "You must be at least 18 years old.",
    "You will receive an e-mail.",
    "You can export your data, and you must keep the file.",
    "If you do not hear from us within 5 days, write again.",
    "If you only need one product, choose that.",
    "Customers must keep their machines up to date.",
    "Reports must be in English.",
    "We were founded in 2012.",
    "We have been in business for 20 years.",
    "Our company was founded 10 years ago.",
    "More than 40 % of our customers are companies in Europe.",
    "Over 10,000 customers use our add-ons.",
    "We are a team of 25 people in 3 countries.",
    "Last updated on 1 November 2026.",
    "Effective from 2026-11-01.",
    "All rights reserved.",
    "That is not all.",
    "After all, words are cheap.",
    "Teams of all sizes use it.",
    "If it does not help at all, ask us.",
    "The report no longer exists.",
    "This is without doubt of interest.",
    "We do not know who wrote it.",
    "We do not recommend older browsers.",
    "Data can be deleted on request.",
    "Pages may be restricted by their owner.",
    "The old logs were deleted in 2020.",
    "The statement is reviewed by our lawyers.",
    "Read more about our annual report.",
    "A free trial lasts as long as the 30 days trial of the product.",
    "Send an encrypted message to our desk.",
    "It runs on a well-known third-party platform.",
    "Our office is at 12 Main Street, room 24.",
    "The standard is ISO 27001, and the law is Article 32 of the GDPR.",
    "See section 4.2 of the agreement.",
    "We want you to know what we do.",
    "The list ends here.",
    "The page is written for lawyers and for engineers.",
    "Once upon a time there was an add-on.",
    "Every now and then, we change these words.",
    "It costs 5 € and saves time.",
    "Learn how all of this works.",
    "Ensure that your browser is up to date.",
    "Scanners find false alarms, which do not matter.",
    "Reports that do not say how to reproduce the issue take longer.",
    "The last 30 days were busy.",
    "Heroku is a company of Salesforce.",
    "A vulnerability is a weakness in software.",
    "Not only engineers read this.",
    "It only takes a minute to sign up, and we think you will like it.",
    "Write to us, and we get back to you.",
    "Test only against your own account.",
    "Never run scanners against our systems.",
    "Out of scope are reports of missing headers with no impact.",
    "Read our page on encryption.",
    "It works within Jira.",
    "The law is PCI DSS 4.0, and the language is WCAG 2.2.",
    "\"Personal Data\" means all information about a person.",
    "\"Confidential Information\" shall mean what is marked so.",
    "This agreement shall be governed by the laws of Sweden.",
    "We appreciate all reports, and are always happy to help.",
    "The fine is EUR 20,000,000.",
    "It was recorded in the EU.",
];

#[test]
fn sentences_that_promise_nothing() {
    let table: Vec<(&str, &str)> = QUIET.iter().map(|sentence| (*sentence, "")).collect();
    check(&table);
}

#[test]
fn a_heading_promises_only_where_it_speaks() {
    let sign_of = |heading| sign(heading, Language::English, Setting::Heading, &|_| true);
    for heading in ["Daily backups", "All policies", "Encrypted transport", "Retention: 30 days"] {
        assert_eq!(sign_of(heading), None, "{heading}");
    }
    for heading in ["We never sell data", "We keep nothing for 30 days"] {
        assert!(sign_of(heading).is_some(), "{heading}");
    }
}

#[test]
fn a_sign_in_a_part_that_is_left_out_does_not_count() {
    let sentence = "All data is encrypted, and we never look.";
    let found = sign(sentence, Language::English, Setting::Text, &|span| span.start > 22).unwrap();
    assert_eq!(&sentence[found], "never");
    assert_eq!(sign(sentence, Language::English, Setting::Text, &|_| false), None);
}

#[test]
fn hostile_sentences_are_read_in_one_pass() {
    for part in
        ["all ", "if ", "we, ", "no ", "1 day ", "is encrypted ", "(", "—", "never", "it is safe "]
    {
        let sentence = part.repeat(2_000);
        for language in Language::ALL {
            sign(&sentence, language, Setting::Text, &|_| false);
            lead_in(&sentence, language);
        }
    }
}
