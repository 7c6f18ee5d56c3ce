//! For tests: a project without sources.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::model::plan::expect::Refusal;
use crate::model::project::world::{Limits, World};
use crate::model::project::{Project, Site};
use crate::model::source::Sources;

/// A project with this target, which may write and run programs, and nothing else.
pub(crate) fn project(target: &str) -> Project {
    Project {
        keep: Vec::new(),
        languages: Vec::new(),
        site: Site {
            title: "Security".into(),
            organisation: "Example".into(),
            url: "https://security.example.com".parse().unwrap(),
            language: "en".into(),
            versions: false,
            raw_html: Default::default(),
        },
        products: IndexMap::new(),
        roles: IndexMap::new(),
        hosts: BTreeMap::new(),
        actors: IndexMap::new(),
        secrets: BTreeMap::new(),
        tenants: Vec::new(),
        unset: BTreeMap::new(),
        contacts: Vec::new(),
        limits: Limits::default(),
        writes: true,
        commands: true,
        refusal: Refusal::standard(),
        refusals: BTreeMap::new(),
        jwts: Default::default(),
        release: None,
        forge: None,
        endpoints: Vec::new(),
        asked: Default::default(),
        world: World::public(target.parse().unwrap()),
        policies: Vec::new(),
        claims: Vec::new(),
        attestations: BTreeMap::new(),
        waivers: BTreeMap::new(),
        templates: BTreeMap::new(),
        sources: Sources::default(),
    }
}
