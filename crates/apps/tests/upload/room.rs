//! Room: disks that are full or become so, the limits of one file and of all together, and how long what
//! was left half done may take some.

use std::time::{Duration as Real, SystemTime};

use lanternet_apps::disk::{Folder, Memory, Open, OpenFile};
use lanternet_apps::upload::protocol::{ToClient, ToServer};
use lanternet_apps::upload::store::{Code, Limits, TEMPORARIES};

use super::{Raw, code, content, names, store, store_on, visible};

#[tokio::test]
async fn a_full_disk_is_told_at_once_or_when_it_happens_and_leaves_nothing_behind() {
    let disk = Memory::default();
    let server = store(&disk).await;
    disk.set_size(Some(1000));
    let mut raw = Raw::begin(&server).await;
    assert_eq!(code(&raw.offer("a", 1001).await), Code::DiskFull);
    // What is promised to one is not promised to another.
    let mut other = Raw::begin(&server).await;
    assert!(matches!(other.offer("b", 600).await, ToClient::Have(_)));
    other.say(&ToServer::Start { offset: 0 }).await;
    assert_eq!(code(&raw.offer("a", 500).await), Code::DiskFull);
    // Somebody else fills the disk meanwhile.
    other.say(&ToServer::Data(vec![1; 300])).await;
    let full = disk.open("filler", Open::Create).await.unwrap();
    while content(&disk, &format!("{TEMPORARIES}/{}", temporary(&disk, 300).await))
        .await
        .is_none_or(|part| part.len() < 300)
    {
        tokio::task::yield_now().await;
    }
    full.write_at(0, vec![0; 700]).await.unwrap();
    other.say(&ToServer::Data(vec![2; 300])).await;
    let hash = blake3::hash(&[[1; 300], [2; 300]].concat());
    assert_eq!(code(&other.ask(&ToServer::Finish { hash }).await), Code::DiskFull);
    assert_eq!(disk.free_space().await.unwrap(), 300);
    assert_eq!(visible(&disk).await, ["filler"]);
    other.put("c", &[3; 200]).await;
}

async fn temporary(disk: &Memory, length: u64) -> String {
    for name in names(disk, TEMPORARIES).await {
        if disk.metadata(&format!("{TEMPORARIES}/{name}")).await.unwrap().length == length {
            return name;
        }
    }
    "none".to_owned()
}

#[tokio::test]
async fn limits_hold_for_one_file_and_for_all_together() {
    let disk = Memory::default();
    let limits = Limits { max_file: Some(100), max_total: Some(150), ..Limits::default() };
    let server = store_on(&disk, limits).await;
    let mut raw = Raw::begin(&server).await;
    assert_eq!(code(&raw.offer("a", 101).await), Code::TooLarge);
    raw.put("a/b", &[1; 100]).await;
    assert_eq!(code(&raw.offer("c", 51).await), Code::NoMoreRoom);
    // What is under way counts with all that it will be.
    let mut other = Raw::begin(&server).await;
    assert!(matches!(other.offer("c", 40).await, ToClient::Have(_)));
    other.say(&ToServer::Start { offset: 0 }).await;
    assert_eq!(code(&raw.offer("d", 11).await), Code::NoMoreRoom);
    raw.put("d", &[1; 10]).await;
    disk.remove("a/b").await.unwrap();
    raw.put("e", &[1; 100]).await;
}

#[tokio::test]
async fn what_was_left_half_done_is_kept_for_a_week_and_not_longer() {
    let hours = |hours: u64| move || SystemTime::UNIX_EPOCH + Real::from_secs(hours * 3600);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 3600;
    let disk = Memory::default();
    disk.create_folder(TEMPORARIES).await.unwrap();
    for (name, age) in [("old.part", 169), ("young.part", 167), ("mine.txt", 10_000)] {
        let disk = disk.clone().with_clock(hours(now - age));
        disk.open(&format!("{TEMPORARIES}/{name}"), Open::Create).await.unwrap();
    }
    // Without a time.
    disk.open(&format!("{TEMPORARIES}/unknown.part"), Open::Create).await.unwrap();
    store(&disk).await;
    assert_eq!(names(&disk, TEMPORARIES).await, ["mine.txt", "unknown.part", "young.part"]);
}
