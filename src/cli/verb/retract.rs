//! `avouch retract`: marks failed claims on a published site. It needs no sources, and trusts a stored
//! verdict, because it can only downgrade claims.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use avouch::model::answer::verdict::Verdict;
use avouch::model::judge::assessment::Assessment;
use avouch::model::published;
use avouch::model::published::Published;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::time::in_words;
use avouch::render;
use avouch::render::Files;
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::Terminal;
use clap::Args;
use jiff::Timestamp;

use crate::disk::{publish, store};
use crate::exit::Exit;
use crate::terminal::console::Console;

/// `avouch retract`
#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// The evidence of the run in which claims failed
    #[arg(long, value_name = "FILE", default_value = "assessment.json")]
    assessment: PathBuf,
    /// The folder of the published site
    #[arg(long, value_name = "DIR", default_value = "public")]
    out: PathBuf,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Retract, console: Console) -> Result<Exit, Exit> {
    let assessment = store::read(&root.join(&args.assessment), console)?;
    let out = root.join(&args.out);
    let failed = |message: String, help: &str| {
        console.error(message, help);
        Exit::Unusable
    };
    let not_there = |why: String| {
        let message = format!("`{}` is not a published site: {why}", args.out.display());
        failed(message, "name the folder that `avouch build` published to")
    };
    let mut files = Files::new();
    gather(&out, "", &mut files).map_err(|error| not_there(error.to_string()))?;
    // Publishing writes a new one.
    files.remove(publish::MARKER);
    let claims =
        files.get("claims.json").ok_or_else(|| not_there("it has no `claims.json`".into()))?;
    let page = published::read(claims).map_err(not_there)?;
    same_target(&page, &assessment)
        .map_err(|why| failed(why, "use an assessment of the service that the page describes"))?;
    let found = violated(&page, &assessment, console);
    if found.is_empty() {
        console.message("nothing to mark: no claim of the page failed");
        return Ok(Exit::Holds);
    }
    let site = render::retract(&files, page, &found).map_err(|why| failed(why, ""))?;
    publish::publish(&site, &out).map_err(|error| failed(error.to_string(), error.help()))?;
    for (id, since) in &found {
        let line = Text::<Terminal>::from(format!("{id}: failed since {}", in_words(*since)));
        console.conclude(line.own("\n").finish())?;
    }
    Ok(Exit::Violated)
}

/// Reads every file of a site, by its path within the site.
fn gather(folder: &Path, below: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn same_target(page: &Published, assessment: &Assessment) -> Result<(), String> {
    let world = &assessment.world;
    let same = page.target.demo == world.demo && (world.demo || page.target.name == world.target);
    let other = if world.demo { "the demo" } else { &world.target };
    if same {
        return Ok(());
    }
    Err(format!("the page describes `{}`, and the assessment `{other}`", page.target.name))
}

/// The failed claims of the page, each with the time of the failure.
fn violated(
    page: &Published,
    assessment: &Assessment,
    console: Console,
) -> BTreeMap<ClaimId, Timestamp> {
    let mut found = BTreeMap::new();
    for claim in &page.promises.claims {
        let evidence = assessment.claims.get(&claim.id);
        let Some(evidence) = evidence.filter(|one| one.verdict == Verdict::Violated) else {
            continue;
        };
        let is_waived = claim.standing == "waived";
        if evidence.binding.words.0 != claim.digest {
            console.message(format!(
                "`{}` failed with different words from the published ones: not marked",
                claim.id
            ));
        } else if claim.standing != "violated" && !is_waived {
            found.insert(claim.id.clone(), evidence.last().unwrap_or(assessment.finished));
        }
    }
    found
}
