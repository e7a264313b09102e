//! Frames from capture files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pcap_file::DataLink;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::{Block, PcapNgReader, PcapNgWriter};
use tempfile::TempDir;

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
pub fn all_files() -> Vec<PathBuf> {
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

/// All recorded frames in one file, so that a judge has to be started only once.
#[derive(Debug)]
pub struct Corpus {
    /// Each frame, with where it comes from: `icmp-errors frame 4`.
    pub frames: Vec<(String, Vec<u8>)>,
    file: PathBuf,
    _directory: TempDir,
}

impl Corpus {
    /// Reads all captures and writes the one file.
    ///
    /// # Panics
    /// When a capture cannot be read or the file not be written.
    #[track_caller]
    pub fn load() -> Self {
        let mut all = Vec::new();
        for file in all_files() {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let frames = frames(&file).into_iter().zip(1..);
            all.extend(frames.map(|(frame, n)| (format!("{name} frame {n}"), frame.bytes)));
        }
        Self::of(all)
    }

    /// Writes the one file of these frames.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[track_caller]
    pub fn of(all: Vec<(String, Vec<u8>)>) -> Self {
        let directory = crate::scratch();
        let file = directory.path().join("corpus.pcapng");
        write(&file, all.iter().map(|(_, bytes)| bytes.as_slice()));
        Self { frames: all, file, _directory: directory }
    }

    /// The file, with the frames in the same order.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Writes frames to a capture file, all at time zero.
///
/// # Panics
/// When the file cannot be written.
#[track_caller]
pub fn write<'a>(file: &Path, frames: impl IntoIterator<Item = &'a [u8]>) {
    write_timed(file, frames.into_iter().map(|bytes| (Duration::ZERO, bytes)));
}

/// Writes frames to a capture file, each with its time since 1970.
///
/// # Panics
/// When the file cannot be written.
#[track_caller]
pub fn write_timed<'a>(file: &Path, frames: impl IntoIterator<Item = (Duration, &'a [u8])>) {
    let mut writer = PcapNgWriter::new(Vec::new()).expect("memory takes it");
    let options = vec![InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO)];
    let interface = InterfaceDescriptionBlock { linktype: DataLink::ETHERNET, snaplen: 0, options };
    writer.write_pcapng_block(interface).expect("memory takes it");
    for (timestamp, bytes) in frames {
        let block = EnhancedPacketBlock {
            timestamp,
            original_len: bytes.len() as u32,
            data: Cow::Borrowed(bytes),
            ..EnhancedPacketBlock::default()
        };
        writer.write_pcapng_block(block).expect("memory takes it");
    }
    std::fs::write(file, writer.into_inner())
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
