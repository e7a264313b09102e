//! Folders that programs write in: one test body for the disk of a simulated host and for this
//! machine's; the expected kinds of errors are what Linux says.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::ErrorKind as Kind;
use std::time::{Duration, SystemTime};

use lanternet_apps::disk::{Existing, Folder, Memory, Open, OpenFile};
use lanternet_live::{OsFile, OsFolder};
use tempfile::TempDir;

/// Runs a body on a disk in memory and on one of this machine.
macro_rules! on_both_disks {
    ($(async fn $name:ident($folder:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn body($folder: impl Folder) $body

            #[tokio::test]
            async fn in_memory() {
                body(Memory::default().with_clock(SystemTime::now)).await;
            }

            #[tokio::test]
            async fn of_this_machine() {
                let (_temporary, folder) = os_folder().await;
                body(folder).await;
            }
        })+
    };
}

async fn os_folder() -> (TempDir, OsFolder) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = OsFolder::at(temporary.path().join("top"), true).await.unwrap();
    (temporary, folder)
}

async fn put(folder: &impl Folder, path: &str, content: &[u8]) {
    let file = folder.open(path, Open::Create).await.unwrap();
    file.write_at(0, content.to_vec()).await.unwrap();
}

async fn content(folder: &impl Folder, path: &str) -> Vec<u8> {
    folder.read(path, 1000).await.unwrap()
}

fn kind<T>(outcome: std::io::Result<T>) -> Kind {
    outcome.err().expect("an error").kind()
}

