//! Compares the products that policies, claims and checks name with those that the project defines, and the
//! products of a claim with those that its checks ask.

use indexmap::IndexMap;

use crate::load::claim::Claims;
use crate::load::policy::PolicyFile;
use crate::model::project::claim::Claim;
use crate::model::source::Place;
use crate::model::source::decode::Spanned;
use crate::model::source::diagnostic::argument::Argument;
use crate::model::source::diagnostic::codes::Code;
use crate::model::source::diagnostic::report::Report;
use crate::model::source::diagnostic::{Diagnostic, help_with_list};

/// Reports every product that `avouch.yaml` does not define.
pub(crate) fn check(
    products: &IndexMap<String, String>,
    policies: &[PolicyFile],
    claims: &Claims,
    diagnostics: &mut Report,
) {
    let of_policies = policies.iter().flat_map(|one| {
        let file = &one.policy.file;
        one.policy.front.products.iter().map(move |product| (file, product))
    });
    let of_claims = claims.by_id.values().flat_map(|claim| {
        claim.written.applies_to.iter().map(move |product| (&claim.file, product))
    });
    let of_checks = claims.by_id.values().flat_map(|claim| {
        let named = claim.checks.iter().flat_map(|check| &check.products);
        named.map(move |product| (&claim.file, product))
    });
    let all: Vec<(_, &Spanned<String>)> = of_policies.chain(of_claims).chain(of_checks).collect();
    for (file, product) in all {
        if !products.contains_key(&product.value) {
            let message = format!("there is no product `{}`", product.value);
            let help = help_with_list(product, products.keys().map(String::as_str));
            let error = Diagnostic::new(Code::UnknownProduct, product.place(file), message);
            diagnostics.push(error.with(Argument::Name, &product.value).help(help));
        }
    }
    diagnostics.extend(claims.by_id.values().flat_map(|claim| unasked(claim, products)));
}

/// Reports the checks of a claim about several products that do not name the products that they ask, or that
/// name a product to which the claim does not apply.
fn unasked(claim: &Claim, known: &IndexMap<String, String>) -> Vec<Diagnostic> {
    let of_claim = &claim.written.applies_to;
    let applies = |name: &str| of_claim.is_empty() || of_claim.iter().any(|one| one.value == name);
    let error = |code, span: &std::ops::Range<usize>, message: String| {
        Diagnostic::new(code, Place::new(claim.file.clone(), span.clone()), message)
    };
    let mut found = Vec::new();
    for check in &claim.checks {
        for product in check.products.iter().filter(|one| known.contains_key(&one.value)) {
            if !applies(product) {
                let message =
                    format!("the claim `{}` does not apply to `{}`", claim.id, product.value);
                let error = error(Code::UnknownProduct, &product.span, message);
                let help = "add it to `applies_to:`, or leave it out here";
                found.push(error.with(Argument::Name, &product.value).help(help));
            }
        }
        if of_claim.len() > 1 && check.products.is_empty() && !check.is_about_all_products() {
            let message = format!(
                "the claim `{}` applies to {} products, and this check does not say which of them it asks",
                claim.id,
                of_claim.len()
            );
            let help = format!(
                "add `products: [{}]` to the check: the page claims nothing about products that no check asks",
                of_claim[0].value
            );
            let error = error(Code::UnnamedProduct, &check.kind.span, message);
            found.push(error.with(Argument::Claim, &claim.id).help(help));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::load::fixture::Fixture;

    const CHECK: &str = "checks/backup-daily.yaml";

    fn two() -> Fixture {
        Fixture::sound().replace(CHECK, "[cloud]", "[cloud, server]")
    }

    #[test]
    fn a_check_of_a_claim_about_two_products_names_those_that_it_asks() {
        assert_eq!(
            two().reported(),
            [
                "checks/backup-daily.yaml:7:11 unnamed-product: the claim `backup-daily` applies to 2 products, and this check does not say which of them it asks ? add `products: [cloud]` to the check: the page claims nothing about products that no check asks"
            ]
        );
        let named =
            two().replace(CHECK, "    as: operator", "    as: operator\n    products: [server]");
        let loaded = named.load();
        assert_eq!(loaded.diagnostics, []);
        let project = loaded.project.unwrap();
        let tested: Vec<&str> =
            project.claims[0].tested_products().map(|one| one.value.as_str()).collect();
        assert_eq!(tested, ["server"]);
        let attested =
            two().replace(CHECK, "kind: backup-age\n    as: operator", "kind: attestation");
        assert_eq!(attested.load().project.unwrap().claims[0].tested_products().count(), 2);
    }

    #[test]
    fn a_check_cannot_ask_a_product_to_which_the_claim_does_not_apply() {
        for (product, words) in
            [("server", "does not apply to `server`"), ("sever", "no product `sever`")]
        {
            let products = format!("    as: operator\n    products: [{product}]");
            let reported =
                Fixture::sound().replace(CHECK, "    as: operator", &products).reported();
            assert_eq!(reported.len(), 1, "{reported:?}");
            assert!(reported[0].contains(words), "{reported:?}");
        }
    }
}
