//! Titles of error pages that are answered with the status of a success.

/// What such titles say, in lower case, in English, German, French, Spanish, Italian and Dutch.
const PHRASES: [&str; 40] = [
    "not found",
    "page not found",
    "no longer exists",
    "does not exist",
    "doesn't exist",
    "no longer available",
    "cannot be found",
    "can't be found",
    "could not be found",
    "couldn't find",
    "can't find",
    "page missing",
    "nothing here",
    "access denied",
    "forbidden",
    "internal server error",
    "service unavailable",
    "bad gateway",
    "under construction",
    "domain for sale",
    "domain is for sale",
    "nicht gefunden",
    "existiert nicht",
    "existiert nicht mehr",
    "nicht mehr verfügbar",
    "nicht verfügbar",
    "kein zugriff",
    "zugriff verweigert",
    "introuvable",
    "non trouvée",
    "n'existe pas",
    "n'existe plus",
    "n’existe pas",
    "n’existe plus",
    "accès refusé",
    "no encontrada",
    "no existe",
    "non trovata",
    "niet gevonden",
    "bestaat niet",
];

/// The statuses that titles of error pages name.
const STATUSES: [&str; 8] = ["400", "401", "403", "404", "410", "500", "502", "503"];

/// Whether a page's title is that of an error page, apart from the text that the page is expected to
/// have in its title.
pub fn is_error_title(title: &str, expected: &str) -> bool {
    let rest = title.to_lowercase().replacen(&expected.trim().to_lowercase(), " ", 1);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let rest = words.join(" ");
    let is_word = |c: char| c.is_alphanumeric();
    let mut numbers = rest.split(|c: char| !is_word(c));
    numbers.any(|word| STATUSES.contains(&word)) || PHRASES.iter().any(|part| has(&rest, part))
}

/// Whether a text contains a phrase as whole words.
fn has(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_of_an_error_page_is_recognised() {
        for title in [
            "404 - not found",
            "404 - Heroku Security not found",
            "Heroku Security (404)",
            "Page not found | Heroku Security",
            "Heroku Security: Seite nicht gefunden",
            "Page introuvable - Heroku Security",
            "Cette page n’existe plus · Heroku Security",
            "Error 503 Heroku Security",
            "Access denied | Heroku Security",
        ] {
            assert!(is_error_title(title, "Heroku Security"), "{title}");
        }
        for title in
            ["Heroku Security", "Heroku Security | 2026", "How Heroku Security found 4040 bugs"]
        {
            assert!(!is_error_title(title, "Heroku Security"), "{title}");
        }
        assert!(!is_error_title("Forbidden Planet: Privacy", "Forbidden Planet"));
    }
}
