//! Whom this machine asks for names, for programs that ask themselves.

use std::net::IpAddr;

use lanternet_net::host::DnsSettings;

/// The name servers and search domains of `/etc/resolv.conf` (`resolv.conf(5)`). Nobody, where there is
/// no such file.
pub(crate) fn read() -> DnsSettings {
    parse(&std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default())
}

fn parse(text: &str) -> DnsSettings {
    let mut settings = DnsSettings::default();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            // An address with a scope, such as `fe80::1%eth0`, is for the system's own resolver.
            Some("nameserver") => {
                let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                settings.servers.extend(address);
            }
            // The last of them counts; `domain` is the older word.
            Some("search" | "domain") => settings.search = words.map(str::to_owned).collect(),
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_in_order_and_the_last_search_list_counts() {
        let text = "# made by hand\nsearch a.example b.example\nnameserver 192.0.2.53\n\
                    nameserver\t2001:db8::53 \nnameserver fe80::1%eth0\noptions ndots:1\n\
                    domain c.example\n";
        let settings = parse(text);
        assert_eq!(settings.search, ["c.example"]);
        let servers: Vec<String> = settings.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.53", "2001:db8::53"]);
    }
}
