//! The socket table: what programs hold, by descriptor.
//!
//! The meaning of the calls is Linux's; they never wait, but answer [`Errno::WouldBlock`], and
//! [`Readiness`] says when to ask again.

use std::task::Waker;

use super::errno::Errno;
use super::ping::PingSocket;
use super::process::ProgramId;
use super::readiness::{Readiness, Waiters};
use super::tcp::TcpSocket;
use super::udp::UdpSocket;

/// A socket of a host. Not used again after the socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId {
    index: u32,
    generation: u32,
}

/// What kind of socket to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    /// TCP: a stream of bytes (`SOCK_STREAM`).
    Stream,
    /// UDP: datagrams (`SOCK_DGRAM`).
    Datagram,
    /// ICMP echo (`SOCK_DGRAM` with `IPPROTO_ICMP`).
    Ping,
}

#[derive(Debug)]
pub(super) enum Socket {
    Tcp(Box<TcpSocket>),
    Udp(Box<UdpSocket>),
    Ping(Box<PingSocket>),
}

#[derive(Debug)]
struct Entry {
    socket: Socket,
    owner: Option<ProgramId>,
    waiters: Waiters,
}

/// All sockets of a host.
#[derive(Debug, Default)]
pub(super) struct SocketTable {
    entries: Vec<(u32, Option<Entry>)>,
    free: Vec<u32>,
}

impl SocketTable {
    pub(super) fn add(&mut self, socket: Socket, owner: Option<ProgramId>) -> SocketId {
        let entry = Entry { socket, owner, waiters: Waiters::default() };
        match self.free.pop() {
            Some(index) => {
                let slot = &mut self.entries[index as usize];
                slot.1 = Some(entry);
                SocketId { index, generation: slot.0 }
            }
            None => {
                self.entries.push((0, Some(entry)));
                SocketId { index: self.entries.len() as u32 - 1, generation: 0 }
            }
        }
    }

    fn entry(&self, id: SocketId) -> Option<&Entry> {
        let (generation, entry) = self.entries.get(id.index as usize)?;
        entry.as_ref().filter(|_| *generation == id.generation)
    }

    fn entry_mut(&mut self, id: SocketId) -> Option<&mut Entry> {
        let (generation, entry) = self.entries.get_mut(id.index as usize)?;
        entry.as_mut().filter(|_| *generation == id.generation)
    }

    pub(super) fn get(&self, id: SocketId) -> Result<&Socket, Errno> {
        self.entry(id).map(|entry| &entry.socket).ok_or(Errno::BadDescriptor)
    }

    pub(super) fn get_mut(&mut self, id: SocketId) -> Result<&mut Socket, Errno> {
        self.entry_mut(id).map(|entry| &mut entry.socket).ok_or(Errno::BadDescriptor)
    }

    pub(super) fn tcp(&self, id: SocketId) -> Option<&TcpSocket> {
        match &self.entry(id)?.socket {
            Socket::Tcp(socket) => Some(socket),
            _ => None,
        }
    }

    pub(super) fn tcp_mut(&mut self, id: SocketId) -> Option<&mut TcpSocket> {
        match &mut self.entry_mut(id)?.socket {
            Socket::Tcp(socket) => Some(socket),
            _ => None,
        }
    }

    pub(super) fn udp(&self, id: SocketId) -> Option<&UdpSocket> {
        match &self.entry(id)?.socket {
            Socket::Udp(socket) => Some(socket),
            _ => None,
        }
    }

    pub(super) fn udp_mut(&mut self, id: SocketId) -> Option<&mut UdpSocket> {
        match &mut self.entry_mut(id)?.socket {
            Socket::Udp(socket) => Some(socket),
            _ => None,
        }
    }

    pub(super) fn ping_mut(&mut self, id: SocketId) -> Option<&mut PingSocket> {
        match &mut self.entry_mut(id)?.socket {
            Socket::Ping(socket) => Some(socket),
            _ => None,
        }
    }

    /// The program that made the socket.
    pub(super) fn owner(&self, id: SocketId) -> Option<ProgramId> {
        self.entry(id)?.owner
    }

    /// Takes the socket out of the table; those who wait for it are woken.
    pub(super) fn remove(&mut self, id: SocketId) -> Option<Socket> {
        self.wake(id, Readiness::HANG_UP);
        let (generation, entry) = self.entries.get_mut(id.index as usize)?;
        if *generation != id.generation {
            return None;
        }
        let entry = entry.take()?;
        *generation += 1;
        self.free.push(id.index);
        Some(entry.socket)
    }

    pub(super) fn wake(&mut self, id: SocketId, what: Readiness) {
        if let Some(entry) = self.entry_mut(id) {
            entry.waiters.wake(what);
        }
    }

    pub(super) fn register(&mut self, id: SocketId, interest: Readiness, waker: &Waker) {
        if let Some(entry) = self.entry_mut(id) {
            entry.waiters.register(interest, waker);
        }
    }

    /// All sockets, or those of one program, in the order of their descriptors.
    pub(super) fn ids(&self, owner: Option<ProgramId>) -> Vec<SocketId> {
        let entries = self.entries.iter().zip(0..);
        entries
            .filter_map(|((generation, entry), index)| {
                let entry = entry.as_ref()?;
                let wanted = owner.is_none() || entry.owner == owner;
                wanted.then_some(SocketId { index, generation: *generation })
            })
            .collect()
    }

    /// Forgets all sockets, but not that their ids were used.
    pub(super) fn clear(&mut self) {
        for id in self.ids(None) {
            self.remove(id);
        }
    }
}
