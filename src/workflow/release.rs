//! Reads the release of the service, as it reports it.

use crate::model::project::Project;
use crate::model::project::release::ReleaseSource;
use crate::probe::fetch;

/// The most bytes of the answer that are read.
const BYTES_MAX: usize = 64 * 1024;

/// The release that the service reports now, or why it is not known; `None` if the project does not say where
/// to read it.
pub fn read(project: &Project) -> Option<Result<String, String>> {
    let source = project.release.as_ref()?;
    Some(from(source, project).map_err(|why| format!("`{}`: {why}", source.get)))
}

fn from(source: &ReleaseSource, project: &Project) -> Result<String, String> {
    let world = &project.world;
    let address = world.target.join(&source.get).map_err(|error| error.to_string())?;
    if address.origin() != world.target.origin() {
        return Err("it is not a path of the target".to_owned());
    }
    source.name_in(&fetch::file(&address, world, BYTES_MAX)?)
}
