//! The command line. Every text that a person reads stands in `language::help`, in both languages, and is put in
//! place here by the name of the verb and the argument.

pub(crate) mod as_of;
mod before;
mod change;
mod kubeconfig;

pub(crate) use change::{Apply, Plan, Reload, Renew, Told, Wanted};
pub(crate) use kubeconfig::{Kubeconfig, Refresh, Sign};

pub(crate) use before::{format_wanted, language_flag, value_of};

use crate::completion::Shell;
use crate::config::suppress;
use crate::exit::FailOn;
use crate::language::{Language, help};
use crate::terminal::{ColorChoice, WIDTH};
use camino::{Utf8Path, Utf8PathBuf};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, Args, Command, CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;
use perennial_core::assess::{Policy, Suppression, Threshold, duration};
use perennial_core::plan::RestartApiserver;
use perennial_pki::reissue::AlternativeName;
use std::fs::File;
use std::sync::Arc;

#[derive(Debug, Parser)]
#[command(name = "perennial", disable_help_flag = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    #[arg(short = 'o', long, global = true, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<Utf8PathBuf>,
    #[arg(long, global = true, value_name = "LIMIT")]
    pub(crate) warn: Option<Threshold>,
    #[arg(long, global = true, value_name = "LIMIT")]
    pub(crate) crit: Option<Threshold>,
    #[arg(long, global = true, value_name = "SEVERITY", default_value = "critical")]
    pub(crate) fail_on: FailOn,
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// `-o`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[value(alias = "text")]
    Table,
    /// For people, with everything.
    Wide,
    /// For chats and tickets: the coded lines and the counts.
    Short,
    /// For programs.
    Json,
    /// For programs.
    Yaml,
    /// For continuous integration.
    Junit,
    /// For Nagios, Icinga and their kin.
    Nagios,
    /// Names alone, one a line.
    Name,
    /// As kubeadm prints it.
    Kubeadm,
    /// For Graphviz.
    Dot,
}

impl Format {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Wide => "wide",
            Self::Short => "short",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Junit => "junit",
            Self::Nagios => "nagios",
            Self::Name => "name",
            Self::Kubeadm => "kubeadm",
            Self::Dot => "dot",
        }
    }
}

/// The forms of most verbs.
const USUAL: &[Format] = &[Format::Table, Format::Json, Format::Yaml];

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Check(Check),
    List(List),
    Inspect(Inspect),
    Graph(Graph),
    Plan(Plan),
    Renew(Renew),
    Apply(Apply),
    Reload(Reload),
    #[command(subcommand, disable_help_subcommand = true)]
    Csr(Csr),
    #[command(subcommand, disable_help_subcommand = true)]
    Kubeconfig(Kubeconfig),
    Verify(Verify),
    #[command(subcommand, disable_help_subcommand = true)]
    Evidence(Evidence),
    Diagnose(Diagnose),
    Backup(Backup),
    Explain(Explain),
    #[command(subcommand, disable_help_subcommand = true)]
    Config(Config),
    Version,
    Completion(Completion),
    #[command(hide = true)]
    Man(Man),
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[arg(long)]
    pub(crate) secrets: bool,
    #[arg(long, value_name = "DATE", value_parser = future)]
    pub(crate) as_of: Option<String>,
    #[arg(long, value_name = "CODE", value_parser = suppression)]
    pub(crate) suppress: Vec<Suppression>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    View(View),
}

#[derive(Debug, Args)]
pub(crate) struct View {
    #[arg(long)]
    pub(crate) origin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[arg(long, value_name = "DATE", value_parser = future)]
    pub(crate) as_of: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[arg(value_name = "WHAT")]
    pub(crate) what: String,
    #[arg(long, value_name = "NAME")]
    pub(crate) server_name: Option<String>,
}

