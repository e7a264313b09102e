//! What holds for every command: exit codes, messages, language, a reader that goes away.

mod common;

use common::{Run, command, lanternet};

#[test]
fn mistakes_on_the_command_line_start_with_the_name_and_exit_2() {
    lanternet(&["subnt"]).exits(2).stdout_is("").stderr_has(
        "lanternet: unrecognized subcommand 'subnt'\n\n  tip: a similar subcommand exists: 'subnet'\n",
    );
    lanternet(&["subnet", "--splt", "3"])
        .exits(2)
        .stderr_has("lanternet: unexpected argument '--splt'");
    lanternet(&["subnet"]).exits(2).stderr_has("lanternet: the following required arguments");
    lanternet(&["man", "nothing"])
        .exits(2)
        .stderr_has("lanternet: there is no command `nothing`\n");
}

#[test]
fn the_bare_command_shows_how_to_use_it() {
    lanternet(&[]).exits(2).stdout_is("").stderr_has("Usage: lanternet");
    lanternet(&["--help"]).exits(0).stderr_is("").stdout_has("Usage: lanternet");
    lanternet(&["--version"]).exits(0).stdout_has("lanternet 0.");
}

#[test]
fn the_language_comes_from_the_option_or_the_environment() {
    let with = |variable: &str, value: &str, args: &[&str]| {
        let mut command = command(args);
        for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"] {
            command.env_remove(variable);
        }
        command.env(variable, value);
        Run::new(command).exits(0)
    };
    for (variable, value) in
        [("LC_ALL", "zh_CN.UTF-8"), ("LANG", "zh_CN.UTF-8"), ("LANGUAGE", "fr:zh_CN:en")]
    {
        with(variable, value, &["port", "22"]).stdout_has("端口 22");
        with(variable, value, &["port", "22", "--lang", "en"]).stdout_has("Port 22");
    }
    for value in ["fr_FR.UTF-8", "C", "C.UTF-8", "", "nonsense"] {
        with("LANG", value, &["port", "22"]).stdout_has("Port 22");
    }
    lanternet(&["port", "22", "--lang", "zh_CN.UTF-8"]).exits(0).stdout_has("端口 22");
    lanternet(&["port", "22", "--lang", "fr"]).exits(2).stderr_has(
        "lanternet: invalid value 'fr' for '--lang <LANGUAGE>': no texts in language `fr`; \
         there are: en, zh-CN",
    );
}

#[test]
fn the_c_locale_wins_over_what_stands_behind_it() {
    let mut command = command(&["port", "22"]);
    command.env("LC_ALL", "C").env("LANG", "zh_CN.UTF-8");
    Run::new(command).exits(0).stdout_has("Port 22");
}

#[test]
fn a_reader_that_has_gone_is_no_mistake() {
    for args in [
        &["subnet", "::/0", "--split", "128"][..],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = command(args).stdout(writer).stderr(std::process::Stdio::piped()).spawn();
        let output = child.expect("the built binary starts").wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = command(&["port", "22"]).stdout(full).output().expect("the built binary starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.starts_with("lanternet: writing output: "), "{stderr}");
}

#[test]
fn every_shell_has_completions_and_every_command_a_page() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        lanternet(&["completions", shell]).exits(0).stdout_has("subnet").stdout_has("lang");
    }
    lanternet(&["man"]).exits(0).stdout_has(".TH lanternet 1");
    for command in ["subnet", "port", "completions", "man"] {
        lanternet(&["man", command]).exits(0).stdout_has(&format!(".TH lanternet-{command} 1"));
    }
}