on_both_disks! {
    async fn a_file_is_made_once_and_then_found(folder) {
        assert_eq!(kind(folder.open("a", Open::Read).await), Kind::NotFound);
        assert_eq!(kind(folder.open("a", Open::Write).await), Kind::NotFound);
        assert_eq!(kind(folder.metadata("a").await), Kind::NotFound);
        put(&folder, "a", b"one").await;
        assert_eq!(kind(folder.open("a", Open::Create).await), Kind::AlreadyExists);
        assert_eq!(kind(folder.open("a", Open::CreatePrivate).await), Kind::AlreadyExists);
        let found = folder.metadata("a").await.unwrap();
        assert_eq!((found.length, found.folder, found.link), (3, false, false));
        let age = SystemTime::now().duration_since(found.modified.unwrap()).unwrap_or_default();
        assert!(age < Duration::from_secs(60), "{age:?}");
    }

    async fn bytes_are_read_and_written_anywhere(folder) {
        let file = folder.open("a", Open::Create).await.unwrap();
        file.write_at(4, b"xy".to_vec()).await.unwrap();
        assert_eq!(content(&folder, "a").await, b"\0\0\0\0xy");
        file.write_at(0, b"ab".to_vec()).await.unwrap();
        assert_eq!(file.read_at(1, 4).await.unwrap(), b"b\0\0x");
        assert_eq!(file.read_at(5, 100).await.unwrap(), b"y");
        assert_eq!(file.read_at(6, 100).await.unwrap(), b"");
        assert_eq!(file.read_at(1 << 40, 1).await.unwrap(), b"");
        file.set_length(3).await.unwrap();
        file.set_length(5).await.unwrap();
        assert_eq!((content(&folder, "a").await, file.length().await.unwrap()), (b"ab\0\0\0".to_vec(), 5));
        file.sync().await.unwrap();
        let reader = folder.open("a", Open::Read).await.unwrap();
        assert!(reader.write_at(0, b"z".to_vec()).await.is_err());
        assert_eq!(kind(folder.read("a", 4).await), Kind::FileTooLarge);
        assert_eq!(folder.read("a", 5).await.unwrap(), b"ab\0\0\0");
    }

    async fn what_is_no_path_is_refused_everywhere(folder) {
        put(&folder, "a", b"").await;
        let long = "x".repeat(256);
        for path in ["/etc", "..", "../a", "d/../a", ".", "./a", "a//b", "a/", "a\\b", "a\0b", &long] {
            let wrong = Kind::InvalidInput;
            assert_eq!(kind(folder.metadata(path).await), wrong, "{path:?}");
            assert_eq!(kind(folder.entries(path).await), wrong, "{path:?}");
            assert_eq!(kind(folder.open(path, Open::Create).await), wrong, "{path:?}");
            assert_eq!(kind(folder.create_folder(path).await), wrong, "{path:?}");
            assert_eq!(kind(folder.rename("a", path, Existing::Replace).await), wrong, "{path:?}");
            assert_eq!(kind(folder.rename(path, "b", Existing::Keep).await), wrong, "{path:?}");
            assert_eq!(kind(folder.remove(path).await), wrong, "{path:?}");
            assert_eq!(kind(folder.folder(path).await), wrong, "{path:?}");
        }
        for path in [""] {
            assert_eq!(kind(folder.open(path, Open::Read).await), Kind::InvalidInput);
            assert_eq!(kind(folder.remove(path).await), Kind::InvalidInput);
        }
    }

    async fn a_new_name_replaces_only_when_asked(folder) {
        put(&folder, "a", b"new").await;
        put(&folder, "b", b"old").await;
        assert_eq!(kind(folder.rename("a", "b", Existing::Keep).await), Kind::AlreadyExists);
        assert_eq!((content(&folder, "a").await, content(&folder, "b").await), (b"new".to_vec(), b"old".to_vec()));
        folder.rename("a", "b", Existing::Replace).await.unwrap();
        assert_eq!(content(&folder, "b").await, b"new");
        assert_eq!(kind(folder.metadata("a").await), Kind::NotFound);
        folder.rename("b", "c", Existing::Keep).await.unwrap();
        assert_eq!(content(&folder, "c").await, b"new");
        assert_eq!(kind(folder.rename("none", "d", Existing::Keep).await), Kind::NotFound);
        assert_eq!(kind(folder.rename("none", "d", Existing::Replace).await), Kind::NotFound);
        assert_eq!(kind(folder.rename("c", "none/d", Existing::Replace).await), Kind::NotFound);
        assert_eq!(kind(folder.rename("c", "none/d", Existing::Keep).await), Kind::NotFound);
        folder.create_folder("f").await.unwrap();
        assert_eq!(kind(folder.rename("c", "f", Existing::Keep).await), Kind::AlreadyExists);
        assert_eq!(kind(folder.rename("c", "f", Existing::Replace).await), Kind::IsADirectory);
        folder.rename("c", "f/c", Existing::Keep).await.unwrap();
        folder.rename("f", "g", Existing::Keep).await.unwrap();
        assert_eq!(content(&folder, "g/c").await, b"new");
        assert_eq!(kind(folder.metadata("f").await), Kind::NotFound);
    }

    async fn folders_hold_what_is_in_them(folder) {
        folder.create_folder("d/e").await.unwrap();
        folder.create_folder("d/e").await.unwrap();
        put(&folder, "d/z", b"").await;
        put(&folder, "d/a", b"").await;
        put(&folder, "d.txt", b"x").await;
        let names = |entries: Vec<lanternet_apps::files::Entry>| {
            entries.into_iter().map(|entry| (entry.name, entry.folder)).collect::<Vec<_>>()
        };
        let entry = |name: &str, folder| (name.to_owned(), folder);
        assert_eq!(names(folder.entries("").await.unwrap()), [entry("d", true), entry("d.txt", false)]);
        assert_eq!(
            names(folder.entries("d").await.unwrap()),
            [entry("a", false), entry("e", true), entry("z", false)]
        );
        assert_eq!(kind(folder.entries("none").await), Kind::NotFound);
        assert_eq!(kind(folder.entries("d.txt").await), Kind::NotADirectory);
        assert_eq!(kind(folder.open("d", Open::Read).await), Kind::IsADirectory);
        assert_eq!(kind(folder.open("d", Open::Create).await), Kind::AlreadyExists);
        assert_eq!(kind(folder.open("none/x", Open::Create).await), Kind::NotFound);
        assert_eq!(kind(folder.open("d.txt/x", Open::Create).await), Kind::NotADirectory);
        assert_eq!(kind(folder.metadata("d.txt/x").await), Kind::NotADirectory);
        assert_eq!(kind(folder.create_folder("d.txt/x").await), Kind::NotADirectory);
        assert_eq!(kind(folder.remove("d").await), Kind::DirectoryNotEmpty);
        let inside = folder.folder("d").await.unwrap();
        put(&inside, "e/deep", b"deep").await;
        assert_eq!(content(&folder, "d/e/deep").await, b"deep");
        assert_eq!(kind(inside.metadata("d.txt").await), Kind::NotFound);
        assert_eq!(kind(folder.folder("d.txt").await), Kind::NotADirectory);
        assert_eq!(kind(folder.folder("none").await), Kind::NotFound);
        for path in ["d/e/deep", "d/e", "d/a", "d/z", "d"] {
            folder.remove(path).await.unwrap();
        }
        assert_eq!(kind(folder.remove("d").await), Kind::NotFound);
    }

    async fn a_file_without_a_name_stays_while_it_is_open(folder) {
        put(&folder, "a", b"one").await;
        let open = folder.open("a", Open::Read).await.unwrap();
        folder.replace("a", b"two".to_vec(), Open::Create, 7).await.unwrap();
        assert_eq!(open.read_at(0, 10).await.unwrap(), b"one");
        folder.remove("a").await.unwrap();
        assert_eq!(open.read_at(0, 10).await.unwrap(), b"one");
        assert_eq!(folder.entries("").await.unwrap(), []);
    }

    async fn a_file_is_locked_by_one_and_free_when_that_is_gone(folder) {
        put(&folder, "a", b"").await;
        let first = folder.open("a", Open::Write).await.unwrap();
        let second = folder.open("a", Open::Write).await.unwrap();
        assert!(first.try_lock().await.unwrap());
        assert!(first.try_lock().await.unwrap());
        assert!(!second.try_lock().await.unwrap());
        drop(first);
        assert!(second.try_lock().await.unwrap());
    }
}

