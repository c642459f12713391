//! The data that every server of an engine begins with, made once per machine and copied since:
//! making them takes seconds, a copy a tenth of one.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{
    Engine, Server, find,
    place::{self, Place},
};

/// Counts the changes to how data are made that the setup's statements do not show.
const EDITION: u32 = 2;

/// The folder with the data, which nobody may change.
pub(super) fn of(engine: Engine, programs: &Path) -> anyhow::Result<PathBuf> {
    let templates = find::tools().join("server-templates");
    let template = templates.join(name(engine, programs)?);
    if template.is_dir() {
        return Ok(template);
    }
    fs::create_dir_all(&templates)?;
    // One process makes it, the others wait.
    let lock = File::create(template.with_extension("lock"))?;
    lock.lock()?;
    if !template.is_dir() {
        make(engine, programs, &template)
            .with_context(|| format!("cannot make the data of {engine}"))?;
    }
    Ok(template)
}

fn make(engine: Engine, programs: &Path, template: &Path) -> anyhow::Result<()> {
    let place = Place::new()?;
    let server = Server::initialise(engine, programs, place)?;
    engine.setup().iter().try_for_each(|statement| server.execute_at_first(statement))?;
    server.stop()?;
    // Complete or not there at all.
    let unfinished = template.with_extension("unfinished");
    let _none = fs::remove_dir_all(&unfinished);
    place::copy(&server.data(), &unfinished, &|_| Ok(()))?;
    fs::rename(&unfinished, template)?;
    Ok(())
}

/// Another program or another setup is another template.
fn name(engine: Engine, programs: &Path) -> anyhow::Result<String> {
    let program = fs::metadata(programs.join(engine.program()))?;
    let mut hasher = DefaultHasher::new();
    (EDITION, programs, program.len(), program.modified()?).hash(&mut hasher);
    engine.setup().hash(&mut hasher);
    Ok(format!("{}-{:016x}", engine.folder(), hasher.finish()))
}
