//! What is set, by whom: flag, then `PERENNIAL_*`, then the file, then the default. `config view --origin` shows it.

pub(crate) mod fault;
pub(crate) mod file;
pub(crate) mod key;
pub(crate) mod suppress;

pub(crate) use fault::{Fault, Place, What};
pub(crate) use file::File;
pub(crate) use key::{Key, Values};
pub(crate) use suppress::Silence;

use crate::args::{Cli, Plan, Renew, Verb, formats, language_flag};
use crate::exit::FailOn;
use crate::language::{self, Language};
use camino::Utf8PathBuf;
use clap::ArgMatches;
use clap::parser::ValueSource;

/// The environment, as a function.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who has set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag of this call, by its name.
    Flag(&'static str),
    /// A variable, by its name.
    Variable(&'static str),
    /// The file.
    File {
        /// Which.
        path: Utf8PathBuf,
        /// Its line, from 1.
        line: usize,
    },
    /// Another value asks for it (`-o nagios` for warnings).
    Implied(&'static str),
    /// Nobody.
    Default,
}

/// The language of this call, and who has chosen it: `--lang`, `PERENNIAL_LANG` (a locale will do), the file, then the
/// locale.
pub(crate) fn language(
    arguments: &[String],
    variable: Environment<'_>,
    file: Option<&File>,
) -> (Language, Origin) {
    if let Some(language) = language_flag(arguments) {
        return (language, Origin::Flag(Key::Lang.flag()));
    }
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let chosen = language::choose(None, variable);
    if set(Key::Lang.variable()) {
        return (chosen, Origin::Variable(Key::Lang.variable()));
    }
    if let Some(configured) = file.and_then(File::language) {
        return configured;
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find(|name| set(name));
    (chosen, locale.map_or(Origin::Default, Origin::Variable))
}

/// Everything that is set, for this call.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The values.
    pub(crate) values: Values,
    /// Who has set each of them, in the order of [`Key::ALL`].
    pub(crate) origins: Vec<(Key, Origin)>,
    /// The form of the answer if no flag asked for one, and who has set it.
    pub(crate) usual_output: (String, Origin),
    /// What shall not count.
    pub(crate) silences: Vec<Silence>,
    /// How many silences of the file are not used, because a copied tree is looked at.
    pub(crate) left_out: usize,
    /// The file that was read.
    pub(crate) file: Option<Utf8PathBuf>,
}

impl Settings {
    /// Puts together what this call, the environment and the file say, and writes it into the command line.
    pub(crate) fn apply(
        cli: &mut Cli,
        matches: &ArgMatches,
        language: (Language, Origin),
        variable: Environment<'_>,
        file: Option<File>,
    ) -> Result<Self, Fault> {
        let mut values = flags(cli, language.0);
        let mut origins = Vec::new();
        let mut usual_output = (Values::default().text(Key::Output), Origin::Default);
        for key in Key::ALL {
            let flag = key == Key::Lang || given(matches, key);
            let mut usual = values.clone();
            let (below, origin) = match below(key, &mut usual, variable, file.as_ref())? {
                Some(origin) => (usual, origin),
                None => (values.clone(), Origin::Default),
            };
            if key == Key::Output && origin != Origin::Default {
                usual_output = (below.text(key), origin.clone());
            }
            let origin = match flag {
                true if key == Key::Lang => language.1.clone(),
                true => Origin::Flag(key.flag()),
                false => {
                    values = below;
                    origin
                }
            };
            origins.push((key, origin));
        }
        // What is set for all calls may be a form that this verb does not have: it answers in its usual one.
        let forms = formats(matches.subcommand_name().unwrap_or_default());
        for (key, origin) in &mut origins {
            let asked = matches!(origin, Origin::Flag(_));
            if *key == Key::Output && !asked && !forms.contains(&values.output) {
                values.output = Values::default().output;
                *origin = Origin::Default;
            }
        }
        // A plugin that is green while there are warnings would be the plugin's own fault.
        for (key, origin) in &mut origins {
            let nagios = values.output == crate::args::Format::Nagios;
            if nagios && *key == Key::FailOn && *origin == Origin::Default {
                values.fail_on = FailOn::Warning;
                *origin = Origin::Implied("-o nagios");
            }
        }
        write_back(cli, &values);
        let (silences, left_out) = silences(cli, variable, file.as_ref())?;
        Ok(Self { values, origins, usual_output, silences, left_out, file: file.map(|file| file.path) })
    }
}

/// Whether it stands on the command line.
fn given(matches: &ArgMatches, key: Key) -> bool {
    let id = key.argument();
    let here = matches.ids().any(|one| one.as_str() == id)
        && matches.value_source(id) == Some(ValueSource::CommandLine);
    here || matches.subcommand().is_some_and(|(_, of_verb)| given(of_verb, key))
}

/// What is set without a flag, and by whom.
fn below(
    key: Key,
    values: &mut Values,
    variable: Environment<'_>,
    file: Option<&File>,
) -> Result<Option<Origin>, Fault> {
    // A locale may stand in this one, and which language it means is known already.
    if key == Key::Lang {
        return Ok(None);
    }
    if let Some(text) = variable(key.variable()).filter(|text| !text.is_empty()) {
        if !values.set(key, &text) {
            let what = What::WrongValue { key, given: text };
            return Err(Fault { place: Place::Variable(key.variable()), what });
        }
        return Ok(Some(Origin::Variable(key.variable())));
    }
    let Some(file) = file else { return Ok(None) };
    let Some((_, text, line)) = file.values.iter().find(|(of, ..)| *of == key) else { return Ok(None) };
    // It was read as the file was.
    values.set(key, text);
    Ok(Some(Origin::File { path: file.path.clone(), line: *line }))
}

/// The values of this call.
fn flags(cli: &Cli, language: Language) -> Values {
    let default = Values::default();
    let global = &cli.global;
    Values {
        output: global.output,
        warn: global.warn.unwrap_or(default.warn),
        crit: global.crit.unwrap_or(default.crit),
        fail_on: global.fail_on,
        lang: language,
        color: global.color,
        ascii: global.ascii,
        no_progress: global.no_progress,
        validity: match &cli.verb {
            Some(Verb::Renew(renew)) => renew.wanted.validity,
            Some(Verb::Plan(plan)) => plan.wanted.validity,
            _ => default.validity,
        },
        restart_apiserver: match &cli.verb {
            Some(Verb::Renew(renew)) => renew.wanted.restart_apiserver,
            Some(Verb::Plan(plan)) => plan.wanted.restart_apiserver,
            Some(Verb::Reload(reload)) => reload.restart_apiserver,
            _ => default.restart_apiserver,
        },
    }
}

fn write_back(cli: &mut Cli, values: &Values) {
    let global = &mut cli.global;
    global.output = values.output;
    global.warn = Some(values.warn);
    global.crit = Some(values.crit);
    global.fail_on = values.fail_on;
    global.color = values.color;
    global.ascii = values.ascii;
    global.no_progress = values.no_progress;
    match &mut cli.verb {
        Some(Verb::Renew(Renew { wanted, .. }) | Verb::Plan(Plan { wanted, .. })) => {
            wanted.validity = values.validity;
            wanted.restart_apiserver = values.restart_apiserver;
        }
        Some(Verb::Reload(reload)) => reload.restart_apiserver = values.restart_apiserver,
        _ => {}
    }
}

/// Those of the flag come first: the first one that fits counts. Of a copied tree the silences of this machine's own
/// file say nothing; those of a file that was asked for do.
fn silences(
    cli: &Cli,
    variable: Environment<'_>,
    file: Option<&File>,
) -> Result<(Vec<Silence>, usize), Fault> {
    const VARIABLE: &str = "PERENNIAL_SUPPRESS";
    let mut all = Vec::new();
    if let Some(Verb::Check(check)) = &cli.verb {
        let flag = |suppression: &perennial_core::assess::Suppression| Silence {
            suppression: suppression.clone(),
            origin: Origin::Flag("--suppress"),
        };
        all.extend(check.suppress.iter().map(flag));
    }
    for word in variable(VARIABLE).unwrap_or_default().split_whitespace() {
        let suppression = suppress::parse(word).map_err(|wrong| Fault {
            place: Place::Variable(VARIABLE),
            what: What::WrongSuppression { given: word.to_owned(), wrong },
        })?;
        all.push(Silence { suppression, origin: Origin::Variable(VARIABLE) });
    }
    let Some(file) = file else { return Ok((all, 0)) };
    if cli.global.root.is_some() && !file.asked_for {
        return Ok((all, file.silences.len()));
    }
    all.extend(file.silences.iter().cloned());
    Ok((all, 0))
}
