use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use lanternet_core::{Duration, LinkSettings, Rng};
use proptest::prelude::*;

use super::super::stream::{TcpListener, TcpStream};
use super::super::{Shutdown, SocketOption};
use super::{B, Pair, at};

/// Bytes that are wrong in any other place or order.
fn pattern(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    Rng::named(seed, "pattern").fill(&mut bytes);
    bytes
}

/// Sends `data` in pieces while it reads to the end, and is done when both are.
async fn exchange(stream: TcpStream, data: Vec<u8>, piece: usize) -> Vec<u8> {
    let mut write = pin!(async {
        for piece in data.chunks(piece) {
            stream.write_all(piece).await.unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
    });
    let mut read = pin!(async {
        let (mut all, mut buffer) = (Vec::new(), vec![0; piece * 2]);
        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => return all,
                len => all.extend_from_slice(&buffer[..len]),
            }
        }
    });
    let (mut written, mut all) = (false, None);
    poll_fn(|cx| {
        written = written || write.as_mut().poll(cx).is_ready();
        if all.is_none()
            && let Poll::Ready(bytes) = read.as_mut().poll(cx)
        {
            all = Some(bytes);
        }
        if written && all.is_some() { Poll::Ready(all.take().unwrap()) } else { Poll::Pending }
    })
    .await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_sent_over_tcp_arrive_equal_whatever_the_link_does(
        seed: u64,
        lens in [0usize..150_000, 0usize..150_000],
        piece in 1usize..5_000,
        buffer in 5_000u32..200_000,
        loss in 0u32..60_000,
        reorder in 0u32..200_000,
        duplicate in 0u32..100_000,
        corrupt in 0u32..30_000,
        nodelay: bool,
    ) {
        let mut pair = Pair::with_link(LinkSettings {
            delay: Duration::from_millis(3),
            rate: Some(100_000_000),
            loss,
            reorder,
            duplicate,
            corrupt,
            ..LinkSettings::default()
        });
        let results = Arc::new(Mutex::new([None, None]));
        let options = [SocketOption::ReceiveBuffer(buffer), SocketOption::NoDelay(nodelay)];
        let data = lens.map(|len| pattern(seed, len));
        let [up, down] = data.clone();
        let mine = results.clone();
        pair.spawn(pair.b, "server", move |handle| async move {
            let listener = TcpListener::listen(&handle, at(B, 80), 1, &options).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let got = exchange(stream, down, piece).await;
            mine.lock().unwrap()[0] = Some(got);
            0
        });
        let mine = results.clone();
        pair.spawn(pair.a, "client", move |handle| async move {
            let mut tries = 0;
            let stream = loop {
                // A flipped bit may have broken ARP for a while.
                match TcpStream::connect(&handle, at(B, 80), None, &options).await {
                    Ok(stream) => break stream,
                    Err(_) if tries < 10 => tries += 1,
                    Err(error) => panic!("{error}"),
                }
            };
            let got = exchange(stream, up, piece).await;
            mine.lock().unwrap()[1] = Some(got);
            0
        });
        pair.run(3600);
        let got = results.lock().unwrap().clone();
        prop_assert!(got[0].as_ref() == Some(&data[0]), "up: {:?} of {}", got[0].as_ref().map(Vec::len), data[0].len());
        prop_assert!(got[1].as_ref() == Some(&data[1]), "down: {:?} of {}", got[1].as_ref().map(Vec::len), data[1].len());
    }
}
