//! The command line: one definition for parsing, `--help`, the manual and the completions. Each
//! command's own arguments are in its file under `command/`.

use clap::Parser;
use lanternet_explain::Locale;

use crate::command::Command;

#[derive(Debug, Parser)]
#[command(
    name = "lanternet",
    version,
    about = "A network lab: describe a network in a file, run programs on its hosts, see every frame and know why",
    after_help = "Exit codes: 0 fine, 1 an expectation failed or the answer is no, 2 bad input.",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// Language of the output: en, zh-CN
    ///
    /// Without it the locale of the environment decides (LANGUAGE, LC_ALL, LC_MESSAGES, LANG); a
    /// language that there are no texts in gives English.
    #[arg(long, global = true, value_name = "LANGUAGE", display_order = 900)]
    pub(crate) lang: Option<Locale>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_short_help_fits_a_screen() {
        let mut command = Cli::command();
        command.build();
        let mut all = vec![command.clone()];
        all.extend(command.get_subcommands().cloned());
        for mut command in all {
            let help = command.render_help().to_string();
            assert!(help.lines().count() <= 32, "{help}");
        }
    }
}