/// The forms in which a verb can answer, by its name.
pub(crate) fn formats(verb: &str) -> &'static [Format] {
    match verb {
        "list" => &[Format::Table, Format::Wide, Format::Json, Format::Yaml, Format::Name, Format::Kubeadm],
        "graph" => &[Format::Table, Format::Json, Format::Yaml, Format::Dot],
        "check" => &[Format::Table, Format::Short, Format::Json, Format::Yaml, Format::Junit, Format::Nagios],
        // A script, a page.
        "completion" | "man" => &[Format::Table],
        _ => USUAL,
    }
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[arg(long)]
    pub(crate) secrets: bool,
}

/// Where the passphrases of encrypted CA keys are read.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Passphrases {
    #[arg(long, value_name = "FILE", value_parser = passphrase_file)]
    pub(crate) ca_passphrase_file: Vec<PassphraseFile>,
    #[arg(long, value_name = "N", value_parser = descriptor)]
    pub(crate) ca_passphrase_fd: Option<Descriptor>,
}

/// A file descriptor that was open when perennial began, and what it leads to.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    /// Its name.
    pub(crate) path: String,
    /// Opened once more.
    pub(crate) file: Arc<File>,
}

/// `FILE`, or `NAME=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PassphraseFile {
    /// Of every CA that has none of its own.
    All(Utf8PathBuf),
    /// Of one CA.
    Of {
        /// The CA's name.
        authority: String,
        /// The file.
        file: Utf8PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Csr {
    Export(Export),
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<Utf8PathBuf>,
    #[arg(long, value_name = "FILE", value_parser = ["-"], allow_hyphen_values = true, conflicts_with = "dir")]
    pub(crate) out: Option<String>,
    #[arg(long)]
    pub(crate) reuse_keys: bool,
    #[arg(long = "force", conflicts_with = "reuse_keys")]
    pub(crate) new_key: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(value_name = "FILE", required = true)]
    pub(crate) returned: Vec<Utf8PathBuf>,
    #[arg(long)]
    pub(crate) no_workload: bool,
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Where the events of a run go.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EventsTo {
    #[arg(long = "events", value_name = "FILE|-")]
    pub(crate) events: Option<Utf8PathBuf>,
}

impl EventsTo {
    /// The file, or `-`.
    pub(crate) fn target(&self) -> Option<&Utf8Path> {
        self.events.as_deref()
    }
}

/// Whether and how the operator agrees.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Consent {
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long, short = 'y', conflicts_with = "dry_run")]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[arg(long)]
    pub(crate) workload: bool,
    #[command(flatten)]
    pub(crate) events: EventsTo,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    Verify(EvidenceFile),
}

#[derive(Debug, Args)]
pub(crate) struct EvidenceFile {
    #[arg(value_name = "FILE")]
    pub(crate) file: Utf8PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<Utf8PathBuf>,
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) since: Option<SignedDuration>,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[arg(value_name = "DIR")]
    pub(crate) directory: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[arg(value_name = "CODE")]
    pub(crate) codes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Completion {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    #[arg(value_name = "DIR", id = "man_directory")]
    pub(crate) directory: Option<Utf8PathBuf>,
}

/// `--restart-apiserver`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WhenRestart {
    /// Where it is needed.
    Auto,
    /// Never.
    Never,
    /// In every run.
    Always,
}

impl From<WhenRestart> for RestartApiserver {
    fn from(when: WhenRestart) -> Self {
        match when {
            WhenRestart::Auto => Self::Auto,
            WhenRestart::Never => Self::Never,
            WhenRestart::Always => Self::Always,
        }
    }
}

/// `--issuer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Issuer {
    /// perennial itself.
    Perennial,
    /// The node's kubeadm.
    Kubeadm,
}

/// A moment, as it was typed.
fn future(text: &str) -> Result<String, String> {
    as_of::parse(text).map(|_| text.to_owned())
}

/// How long a new certificate lives. `6m` is six minutes, and whoever types it means months.
pub(crate) fn life(text: &str) -> Result<SignedDuration, String> {
    let length = duration(text)?;
    if length < SignedDuration::from_hours(1) { Err(format!("{text} is too short")) } else { Ok(length) }
}

/// What shall not count.
fn suppression(text: &str) -> Result<Suppression, String> {
    suppress::parse(text).map_err(|wrong| format!("{text}: {wrong:?}"))
}

