//! Connections that break, and what is sent again afterwards: only what was not verified.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use lanternet_apps::ExitCode;
use lanternet_apps::disk::{Folder, Memory, Open, OpenFile};
use lanternet_apps::upload::protocol::{ToClient, ToServer};
use lanternet_apps::upload::store::{Code, Store, TEMPORARIES};
use lanternet_apps::upload::{IfExists, send};
use lanternet_core::Duration;
use lanternet_live::Os;
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::support::console::MemoryConsole;
use super::{Raw, bytes, code, content, names, serve, session, store, visible};

/// A stream that breaks after so many bytes were written.
struct Cut(DuplexStream, usize);

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.1 == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Cut {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = bytes.len().min(self.1);
        if most == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = std::task::ready!(Pin::new(&mut self.0).poll_write(cx, &bytes[..most]))?;
        self.1 -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

async fn send_cut(store: &Store<Os, Memory>, path: &str, cut: usize) -> (ExitCode, String) {
    let (stream, serving) = serve(store, session());
    let console = MemoryConsole::default();
    let (files, patience) = ([path.to_owned()], Duration::from_secs(20));
    let stream = Cut(stream, cut);
    let code = send(&Os::new(), &console, stream, &files, IfExists::Ask, patience).await;
    let _ = serving.await.unwrap();
    (code, console.output())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The server may be another process each time: only what is on its disk is known.
    #[test]
    fn a_connection_cut_at_any_byte_and_resumed_gives_the_same_file(
        length in prop_oneof![0_usize..3000, 0_usize..900_000],
        cuts in prop::collection::vec(0_usize..1_000_000, 1..4),
        restarted: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            let expected = bytes(length);
            std::fs::write(&path, &expected).unwrap();
            let path = path.to_str().unwrap();
            let disk = Memory::default();
            let mut server = store(&disk).await;
            for cut in cuts {
                let (code, _) = send_cut(&server, path, cut % (length + 200)).await;
                if code == ExitCode::SUCCESS {
                    break;
                }
                assert_eq!(visible(&disk).await.len() as u64, u64::from(content(&disk, "file").await.is_some()));
                if restarted {
                    server = store(&disk).await;
                }
            }
            let (code, output) = send_cut(&server, path, usize::MAX).await;
            assert_eq!(code, ExitCode::SUCCESS, "{output}");
            assert_eq!(content(&disk, "file").await.unwrap(), expected);
            assert_eq!(names(&disk, TEMPORARIES).await, [""; 0]);
        });
    }
}

#[tokio::test]
async fn what_was_verified_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let path = path.to_str().unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path, 900_000).await.0, ExitCode::FAILURE);
    // All that arrived, but for what is said around it.
    let (code, output) = send_cut(&server, path, 100_000 + 300).await;
    assert_eq!(
        (code, output.as_str()),
        (ExitCode::SUCCESS, format!("{path}: stored, 976.6 KiB, resumed at 878.8 KiB\n").as_str())
    );
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
}

#[tokio::test]
async fn a_source_that_changed_is_sent_from_where_it_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 900_000).await.0, ExitCode::FAILURE);
    expected[300_000] ^= 1;
    expected.truncate(950_000);
    std::fs::write(&path, &expected).unwrap();
    let (code, output) = send_cut(&server, path.to_str().unwrap(), usize::MAX).await;
    assert_eq!(code, ExitCode::SUCCESS);
    assert!(output.contains("resumed at 256.0 KiB"), "{output}");
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
    // From its first byte on.
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 1000).await.0, ExitCode::SUCCESS);
}

#[tokio::test]
async fn a_temporary_that_was_damaged_is_used_up_to_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 900_000).await.0, ExitCode::FAILURE);
    let parts = names(&disk, TEMPORARIES).await;
    let part = disk.open(&format!("{TEMPORARIES}/{}", parts[0]), Open::Write).await.unwrap();
    part.write_at(500_000, vec![0; 7]).await.unwrap();
    drop(part);
    let (code, output) = send_cut(&server, path.to_str().unwrap(), usize::MAX).await;
    assert_eq!(code, ExitCode::SUCCESS);
    assert!(output.contains("resumed at 448.0 KiB"), "{output}");
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
}

#[tokio::test]
async fn the_same_file_over_another_connection_takes_over_from_one_that_is_silent() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let mut dead = Raw::begin(&server).await;
    assert!(matches!(dead.offer("a", 200_000).await, ToClient::Have(_)));
    let expected = bytes(200_000);
    dead.say(&ToServer::Start { offset: 0 }).await;
    dead.say(&ToServer::Data(expected[..100_000].to_vec())).await;
    // Its client is gone, but nobody has told the server.
    let mut alive = Raw::begin(&server).await;
    let ToClient::Have(points) = alive.offer("a", 200_000).await else { panic!() };
    assert_eq!(points.last().unwrap().offset, 100_000);
    assert_eq!(points.last().unwrap().hash, blake3::hash(&expected[..100_000]));
    assert_eq!(code(&dead.hear().await), Code::Busy);
    let stored = alive.send(100_000, &expected[100_000..], blake3::hash(&expected)).await;
    assert!(matches!(stored, ToClient::Stored { .. }));
    assert_eq!(content(&disk, "a").await.unwrap(), expected);
}
