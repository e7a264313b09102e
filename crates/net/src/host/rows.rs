//! The socket table as `ss -tuan` shows it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use lanternet_core::trace::{Protocol, TcpState};

use super::sockets::{Socket, SocketId};
use super::stack::Stack;
use super::tcp::{Connection, Owner, Stage};

/// A row of the socket table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketRow {
    /// TCP, UDP, or ICMP for a ping socket.
    pub protocol: Protocol,
    /// The state of a TCP socket.
    pub state: Option<TcpState>,
    /// Whether the peer is fixed.
    pub connected: bool,
    /// Bytes received and not read; of a listening socket the connections that wait.
    pub receive_queue: usize,
    /// Bytes sent and not acknowledged, or not sent yet; of a listening socket the backlog.
    pub send_queue: usize,
    /// This end; port 0 of a socket that has none.
    pub local: SocketAddr,
    /// The other end; unspecified and port 0 where it is open.
    pub peer: SocketAddr,
    /// The program that holds it; none once it was closed.
    pub program: Option<Arc<str>>,
}

impl Stack {
    /// UDP and ping sockets and listeners in the order of their making, then TCP connections in the
    /// order of their ports.
    pub(super) fn rows(&self) -> Vec<SocketRow> {
        let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut rows: Vec<_> =
            self.sockets.ids(None).into_iter().filter_map(|id| self.row(id, any)).collect();
        rows.extend(self.dhcp_rows());
        let Some(tcp) = &self.tcp else { return rows };
        rows.extend(tcp.rows().map(|(tuple, connection)| {
            let queues = connection.map_or([0; 2], Connection::queues);
            let owner = connection.map(|connection| connection.owner);
            SocketRow {
                protocol: Protocol::Tcp,
                state: Some(connection.map_or(TcpState::TimeWait, |c| c.state)),
                connected: true,
                receive_queue: queues[0],
                send_queue: queues[1],
                local: tuple.local(),
                peer: tuple.remote(),
                program: match owner {
                    Some(Owner::Socket(id) | Owner::Listener(id)) => self.holder(id),
                    _ => None,
                },
            }
        }));
        rows
    }

    fn row(&self, id: SocketId, any: SocketAddr) -> Option<SocketRow> {
        let socket = self.sockets.get(id).ok()?;
        let (protocol, state, connected, queues) = match socket {
            Socket::Udp(socket) => {
                (Protocol::Udp, None, socket.remote.is_some(), [socket.queued(), 0])
            }
            Socket::Ping(_) => (Protocol::Icmp, None, false, [0; 2]),
            Socket::Tcp(socket) => match &socket.stage {
                Stage::Listening(listener) => {
                    let queues = [listener.queue.len(), listener.backlog as usize];
                    (Protocol::Tcp, Some(TcpState::Listen), false, queues)
                }
                Stage::Idle | Stage::Connected(_) => return None,
            },
        };
        Some(SocketRow {
            protocol,
            state,
            connected,
            receive_queue: queues[0],
            send_queue: queues[1],
            local: self.local_addr(id).unwrap_or(any),
            peer: self.peer_addr(id).unwrap_or(any),
            program: self.holder(id),
        })
    }
}
