//! A `claims.json` as it was received: from a disk, or from a server that anybody may run. Its texts reach terminals,
//! pages and feeds, so everything that could do harm there is refused or written out here.

use url::Url;

use crate::language::unseen::legible;
use crate::model::published::Published;
use crate::model::source::claim_id::ClaimId;

/// Why a file is not one that a site of ours could have: an id that no claim can have, an address that is not of
/// the web, or a path that leads out of the site.
pub(super) fn objection(page: &Published) -> Option<String> {
    let claims = &page.promises.claims;
    let retracted = page.retracted.iter().map(|one| &one.id);
    let changed = page.changes.iter().filter_map(|one| one.change.claim.as_ref());
    let mut ids = claims.iter().map(|one| &one.id).chain(retracted).chain(changed);
    if let Some(id) = ids.find(|id| !ClaimId::is_one(id)) {
        return Some(format!("`{}` cannot be a claim's id", legible(id)));
    }
    let of_claims = claims.iter().flat_map(|one| [&one.policy, &one.evidence]);
    let also = claims.iter().flat_map(|one| &one.also).map(|one| &one.policy);
    let others = page.promises.not_tested.iter().map(|one| &one.policy).chain([&page.site.url]);
    if let Some(address) = of_claims.chain(also).chain(others).find(|one| !is_of_the_web(one)) {
        return Some(format!("`{address}` is not an address of a page"));
    }
    let paths = claims.iter().map(|one| &one.page);
    let paths = paths.chain(page.changes.iter().map(|one| &one.change.page));
    let mut paths = paths.chain(page.promises.not_tested.iter().map(|one| &one.page));
    paths.find(|path| !stays_within(path)).map(|path| format!("`{path}` is not a path on a site"))
}

fn is_of_the_web(address: &str) -> bool {
    Url::parse(address).map_or(address.is_empty(), |url| matches!(url.scheme(), "http" | "https"))
}

fn stays_within(path: &str) -> bool {
    path.is_empty()
        || path.split('/').all(|part| !matches!(part, "" | "." | ".."))
            && !path.contains(['\\', ':'])
}
