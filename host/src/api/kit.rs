//! A project of the Agent Development Kit: its files into the project, and the project into its files.
//! No file of this machine is read or written for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use crate::kit::{self, Edit, ImportError, Imported, Kit, Plan};

/// The files of a project.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    /// The text of each by its path in the project's folder, e.g. `config/sms_templates.yaml`; what
    /// the kit has no place for is not read.
    files: BTreeMap<PathBuf, String>,
}

/// How an import is done.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportQuery {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Delete what the files do not hold; a file that is not there deletes nothing.
    #[serde(default)]
    prune: bool,
}

/// The files that are to say something else.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Exported {
    files: Vec<ExportedFile>,
    /// What the kit will refuse of them.
    warnings: Vec<String>,
}

/// A file with what it is to say.
#[derive(Debug, Serialize, JsonSchema)]
struct ExportedFile {
    path: PathBuf,
    text: String,
    /// The lines that differ, as `diff -u` shows them.
    diff: String,
}

impl From<Edit> for ExportedFile {
    fn from(edit: Edit) -> Self {
        Self { diff: edit.diff(), path: edit.path, text: edit.after }
    }
}

/// `POST /v1/project/import`: all of it or nothing.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    Params(query): Params<ImportQuery>,
    input: Input<Files>,
) -> Result<Json<Imported>, Problem> {
    let kit = Kit::of(input.value.files).map_err(|problems| wrong(&problems))?;
    if kit.is_empty() {
        let detail = "expected `config/sms_templates.yaml` or another file of the kit in `files`, \
                      found none";
        return Err(Problem::unprocessable("no_kit", detail));
    }
    let plan = Plan { prune: query.prune, dry_run: query.dry_run };
    let imported = kit::import(&app.store, &app.engine, &kit, plan).await?;
    app.registrations.may_have_changed();
    Ok(Json(imported))
}

/// `POST /v1/project/export`: the given files, where they are to say something else, and those that
/// are to be made.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    input: Input<Files>,
) -> Result<Json<Exported>, Problem> {
    let kit = Kit::of(input.value.files).map_err(|problems| wrong(&problems))?;
    let entries = kit::stored(&app.store).await?;
    let edits = kit.edits(&entries).map_err(|problem| wrong(&[problem]))?;
    Ok(Json(Exported {
        files: edits.into_iter().map(ExportedFile::from).collect(),
        warnings: kit::warnings(&entries),
    }))
}

/// What is wrong in the files: the first in a sentence, and all of it in `problems`.
fn wrong(problems: &[kit::Problem]) -> Problem {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let detail = match problems.len() {
        1 => first,
        count => format!("{first}, and {} more", count - 1),
    };
    Problem::unprocessable("kit_refused", detail).with("problems", json!(problems))
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Problems(problems) => wrong(&problems),
            ImportError::Store(error) => error.into(),
            ImportError::Engine(error) => error.into(),
        }
    }
}
