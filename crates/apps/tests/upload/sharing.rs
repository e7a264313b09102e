//! What several share: one name, one folder, one stream with whoever uses it afterwards.

use std::sync::Arc;

use lanternet_apps::ExitCode;
use lanternet_apps::disk::Memory;
use lanternet_apps::upload::protocol::{ToClient, ToServer};
use lanternet_apps::upload::store::{Code, TEMPORARIES, Taken};
use lanternet_apps::upload::{IfExists, receive, send};
use lanternet_core::Duration;
use lanternet_live::Os;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::support::console::MemoryConsole;
use super::{Raw, code, content, names, session, store, visible};

#[tokio::test]
async fn two_files_of_one_name_never_mix() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let (mut one, mut two) = (Raw::begin(&server).await, Raw::begin(&server).await);
    assert!(matches!(one.offer_from([1; 16], "a.txt", 4).await, ToClient::Have(_)));
    assert!(matches!(two.offer_from([2; 16], "a.txt", 4).await, ToClient::Have(_)));
    for (raw, bytes) in [(&mut one, b"11"), (&mut two, b"22")] {
        raw.say(&ToServer::Start { offset: 0 }).await;
        raw.say(&ToServer::Data(bytes.to_vec())).await;
    }
    for (raw, bytes) in [(&mut one, b"11"), (&mut two, b"22")] {
        raw.say(&ToServer::Data(bytes.to_vec())).await;
    }
    let finish = |bytes: &[u8]| ToServer::Finish { hash: blake3::hash(bytes) };
    let stored = |name: &str| ToClient::Stored { already: false, name: name.to_owned() };
    assert_eq!(one.ask(&finish(b"1111")).await, stored("a.txt"));
    assert_eq!(two.ask(&finish(b"2222")).await, ToClient::Exists { size: 4 });
    let hash = blake3::hash(b"2222");
    assert_eq!(two.ask(&ToServer::Compare { hash }).await, ToClient::Exists { size: 4 });
    assert_eq!(two.ask(&ToServer::Decide(Taken::Rename)).await, stored("a (1).txt"));
    assert_eq!(content(&disk, "a.txt").await.unwrap(), b"1111");
    assert_eq!(content(&disk, "a (1).txt").await.unwrap(), b"2222");
    // Now it is known from the beginning.
    assert_eq!(two.offer("a.txt", 4).await, ToClient::Exists { size: 4 });
    let same = blake3::hash(b"1111");
    let already = ToClient::Stored { already: true, name: "a.txt".to_owned() };
    assert_eq!(two.ask(&ToServer::Compare { hash: same }).await, already);
    assert_eq!(two.offer("a.txt", 9).await, ToClient::Exists { size: 4 });
    assert_eq!(code(&two.ask(&ToServer::Cancel).await), Code::Exists);
    assert_eq!(two.offer("a.txt", 3).await, ToClient::Exists { size: 4 });
    assert!(matches!(two.ask(&ToServer::Decide(Taken::Overwrite)).await, ToClient::Have(_)));
    assert_eq!(two.send(0, b"new", blake3::hash(b"new")).await, stored("a.txt"));
    assert_eq!(content(&disk, "a.txt").await.unwrap(), b"new");
    assert_eq!(names(&disk, TEMPORARIES).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_at_once_store_fifty_files() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let clients: Vec<_> = (0..50_u8)
        .map(|number| {
            let server = server.clone();
            tokio::spawn(async move {
                let mut raw = Raw::begin(&server).await;
                let own = vec![number; 300_000 + usize::from(number)];
                let offer = ToServer::Offer {
                    name: "same.bin".to_owned(),
                    size: own.len() as u64,
                    source: [number; 16],
                    taken: Taken::Rename,
                };
                assert!(matches!(raw.ask(&offer).await, ToClient::Have(_)));
                let stored = raw.send(0, &own, blake3::hash(&own)).await;
                raw.end().await;
                let ToClient::Stored { name, .. } = stored else { panic!("{stored:?}") };
                (name, own)
            })
        })
        .collect();
    for client in clients {
        let (name, own) = client.await.unwrap();
        assert!(content(&disk, &name).await.unwrap() == own, "{name} is another's");
    }
    assert_eq!(visible(&disk).await.len(), 50);
}

#[tokio::test]
async fn after_goodbye_the_stream_is_somebody_elses() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let (mut ours, mut theirs) = duplex(1024);
    let both = Arc::new(server);
    let serving = tokio::spawn({
        let server = Arc::clone(&both);
        async move {
            receive(&mut theirs, &*server, &session(), |_| {}).await.unwrap();
            let mut next = [0; 4];
            theirs.read_exact(&mut next).await.unwrap();
            next
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "hello").unwrap();
    let console = MemoryConsole::default();
    let files = [folder.path().join("a").to_str().unwrap().to_owned()];
    let patience = Duration::from_secs(20);
    let code = send(&Os::new(), &console, &mut ours, &files, IfExists::Ask, patience).await;
    assert_eq!(code, ExitCode::SUCCESS, "{}", console.errors());
    ours.write_all(b"next").await.unwrap();
    assert_eq!(&serving.await.unwrap(), b"next");
    assert_eq!(content(&disk, "a").await.unwrap(), b"hello");
}