/// What stands before `=` is a CA's name, unless it is a path.
fn passphrase_file(text: &str) -> Result<PassphraseFile, String> {
    match text.split_once('=').filter(|(name, _)| !name.contains('/')) {
        Some((name, file)) if name.is_empty() || file.is_empty() => Err(format!("{text} is not NAME=FILE")),
        Some((name, file)) => Ok(PassphraseFile::Of { authority: name.to_owned(), file: file.into() }),
        None if text.is_empty() => Err("a file is needed".to_owned()),
        None => Ok(PassphraseFile::All(text.into())),
    }
}

/// It is taken hold of before anything else is opened: later the number may be one of perennial's own.
fn descriptor(number: &str) -> Result<Descriptor, String> {
    let number: u16 =
        number.parse().map_err(|_| format!("{number} is not the number of a file descriptor"))?;
    let path = format!("/dev/fd/{number}");
    let file = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(Descriptor { path, file: Arc::new(file) })
}

/// A name or an address of a server.
fn alternative_name(text: &str) -> Result<AlternativeName, String> {
    AlternativeName::parse(text).ok_or_else(|| format!("{text} is neither a DNS name nor an IP address"))
}

impl Global {
    /// When an end is near.
    pub(crate) fn policy(&self) -> Policy {
        let default = Policy::default();
        Policy::new(self.warn.unwrap_or(default.warn), self.crit.unwrap_or(default.critical))
    }
}

/// The names of all verbs.
pub(crate) fn verbs() -> Vec<String> {
    Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

/// A verb that takes, offers and names the forms of its own, and no other's.
fn with_own_formats(verb: Command, name: &str, output: Option<&Arg>) -> Command {
    let Some(output) = output else { return verb };
    let words = formats(name).iter().filter_map(ValueEnum::to_possible_value);
    let parser = PossibleValuesParser::new(words).try_map(|word| Format::from_str(&word, false));
    verb.arg(output.clone().value_parser(parser))
}

/// The command line with its texts in one language.
pub(crate) fn command(language: Language) -> Command {
    let help_flag = Arg::new("help").short('h').long("help").global(true).action(ArgAction::Help);
    let version_flag = Arg::new("version").short('V').long("version").action(ArgAction::SetTrue);
    let root = Cli::command().arg(help_flag).arg(version_flag).disable_version_flag(true);
    let root = root.subcommand_help_heading(help::heading_verbs(language)).max_term_width(WIDTH);
    let output = root.get_arguments().find(|argument| argument.get_id() == "output").cloned();
    translate(root, language, "perennial").mut_subcommands(|verb| {
        let name = verb.get_name().to_owned();
        let verb = verb.subcommand_help_heading(help::heading_verbs(language));
        let verb = with_own_formats(verb, &name, output.as_ref());
        translate(verb, language, &name).mut_subcommands(|second| {
            let second = with_own_formats(second, &name, output.as_ref());
            let name = format!("{name} {}", second.get_name());
            translate(second, language, &name)
        })
    })
}

/// `name`: all words behind `perennial`.
fn translate(command: Command, language: Language, name: &str) -> Command {
    let texts = help::verb(language, name);
    let template =
        format!("{{about}}\n\n{}\n  {{usage}}\n\n{{all-args}}{{after-help}}", help::heading_usage(language));
    let command = command
        .about(texts.about)
        .override_usage(texts.usage)
        .after_help(help::after(language, &texts))
        .help_template(template);
    command.mut_args(|argument| {
        let id = argument.get_id().to_string();
        let heading = match argument {
            _ if argument.is_positional() => help::heading_arguments(language),
            _ if argument.is_global_set() || id == "version" => help::heading_global(language),
            _ => help::heading_options(language),
        };
        // Values and defaults are told in the text, in the operator's language.
        let takes_value = argument.get_action().takes_values();
        argument
            .help(help::argument(language, &id).unwrap_or_default())
            .help_heading(heading)
            .hide_default_value(takes_value)
            .hide_possible_values(takes_value)
    })
}

#[cfg(test)]
mod tests;
