//! Words, and the quantities that are found in them.

use super::find;

/// Each quantity as `words = amount`.
fn told(words: &str) -> Vec<String> {
    let told = |one: super::Quantity| format!("{} = {}", &words[one.span], one.amount.in_words());
    find(words).into_iter().map(told).collect()
}

#[test]
fn times_are_found_in_digits_and_in_words() {
    for (words, found) in [
        ("kept for 24 hours.", "24 hours = 24 hours"),
        ("kept for 24h only", "24h = 24 hours"),
        ("at most twenty-four hours", "twenty-four hours = 24 hours"),
        ("a 24-hour window", "24-hour = 24 hours"),
        ("a twenty-four-hour window", "twenty-four-hour = 24 hours"),
        ("within one day", "one day = 24 hours"),
        ("within a day", "a day = 24 hours"),
        ("within half an hour", "half an hour = 30 minutes"),
        ("within an hour, always", "an hour = 1 hour"),
        ("for 1.5 hours", "1.5 hours = 90 minutes"),
        ("for two full weeks", "two full weeks = 14 days"),
        ("with 30 days' notice", "30 days = 30 days"),
        ("for thirty (30) days", "thirty (30) days = 30 days"),
        ("for 1 month", "1 month = 1 month"),
        ("for 12 months", "12 months = 365 days"),
        ("at least one year", "one year = 365 days"),
        ("for 10,000 seconds", "10,000 seconds = 10000 seconds"),
        ("in 5 business days", "5 business days = 5 working days"),
        ("for\u{a0}90\u{a0}days", "90\u{a0}days = 90 days"),
        ("within 2 workdays", "2 workdays = 2 working days"),
        ("at most 43.2 minutes a month", "43.2 minutes = 2592 seconds"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn how_often_is_the_time_from_once_to_the_next() {
    for (words, found) in [
        ("backed up daily", "daily = 24 hours"),
        ("backed up every day.", "every day = 24 hours"),
        ("backed up each night", "each night = 24 hours"),
        ("each week we", "each week = 7 days"),
        ("every other day", "every other day = 48 hours"),
        ("every 6 hours", "6 hours = 6 hours"),
        ("once a year", "once a year = 365 days"),
        ("once every two weeks", "once every two weeks = 14 days"),
        ("twice a day", "twice a day = 12 hours"),
        ("twice daily", "twice daily = 12 hours"),
        ("3 times per day", "3 times per day = 8 hours"),
        ("reviewed annually", "annually = 365 days"),
        ("an annual review", "annual = 365 days"),
        ("reviewed quarterly", "quarterly = 3 months"),
        ("monthly", "monthly = 1 month"),
        ("every quarter", "every quarter = 3 months"),
        ("once per calendar year", "once per calendar year = 365 days"),
        ("once a quarter", "once a quarter = 3 months"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn other_quantities_are_found() {
    for (words, found) in [
        ("99.9% of requests", "99.9% = 99.9 %"),
        ("99.95 per cent uptime", "99.95 per cent = 99.95 %"),
        ("an SLA of 99,9 %", "99,9 % = 99.9 %"),
        ("speak TLS 1.2 or newer", "TLS 1.2 = TLS 1.2"),
        ("speak TLSv1.3", "TLSv1.3 = TLS 1.3"),
        ("TLS version 1.2+", "TLS version 1.2 = TLS 1.2"),
        ("SSL 3 is refused", "SSL 3 = SSL 3.0"),
        ("SSL/TLS 1.2 or higher", "TLS 1.2 = TLS 1.2"),
        ("files of up to 10 MB", "10 MB = 10 MB"),
        ("files of up to 1GiB", "1GiB = 1 GiB"),
        ("256-bit keys", "256-bit = 256 bits"),
        ("in 3 regions", "3 = 3"),
        ("two copies are kept", "two = 2"),
        ("10 000 tenants", "10 000 = 10000"),
        ("2 million records", "2 million = 2000000"),
        ("since 1 January 2026 only", "1 January 2026 = 1 January 2026"),
        ("on March 1, 2026", "March 1, 2026 = 1 March 2026"),
        ("since 2024 we", "2024 = 1 January 2024"),
        ("by 2026-11-22.", "2026-11-22 = 22 November 2026"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn both_ends_of_a_range_have_its_unit() {
    assert_eq!(told("24 to 48 hours"), ["24 = 24 hours", "48 hours = 48 hours"]);
    assert_eq!(told("2-3 days"), ["2 = 48 hours", "3 days = 3 days"]);
    assert_eq!(told("2 – 3 days"), ["2 = 48 hours", "3 days = 3 days"]);
    assert_eq!(told("between one and three weeks"), ["one = 7 days", "three weeks = 21 days"]);
    assert_eq!(told("TLS 1.2 or 1.3"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
    assert_eq!(told("TLS v1.2 or 1.3"), ["TLS v1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
    assert_eq!(told("TLS 1.2/1.3, 24/7"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
    assert_eq!(told("EUR 20,000 or 4 %"), ["4 % = 4 %"]);
    assert_eq!(told("in ISO 27001 and 3 regions"), ["3 = 3"]);
    assert_eq!(told("TLS 1.2, 1.3"), ["TLS 1.2 = TLS 1.2", "1.3 = TLS 1.3"]);
}

#[test]
fn numbers_that_name_something_are_no_quantities() {
    for words in [
        "One customer can never reach another customer's data.",
        "certified to ISO 27001 and SOC 2, see RFC 9116",
        "under Article 32 and section 4.2",
        "encrypted with AES-256 and SHA-256, X.509, IPv6, OAuth2",
        "two-factor authentication by a third-party",
        "the two are apart",
        "stored in S3 and EC2",
        "see <https://example.com/24 hours> or https://a.test/30days",
        "write to 24@example.com",
        "around the clock, 24/7, 24 hours a day",
        "at 9:00 or 9 am",
        "for a second opinion, one day soon no more",
        "version 1.2.3 and 127.0.0.1",
        "costs 500 € or USD 20",
        "it may march on",
        "call +46 8 123 45 67",
        "NIST SP 800-53",
        "an hour of need",
        "certified to ISO 27001, 27017 and 27018, and to ISO/IEC 27701",
        "PCI DSS 4.0, PCI DSS v3.2.1, CVSS 9.0, WCAG 2.2, SAML 2.0 and OAuth 2.0",
        "on Windows 10, macOS 12 and PostgreSQL 15; the OWASP Top 10",
        "see § 5 Abs. 1 Nr. 2, Art. 6 para. 1 lit. b and NIST SP 800-53 Rev. 5",
        "Articles 12 to 22, Sections 5 through 7, items 1, 2 and 3, Exhibit 3",
        "l'article 28, art. 13 DSGVO, Art. 6 Abs. 1 S. 1 lit. f",
        "call +1 (555) 123-4567, 0800 123 456 or 0711 / 123 45 67",
        "of 10 million euros",
        "the 2024 audit",
        "a credit on the monthly fee, of the annual subscription",
        "severity 1, priority 2",
        "§§ 3 bis 7 BDSG",
    ] {
        let mut found = told(words);
        found.retain(|one| one != "one day = 24 hours");
        assert_eq!(found, Vec::<String>::new(), "{words}");
    }
}

#[test]
fn german_and_french_are_read_as_far_as_units_go() {
    for (words, found) in [
        ("innerhalb von 24 Stunden", "24 Stunden = 24 hours"),
        ("innerhalb einer Stunde", "einer Stunde = 1 hour"),
        ("nach dreißig Tagen", "dreißig Tagen = 30 days"),
        ("täglich gesichert", "täglich = 24 hours"),
        ("ein tägliches Backup", "tägliches = 24 hours"),
        ("zweimal täglich", "zweimal täglich = 12 hours"),
        ("jeden Tag", "jeden Tag = 24 hours"),
        ("zu 99,9 Prozent", "99,9 Prozent = 99.9 %"),
        ("dans les 72 heures", "72 heures = 3 days"),
        ("chaque jour", "chaque jour = 24 hours"),
        ("tous les jours", "tous les jours = 24 hours"),
        ("une fois par an", "une fois par an = 365 days"),
        ("une sauvegarde quotidienne", "quotidienne = 24 hours"),
        ("pendant trente jours", "trente jours = 30 days"),
        ("dans un délai d'un mois", "d'un mois = 1 month"),
        ("sous deux (2) jours ouvrés", "deux (2) jours ouvrés = 2 working days"),
        ("jedes Quartal", "jedes Quartal = 3 months"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn hostile_words_are_read_in_one_pass() {
    for part in [
        "1 ",
        "24-",
        "twenty-",
        "1 and ",
        "ISO 27001, ",
        "27001, ",
        "TLS 1.2 or ",
        "<a ",
        "once every ",
        "(1) ",
        "full ",
        "é",
        "\u{301}",
    ] {
        let words = part.repeat(20_000);
        assert!(find(&words).len() <= 40_000);
    }
}

#[test]
fn large_and_long_numbers_are_read_in_words() {
    for (words, found) in [
        ("for one hundred and eighty days", "one hundred and eighty days = 180 days"),
        ("for one hundred eighty days", "one hundred eighty days = 180 days"),
        ("for a hundred days", "a hundred days = 100 days"),
        ("a dozen regions", "a dozen = 12"),
        ("two dozen regions", "two dozen = 24"),
        ("ten thousand customers", "ten thousand = 10000"),
        ("for a decade", "a decade = 3650 days"),
        ("two decades of logs", "two decades = 7300 days"),
        ("for a fortnight", "a fortnight = 14 days"),
        ("zero hours", "zero hours = 0 seconds"),
        ("replicated 3x", "3x = 3"),
        ("30days of logs", "30days = 30 days"),
        ("10.000 Kunden", "10.000 = 10000"),
        ("for 1½ hours", "1½ hours = 90 minutes"),
        ("for 1/2 day", "1/2 day = 12 hours"),
        ("a year of logs", "a year = 365 days"),
        ("on the 30th day", "30th day = 30 days"),
        ("on the third day", "third day = 3 days"),
        ("every third day", "every third day = 3 days"),
        ("am 30. Tag", "30. Tag = 30 days"),
        ("hundertachtzig Tage", "hundertachtzig Tage = 180 days"),
        ("einundzwanzig Tage", "einundzwanzig Tage = 21 days"),
        ("quatre-vingt-dix-sept jours", "quatre-vingt-dix-sept jours = 97 days"),
        ("vingt-deux jours", "vingt-deux jours = 22 days"),
        ("responds with 403.", "403 = the status 403"),
        ("gets a 401", "401 = the status 401"),
        ("with 500 or more customers", "500 = 500"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn shares_are_per_cent() {
    for (words, found) in [
        ("one in ten requests", "one in ten = 10 %"),
        ("fewer than 1 in 1,000 requests", "1 in 1,000 = 0.1 %"),
        ("nine out of ten requests", "nine out of ten = 90 %"),
        ("half of the customers", "half = 50 %"),
        ("a quarter of our traffic", "a quarter = 25 %"),
        ("three quarters of an hour", "three quarters of an hour = 45 minutes"),
        ("a quarter of an hour", "a quarter of an hour = 15 minutes"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn digits_of_every_script_are_digits() {
    for (words, found) in [
        ("for ٣٠ days", "٣٠ days = 30 days"),
        ("for ३० days", "३० days = 30 days"),
        ("for ３０ days", "３０ days = 30 days"),
        ("for 𝟑𝟎 days, always", "𝟑𝟎 days = 30 days"),
        ("३०-day logs", "३०-day = 30 days"),
        ("९९٫९٪ of requests", "९९٫९٪ = 99.9 %"),
    ] {
        assert_eq!(told(words), [found], "{words}");
    }
}

#[test]
fn addresses_and_designations_are_no_quantities() {
    for words in [
        "at 12 Main Street, 10115 Berlin",
        "Hauptstraße 5, 10115 Berlin",
        "HTTP/2 and HTTP/3",
        "RSA-2048 and ECDSA P-256",
        "PCI DSS 4.0, SOC 2 Type 2, ISO/IEC 27001:2022",
        "24/7",
        "in the 21st century",
        "error 17",
        "the first day",
        "a third party",
        "the first half of 2024",
    ] {
        let mut found = told(words);
        found.retain(|one| !one.contains("January 2024"));
        assert_eq!(found, Vec::<String>::new(), "{words}");
    }
}
