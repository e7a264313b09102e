//! Frames from capture files.

use std::path::{Path, PathBuf};

use pcap_file::pcapng::{Block, PcapNgReader};

/// A frame of a capture file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedFrame {
    /// Nanoseconds since 1970.
    pub at: u128,
    /// The interface, counted from 0 in the order of their descriptions.
    pub interface: u32,
    /// The bytes, from the destination address on.
    pub bytes: Vec<u8>,
}

/// The recorded captures in `tests/captures`, in the order of their names.
///
/// # Panics
/// When the directory cannot be read.
#[track_caller]
pub fn all() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let entries = std::fs::read_dir(&directory).expect("the captures are part of the package");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a directory entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcapng"))
        .collect();
    files.sort();
    files
}

/// The recorded capture of this name.
pub fn named(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name).with_extension("pcapng")
}

/// The frames of a capture file, in the order of the file.
///
/// # Panics
/// When it cannot be read.
#[track_caller]
pub fn frames(file: &Path) -> Vec<CapturedFrame> {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut reader = PcapNgReader::new(&bytes[..]).expect("a pcapng file");
    let mut frames = Vec::new();
    while let Some(block) = reader.next_block() {
        let (block, _) = block.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if let Block::EnhancedPacket(packet) = block {
            frames.push(CapturedFrame {
                at: packet.timestamp.as_nanos(),
                interface: packet.interface_id,
                bytes: packet.data.into_owned(),
            });
        }
    }
    frames
}
