//! `user add`, `user passwd`, `user remove`, `user list`.

use super::file::{Content, Place};
use super::name::UserName;
use super::password::{Cost, Hash, Password, SALT};
use super::roster::Roster;
use super::store::random;
use super::{Args, What};
use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

pub(super) async fn run<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<ExitCode, String> {
    let place = Place::at(console, args.what.file()).await?;
    match &args.what {
        What::Add { name, password, .. } => {
            let free = |roster: &Roster| match roster.has(name) {
                false => Ok(()),
                true => Err(format!(
                    "{}: there is a user {name} already; `user passwd {name}` gives another password",
                    place.path()
                )),
            };
            // Asked for a password in vain, nobody is happy.
            free(&read(&place).await?)?;
            let hash = ask(sockets, console, name, password.password_stdin).await?;
            let add = |roster: &mut Roster| free(roster).map(|()| roster.set(name, hash));
            place.change(sockets, add).await?;
            console.print_line(&format!("user {name} added to {}", place.path()));
        }
        What::Passwd { name, password, .. } => {
            there(&place, &read(&place).await?, name)?;
            let hash = ask(sockets, console, name, password.password_stdin).await?;
            let change =
                |roster: &mut Roster| there(&place, roster, name).map(|()| roster.set(name, hash));
            place.change(sockets, change).await?;
            console.print_line(&format!("user {name} has another password"));
        }
        What::Remove { name, .. } => {
            let remove = |roster: &mut Roster| {
                there(&place, roster, name)?;
                roster.remove(name);
                Ok(())
            };
            // A lock file for a users file that is not there helps nobody.
            there(&place, &read(&place).await?, name)?;
            place.change(sockets, remove).await?;
            console.print_line(&format!("user {name} removed from {}", place.path()));
        }
        What::List { .. } => {
            let Content::There(bytes) = place.read().await? else {
                return Err(format!("{}: there is no such file", place.path()));
            };
            let roster = Roster::parse(&bytes);
            for (name, _) in roster.users() {
                console.print_line(name.as_str());
            }
            for complaint in roster.complaints() {
                console.error(&format!("{}, {complaint}", place.path()));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn read<F: crate::disk::Folder>(place: &Place<F>) -> Result<Roster, String> {
    Ok(match place.read().await? {
        Content::There(bytes) => Roster::parse(&bytes),
        Content::Missing => Roster::default(),
    })
}

fn there<F: crate::disk::Folder>(
    place: &Place<F>,
    roster: &Roster,
    name: &UserName,
) -> Result<(), String> {
    match roster.has(name) {
        true => Ok(()),
        false => Err(format!("{}: there is no user {name}", place.path())),
    }
}

/// The hash of a password that somebody types, twice unless it comes from a file or another program.
async fn ask<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    name: &UserName,
    once: bool,
) -> Result<Hash, String> {
    let typed = match once {
        true => console.read_line().await,
        false => console.read_secret(&format!("password for {name}: ")).await,
    };
    let password = Password::new(typed.ok_or("expected a password, got the end of the input")?);
    password.acceptable_for(name.as_str()).map_err(|error| error.to_string())?;
    if !once {
        let again = console.read_secret("the same again: ").await.map(Password::new);
        if again.is_none_or(|again| again.expose() != password.expose()) {
            return Err("the two passwords are not the same; nothing was changed".to_owned());
        }
    }
    let mut salt = [0; SALT];
    salt.copy_from_slice(&random(sockets)[..SALT]);
    let hashing = sockets.off_thread(move || Hash::make(&password, salt, Cost::RECOMMENDED));
    hashing.await.map_err(|error| error.to_string())
}
