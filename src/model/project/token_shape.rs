//! How tokens of well-known issuers begin. The prefix is public; what follows it is secret.

use std::ops::Range;

/// How many characters after the prefix identify a token: as good as the token itself in a log.
pub const IDENTIFYING_CHARS: usize = 8;

/// The public prefixes of tokens, with the minimum number of characters that follow.
const PREFIXES: [(&str, usize); 45] = [
    // GitHub, "Behind GitHub's new authentication token formats".
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 30),
    // GitLab, "Token prefixes".
    ("glpat-", 20),
    ("gldt-", 20),
    ("glrt-", 20),
    ("glcbt-", 20),
    ("glptt-", 20),
    ("glsoat-", 20),
    // Slack, "Tokens".
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("xapp-", 20),
    // Stripe, "API keys".
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("sk_test_", 20),
    ("rk_test_", 20),
    ("whsec_", 24),
    // Amazon, "IAM identifiers": ids of keys, which are half of a credential.
    ("AKIA", 16),
    ("ASIA", 16),
    // Atlassian, "API tokens".
    ("ATATT", 30),
    ("ATCTT", 30),
    ("ATBB", 28),
    // Package registries.
    ("npm_", 36),
    ("pypi-AgE", 40),
    ("dckr_pat_", 20),
    // Google, "API keys" and "OAuth 2.0".
    ("AIza", 35),
    ("GOCSPX-", 24),
    ("ya29.", 30),
    // Other clouds and services.
    ("SG.", 40),
    ("hf_", 30),
    ("dop_v1_", 60),
    ("doo_v1_", 60),
    ("shpat_", 32),
    ("shpss_", 32),
    ("sbp_", 40),
    ("sq0atp-", 22),
    ("sntrys_", 40),
    ("lin_api_", 32),
    ("pul-", 40),
];

/// The public prefix of a token; `None` if it does not begin like one of a well-known issuer.
pub fn prefix(token: &str) -> Option<&'static str> {
    let known = PREFIXES.iter().filter(|(prefix, _)| token.starts_with(prefix));
    known.map(|(prefix, _)| *prefix).max_by_key(|prefix| prefix.len())
}

/// The first token of a well-known issuer in a text, from its prefix to its end.
pub fn find(text: &str) -> Option<Range<usize>> {
    let all = PREFIXES.iter().filter_map(|(prefix, length)| {
        let mut starts = text.match_indices(prefix).map(|(start, _)| start);
        starts.find_map(|start| token_at(text, start, prefix.len() + length))
    });
    all.min_by_key(|found| (found.start, usize::MAX - found.end))
}

/// The token that starts here, unless it is the middle of a word, too short, or an obvious placeholder.
fn token_at(text: &str, start: usize, length_min: usize) -> Option<Range<usize>> {
    let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let within = text[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric());
    let token = &text[start..];
    let token = &token[..token.find(|c| !in_token(c)).unwrap_or(token.len())];
    let token = token.trim_end_matches('.');
    let real = !within && token.len() >= length_min && is_varied(token);
    real.then(|| start..start + token.len())
}

/// Whether a token has digits and letters of its own; placeholders such as `ghp_xxxxxxxx` have not.
fn is_varied(token: &str) -> bool {
    let own = &token[prefix(token).map_or(0, str::len)..];
    let mut different: Vec<char> = own.to_lowercase().chars().collect();
    different.sort_unstable();
    different.dedup();
    different.len() >= 8 && own.contains(|c: char| c.is_ascii_digit())
}

/// Whether a token is a signed JSON Web Token: three parts, the first of which begins as an object in JSON does
/// (RFC 7515, section 3.1).
pub fn is_jwt(token: &str) -> bool {
    let parts: Vec<&str> = token.split('.').collect();
    let in_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let fits = |part: &&str| !part.is_empty() && part.chars().all(in_part);
    // `{"` or `{ ` or a line break after the brace, in base64.
    let begins = ["eyJ", "eyA", "ewo", "ewk", "ew0"];
    let is_object = |part: &&str| begins.iter().any(|one| part.starts_with(one));
    parts.len() == 3 && parts.iter().all(fits) && parts.iter().take(2).all(is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_their_prefix_and_length() {
        let token = format!("{}{}", "ghp_", "q7Htx2Mzw4kD5bvn3rJc6sgPy2fA1b9Z8uEo");
        let text = format!("curl -H 'Authorization: token {token}' https://api.test.");
        let found = find(&text).unwrap();
        assert_eq!(&text[found], token);
        assert_eq!(prefix(&token), Some("ghp_"));
        assert_eq!(prefix("pypi-AgEIcHl"), Some("pypi-AgE"));
    }

    #[test]
    fn words_and_placeholders_are_not_tokens() {
        for text in [
            "the prefix ghp_ is public",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "MAKIAVELLIAN AKIAVELLIANPRINCE",
            "npm_config_registry_of_the_organisation_that_we_use",
            "asia-southeast-1 ASIA",
            "hf_model_name",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
