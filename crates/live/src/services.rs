//! The machine's own list of services, `/etc/services` (services(5)).

use lanternet_net::services::Transport;

#[cfg(unix)]
const FILE: &str = "/etc/services";
#[cfg(not(unix))]
const FILE: &str = r"C:\Windows\System32\drivers\etc\services";

/// The port of a service; `None` where the list, or the machine, has none.
pub(crate) fn port_of(name: &str, over: Transport) -> Option<u16> {
    find(&read()?, over, |row| row.names().any(|known| known == name)).map(|row| row.port)
}

/// The first name of the service on a port.
pub(crate) fn name_of(port: u16, over: Transport) -> Option<String> {
    find(&read()?, over, |row| row.port == port).map(|row| row.name.to_owned())
}

fn read() -> Option<String> {
    // Old lists have comments in other encodings.
    let bytes = std::fs::read(FILE).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

struct Row<'a> {
    name: &'a str,
    port: u16,
    over: &'a str,
    aliases: &'a str,
}

impl<'a> Row<'a> {
    /// `name port/protocol alias ... # comment`.
    fn read(line: &'a str) -> Option<Self> {
        let line = line.split('#').next()?.trim();
        let (name, rest) = line.split_once(char::is_whitespace)?;
        let rest = rest.trim_start();
        let (port, aliases) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (port, over) = port.split_once('/')?;
        Some(Self { name, port: port.parse().ok()?, over, aliases })
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.name).chain(self.aliases.split_whitespace())
    }
}

fn find<'a>(list: &'a str, over: Transport, fits: impl Fn(&Row<'a>) -> bool) -> Option<Row<'a>> {
    list.lines().filter_map(Row::read).find(|row| row.over == over.name() && fits(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    // In the form of Debian's netbase.
    const LIST: &str = "# a comment\n\
        tcpmux\t\t1/tcp\t\t\t\t# TCP port service multiplexer\n\
        domain\t\t53/tcp\t\t\t\t# Domain Name Server\n\
        domain\t\t53/udp\n\
        http\t\t80/tcp\t\twww\t\t# WorldWideWeb HTTP\n\
        broken\t\tx/tcp\nbroken\n";

    #[test]
    fn names_and_aliases_are_found_for_their_transport() {
        let port = |name: &str, over| {
            find(LIST, over, |row| row.names().any(|known| known == name)).map(|row| row.port)
        };
        assert_eq!(port("www", Transport::Tcp), Some(80));
        assert_eq!(port("http", Transport::Udp), None);
        assert_eq!(port("domain", Transport::Udp), Some(53));
        assert_eq!(port("broken", Transport::Tcp), None);
        let name = find(LIST, Transport::Tcp, |row| row.port == 80).map(|row| row.name);
        assert_eq!(name, Some("http"));
    }
}