#[tokio::test]
async fn a_disk_in_memory_is_full_when_it_is_full() {
    let disk = Memory::default();
    put(&disk, "a", &[1; 60]).await;
    disk.set_size(Some(100));
    let file = disk.open("b", Open::Create).await.unwrap();
    assert_eq!(kind(file.write_at(0, vec![2; 41]).await), Kind::StorageFull);
    assert_eq!(disk.free_space().await.unwrap(), 40);
    file.write_at(0, vec![2; 40]).await.unwrap();
    assert_eq!(disk.free_space().await.unwrap(), 0);
    // What is there can be written over, and what is given back is free.
    file.write_at(10, vec![3; 30]).await.unwrap();
    file.set_length(10).await.unwrap();
    assert_eq!(disk.free_space().await.unwrap(), 30);
    let open = disk.open("a", Open::Read).await.unwrap();
    disk.remove("a").await.unwrap();
    assert_eq!(disk.free_space().await.unwrap(), 30, "as long as it is open it is there");
    drop(open);
    assert_eq!(disk.free_space().await.unwrap(), 90);
    disk.rename("b", "c", Existing::Keep).await.unwrap();
    put(&disk, "d", &[4; 90]).await;
    disk.rename("c", "d", Existing::Replace).await.unwrap();
    assert_eq!(disk.free_space().await.unwrap(), 90);
}

#[tokio::test]
async fn links_that_lead_out_are_not_there() {
    let (temporary, folder) = os_folder().await;
    let top = temporary.path().join("top");
    fs::write(temporary.path().join("secret"), "secret").unwrap();
    fs::create_dir(temporary.path().join("outside")).unwrap();
    fs::write(top.join("in"), "in").unwrap();
    fs::create_dir(top.join("d")).unwrap();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, top.join(at)).unwrap();
    link("../secret", "out");
    link("/", "root");
    link("../outside", "away");
    link("nowhere", "broken");
    link("in", "to-in");
    link("d", "to-d");

    for path in ["out", "root", "root/etc/passwd", "away/x", "broken"] {
        assert_eq!(kind(folder.open(path, Open::Read).await), Kind::NotFound, "{path}");
        assert_eq!(kind(folder.open(path, Open::Write).await), Kind::NotFound, "{path}");
        assert_eq!(kind(folder.metadata(path).await), Kind::NotFound, "{path}");
    }
    assert_eq!(kind(folder.open("away/x", Open::Create).await), Kind::NotFound);
    assert!(folder.create_folder("away/x").await.is_err());
    assert_eq!(kind(folder.rename("in", "away/in", Existing::Replace).await), Kind::NotFound);
    assert_eq!(kind(folder.rename("in", "away/in", Existing::Keep).await), Kind::NotFound);
    assert_eq!(kind(folder.folder("away").await), Kind::NotFound);
    // Also a link that leads nowhere is something of this name.
    assert_eq!(kind(folder.open("broken", Open::Create).await), Kind::AlreadyExists);
    assert_eq!(kind(folder.rename("in", "out", Existing::Keep).await), Kind::AlreadyExists);
    folder.rename("in", "out", Existing::Replace).await.unwrap();
    assert_eq!(fs::read_to_string(temporary.path().join("secret")).unwrap(), "secret");
    assert_eq!(content(&folder, "out").await, b"in");
    fs::write(top.join("in"), "in").unwrap();

    assert_eq!(content(&folder, "to-in").await, b"in");
    assert!(folder.metadata("to-in").await.unwrap().link);
    assert!(folder.metadata("to-d").await.unwrap().folder);
    let listed = folder.entries("").await.unwrap();
    let folders: Vec<&str> =
        listed.iter().filter(|entry| entry.folder).map(|entry| entry.name.as_str()).collect();
    assert_eq!(folders, ["d", "to-d"]);
    folder.remove("away").await.unwrap();
    assert!(temporary.path().join("outside").exists(), "the link is removed, not what it leads to");
    assert_eq!(fs::read_dir(temporary.path().join("outside")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_private_file_is_its_owners_and_stays_so_when_it_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let (temporary, folder) = os_folder().await;
    let mode = |path: &str| {
        fs::metadata(temporary.path().join("top").join(path)).unwrap().permissions().mode() & 0o777
    };
    folder.replace("a", b"x".to_vec(), Open::CreatePrivate, 1).await.unwrap();
    assert_eq!(mode("a"), 0o600);
    folder.replace("a", b"y".to_vec(), Open::CreatePrivate, 1).await.unwrap();
    assert_eq!(mode("a"), 0o600);
}

#[tokio::test]
async fn what_is_no_file_is_not_opened_and_nobody_waits_for_it() {
    let (temporary, folder) = os_folder().await;
    let pipe = temporary.path().join("top/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(kind(folder.open("pipe", Open::Read).await), Kind::InvalidInput);
    assert_eq!(kind(OsFile::at(pipe).await), Kind::InvalidInput);
    assert_eq!(kind(OsFile::at(temporary.path().into()).await), Kind::IsADirectory);
    assert_eq!(kind(OsFile::at("/dev/null".into()).await), Kind::InvalidInput);
    assert_eq!(kind(OsFile::at(temporary.path().join("none")).await), Kind::NotFound);
}
