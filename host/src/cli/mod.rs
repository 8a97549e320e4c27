//! The commands of `verbatim`. Exit status: 0 clean, 1 findings or refused, 2 used wrongly.

pub mod account;
pub mod actions;
pub mod backup;
pub mod call;
pub mod check;
pub mod classify;
pub mod client;
pub mod database;
pub mod dev;
pub mod diff;
pub mod doctor;
pub mod explain;
pub mod input;
pub mod key_file;
pub mod keys;
pub mod keywords;
pub mod kit;
pub mod migrate;
pub mod module;
pub mod opt_outs;
pub mod preview;
mod profile;
pub mod registrations;
pub mod render;
pub mod replay;
pub mod sandbox;
pub mod send;
pub mod serve;
mod show;
mod stop;
pub mod twilio;
pub mod webhooks;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::engine::{EngineError, Refusal};
use crate::log;
use crate::sandbox::LoadError;
use crate::store::StoreError;

/// SMS templates, previewed and sent by the same bytes.
#[derive(Debug, Parser)]
#[command(name = "verbatim", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::DevArgs),
    Serve(Box<serve::ServeArgs>),
    Keys(keys::KeysArgs),
    Webhooks(Box<webhooks::WebhooksArgs>),
    Migrate(migrate::MigrateArgs),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Doctor(Box<doctor::DoctorArgs>),
    Account(Box<account::AccountArgs>),
    Registrations(Box<registrations::RegistrationsArgs>),
    Keywords(keywords::KeywordsArgs),
    OptOuts(opt_outs::OptOutsArgs),
    Import(Box<kit::ImportArgs>),
    Export(kit::ExportArgs),
    Check(check::CheckArgs),
    Diff(diff::DiffArgs),
    Explain(explain::ExplainArgs),
    Preview(preview::PreviewArgs),
    Render(render::RenderArgs),
    Replay(replay::ReplayArgs),
    Classify(classify::ClassifyArgs),
    Send(Box<send::SendArgs>),
    Actions(Box<actions::ActionsArgs>),
    Call(call::CallArgs),
    Module(module::ModuleArgs),
}

impl Command {
    /// Whether a machine reads the logs.
    fn logs_json(&self) -> bool {
        matches!(self, Self::Serve(args) if args.json)
    }
}

/// Runs what the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    log::start(arguments.command.logs_json(), show::colours_are_wanted());
    let done = match arguments.command {
        Command::Dev(args) => with_runtime(dev::run(args)),
        Command::Serve(args) => with_runtime(serve::run(*args)),
        Command::Keys(args) => with_runtime(keys::run(args)),
        Command::Webhooks(args) => with_runtime(webhooks::run(*args)),
        Command::Migrate(args) => with_runtime(migrate::run(args)),
        Command::Backup(args) => backup::run_backup(&args),
        Command::Restore(args) => with_runtime(backup::run_restore(args)),
        Command::Doctor(args) => with_runtime(doctor::run(*args)),
        Command::Account(args) => with_runtime(account::run(*args)),
        Command::Registrations(args) => with_runtime(registrations::run(*args)),
        Command::Keywords(args) => with_runtime(keywords::run(args)),
        Command::OptOuts(args) => with_runtime(opt_outs::run(args)),
        Command::Import(args) => with_runtime(kit::run_import(*args)),
        Command::Export(args) => with_runtime(kit::run_export(args)),
        Command::Check(args) => check::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Preview(args) => preview::run(&args),
        Command::Render(args) => render::run(args),
        Command::Replay(args) => with_runtime(replay::run(args)),
        Command::Classify(args) => classify::run(&args),
        Command::Send(args) => with_runtime(send::run(*args)),
        Command::Actions(args) => with_runtime(actions::run(*args)),
        Command::Call(args) => call::run(&args),
        Command::Module(args) => return module::run(&args),
    };
    match done {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::Found) => ExitCode::from(1),
        Err(error) => {
            eprintln!("verbatim: {error}");
            ExitCode::from(match error {
                CliError::Usage(_) => 2,
                CliError::Refused(_) => 1,
            })
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing to complain of.
    Clean,
    /// Findings, or a refusal that was printed.
    Found,
}

/// Why a command did not do its work, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// It was called wrongly: exit status 2.
    #[error("{0}")]
    Usage(String),
    /// What it was given, or asked for, was refused: exit status 1.
    #[error("{0}")]
    Refused(String),
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::Refused(format!("could not write the output: {error}"))
    }
}

/// The module's refusal, if it is one; another failure ends the command.
fn refusal(error: EngineError) -> Result<Refusal, CliError> {
    match error {
        EngineError::Refused(refusal) => Ok(refusal),
        EngineError::Call(_) | EngineError::Nonsense(_) => {
            Err(CliError::Refused(error.to_string()))
        }
    }
}

fn with_runtime(work: impl Future<Output = Result<Done, CliError>>) -> Result<Done, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Refused(format!("could not start: {error}")))?
        .block_on(work)
}

/// Prints the module's refusal: as ABI.md has it, or as one sentence.
fn refused(refusal: &Refusal, json: bool) -> Result<Done, CliError> {
    if json {
        println!("{}", serde_json::json!({ "error": refusal }));
        Ok(Done::Found)
    } else {
        Err(CliError::Refused(format!("{} ({})", show::visible(&refusal.message), refusal.code)))
    }
}
