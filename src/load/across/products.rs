//! Compares the products that policies and claims name with those that the project defines.

use indexmap::IndexMap;

use crate::load::claim::Claims;
use crate::load::policy::PolicyFile;
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
    let all: Vec<(_, &Spanned<String>)> = of_policies.chain(of_claims).collect();
    for (file, product) in all {
        if !products.contains_key(&product.value) {
            let message = format!("there is no product `{}`", product.value);
            let help = help_with_list(product, products.keys().map(String::as_str));
            let error = Diagnostic::new(Code::UnknownProduct, product.place(file), message);
            diagnostics.push(error.with(Argument::Name, &product.value).help(help));
        }
    }
}
