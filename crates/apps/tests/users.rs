//! A users file on this machine: asked by a server, and changed meanwhile.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use lanternet_apps::ExitCode;
use lanternet_apps::users::{Cost, Hash, Password, Roster, SALT, UserName, Users, Verdict};
use lanternet_live::Os;
use support::console::MemoryConsole;
use support::os::run;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// As weak as Argon2 allows, to be fast.
const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
    console: MemoryConsole,
}

impl File {
    /// A users file of these bytes, that its owner alone may use.
    fn with(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.txt");
        let file = Self { _folder: folder, path, console: MemoryConsole::default() };
        file.write(bytes);
        file
    }

    fn write(&self, bytes: &[u8]) {
        fs::write(&self.path, bytes).unwrap();
        self.mode(0o600);
    }

    fn mode(&self, mode: u32) {
        fs::set_permissions(&self.path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    async fn users(&self) -> Users<Os, MemoryConsole> {
        Users::load(&Os::new(), &self.console, self.path(), "serve test").await.unwrap()
    }

    fn roster(&self) -> Roster {
        Roster::parse(&fs::read(&self.path).unwrap())
    }
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn name(text: &str) -> UserName {
    UserName::new(text).unwrap()
}

/// A line of a users file.
fn line(name: &str, text: &str, cost: Cost) -> String {
    format!("{name}:{}\n", Hash::make(&password(text), [7; SALT], cost).unwrap())
}

#[tokio::test]
async fn an_unknown_name_takes_the_same_work_and_gets_the_same_answer_as_a_wrong_password() {
    let file = File::with(line("alice", "her password", Cost::RECOMMENDED).as_bytes());
    let users = file.users().await;
    let mut work = Vec::new();
    for (who, typed) in [
        ("alice", "not her password"),
        ("nobody", "her password"),
        ("No Name At All", "her password"),
        ("", ""),
    ] {
        let before = users.hashed();
        assert_eq!(users.verify(who, password(typed), HOME).await, Verdict::Wrong, "{who}");
        work.push(users.hashed() - before);
    }
    assert_eq!(work, [1, 1, 1, 1]);
    let right = users.verify("alice", password("her password"), HOME).await;
    assert_eq!(right, Verdict::Right(name("alice")));
}

#[tokio::test]
async fn the_file_may_change_while_a_server_asks_it() {
    let alice = line("alice", "her password", Cost::RECOMMENDED);
    let file = File::with(alice.as_bytes());
    let users = file.users().await;
    let asks = async |who: &str, typed: &str| users.verify(who, password(typed), HOME).await;

    let (code, _, errors) = run(
        &format!("user add bob --users {}", file.path()),
        &["bobs own words", "bobs own words"],
    )
    .await;
    assert_eq!(code, ExitCode::SUCCESS, "{errors}");
    assert_eq!(asks("bob", "bobs own words").await, Verdict::Right(name("bob")), "at once");

    // A broken line is one user's alone, and is named once.
    file.write(format!("{alice}bob:$argon2id$v=19$m=oops\n").as_bytes());
    assert_eq!(asks("bob", "bobs own words").await, Verdict::Wrong);
    assert_eq!(asks("alice", "her password").await, Verdict::Right(name("alice")));
    let told = file.console.errors();
    assert_eq!(told.matches("line 2 (user bob)").count(), 1, "{told}");
    assert!(!told.contains("oops"), "what is in a line may be a secret: {told}");

    // A file that is gone, or open to others, is not believed; what it was is.
    fs::rename(&file.path, file.path.with_extension("away")).unwrap();
    assert_eq!(asks("alice", "her password").await, Verdict::Right(name("alice")));
    file.write(line("alice", "by an intruder", CHEAP).as_bytes());
    file.mode(0o644);
    assert_eq!(asks("alice", "her password").await, Verdict::Right(name("alice")));
    assert_eq!(asks("alice", "her password").await, Verdict::Right(name("alice")));
    let told = file.console.errors();
    assert_eq!(told.matches("the file is gone; going on").count(), 1, "{told}");
    assert_eq!(told.matches("(mode 0644)").count(), 1, "{told}");

    file.write(b"");
    assert_eq!(asks("alice", "her password").await, Verdict::Wrong);
    assert!(file.console.errors().contains("it can be read again"));
}

#[tokio::test]
async fn a_file_that_others_may_use_is_refused_by_everybody() {
    for mode in [0o640, 0o604, 0o620, 0o666] {
        let file = File::with(b"");
        file.mode(mode);
        let refused = Users::load(&Os::new(), &file.console, file.path(), "serve test").await.err();
        let words = format!("(mode {mode:04o})");
        assert!(refused.is_some_and(|why| why.contains(&words) && why.contains("chmod 600")));
        let (code, _, errors) = run(
            &format!("user add bob --password-stdin --users {}", file.path()),
            &["bobs own words"],
        )
        .await;
        assert_eq!(code, ExitCode::ERROR);
        assert!(errors.contains(&words), "{errors}");
    }
}

#[tokio::test]
async fn a_weak_hash_is_made_anew_at_the_next_good_login() {
    let file = File::with(format!("# staff\n{}", line("alice", "her password", CHEAP)).as_bytes());
    let users = file.users().await;
    assert_eq!(users.verify("alice", password("a guess"), HOME).await, Verdict::Wrong);
    assert_eq!(file.roster().hash(&name("alice")).unwrap().cost(), CHEAP);
    let right = Verdict::Right(name("alice"));
    assert_eq!(users.verify("alice", password("her password"), HOME).await, right);
    let roster = file.roster();
    assert_eq!(roster.hash(&name("alice")).unwrap().cost(), Cost::RECOMMENDED);
    assert!(roster.to_bytes().starts_with(b"# staff\nalice:"));
    assert_eq!(users.verify("alice", password("her password"), HOME).await, right);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_the_same_time_all_happen_and_the_file_is_private_throughout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.txt").to_str().unwrap().to_owned();
    let adding: Vec<_> = (0..12)
        .map(|n| {
            let line = format!("user add user{n} --password-stdin --users {path}");
            tokio::spawn(async move { run(&line, &["some good words"]).await })
        })
        .collect();
    for adding in adding {
        let (code, _, errors) = adding.await.unwrap();
        assert_eq!(code, ExitCode::SUCCESS, "{errors}");
    }
    assert_eq!(Roster::parse(&fs::read(&path).unwrap()).users().count(), 12);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        assert!(!entry.file_name().to_str().unwrap().ends_with(".tmp"), "{entry:?}");
    }
}

#[tokio::test]
async fn a_guesser_is_refused_without_any_hashing_and_the_owner_elsewhere_is_not() {
    let file = File::with(line("alice", "her password", CHEAP).as_bytes());
    let users = file.users().await;
    let guesser = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    // All at once: nobody waits for the answer to the guess before.
    let guesses: Vec<_> = (0..200)
        .map(|n| {
            let users = users.clone();
            let guess = password(&format!("guess {n}"));
            tokio::spawn(async move { users.verify("alice", guess, guesser).await })
        })
        .collect();
    let (mut wrong, mut refused) = (0, 0);
    for guess in guesses {
        match guess.await.unwrap() {
            Verdict::Wrong => wrong += 1,
            Verdict::TooMany(_) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, refused), (6, 194));
    assert_eq!(users.hashed(), 6);
    let right = users.verify("alice", password("her password"), HOME).await;
    assert_eq!(right, Verdict::Right(name("alice")));
}

#[tokio::test]
async fn a_user_is_added_changed_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.txt").to_str().unwrap().to_owned();
    let user = async |what: &str, input: &[&str]| {
        let (code, output, errors) = run(&format!("user {what} --users {path}"), input).await;
        (code.0, output, errors)
    };
    let told = |(code, output, errors): &(u8, String, String), expected: u8, words: &str| {
        assert_eq!(*code, expected, "{output}{errors}");
        assert!(format!("{output}{errors}").contains(words), "{output}{errors}");
    };
    told(&user("list", &[]).await, 2, "there is no such file");
    told(&user("passwd ann", &["x"]).await, 2, "there is no user ann");
    told(&user("add ann", &["short", "short"]).await, 2, "at least 8 characters, got 5");
    told(&user("add ann", &["good words", "other words"]).await, 2, "not the same");
    told(&user("add ann", &[]).await, 2, "end of the input");
    told(&user("add ann", &["good words", "good words"]).await, 0, "user ann added");
    told(&user("add ann", &[]).await, 2, "there is a user ann already");
    told(&user("passwd ann", &["new words!", "new words!"]).await, 0, "another password");
    let (_, output, _) = user("list", &[]).await;
    assert_eq!(output, "ann\n");
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept.starts_with("ann:$argon2id$v=19$m=19456,t=2,p=1$") && !kept.contains("words"));
    told(&user("remove ann", &[]).await, 0, "user ann removed");
    told(&user("remove ann", &[]).await, 2, "there is no user ann");
}
