//! Service names and port numbers: the IANA registry (RFC 6335), and the habits beside it.
//!
//! `services.tsv` holds the registry; its head states source, date, licence and format.

use std::fmt;
use std::ops::RangeInclusive;

/// The month of the registry that is compiled in.
pub const REGISTRY_DATE: &str = "2024-08";

/// A transport protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
    /// RFC 9260.
    Sctp,
    /// RFC 4340.
    Dccp,
}

impl Transport {
    /// Every transport, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Sctp, Self::Dccp];

    /// `tcp`, as in `/etc/services`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Dccp => "dccp",
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Tcp => 't',
            Self::Udp => 'u',
            Self::Sctp => 's',
            Self::Dccp => 'd',
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An assignment: a name, its ports and transports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The ports; nearly always one.
    pub ports: RangeInclusive<u16>,
    /// The name, in the registry's spelling.
    pub name: &'static str,
    /// The registry's description in English; empty where it only repeats the name.
    pub description: &'static str,
    transports: &'static str,
}

impl Service {
    /// Whether the name is assigned for this transport.
    pub fn is_over(&self, transport: Transport) -> bool {
        self.transports.contains(transport.letter())
    }

    /// The transports that the name is assigned for.
    pub fn transports(&self) -> impl Iterator<Item = Transport> {
        Transport::ALL.into_iter().filter(|transport| self.is_over(*transport))
    }

    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let ports = fields.next()?;
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        Some(Self {
            ports: first.parse().ok()?..=last.parse().ok()?,
            transports: fields.next()?,
            name: fields.next()?,
            description: fields.next().unwrap_or_default(),
        })
    }
}

/// The whole registry, by port.
pub fn services() -> impl Iterator<Item = Service> {
    registry_lines().filter_map(Service::read)
}

fn registry_lines() -> impl Iterator<Item = &'static str> {
    include_str!("services.tsv").lines().filter(|line| !line.starts_with('#'))
}

/// What is assigned to a port.
pub fn services_on(port: u16) -> Vec<Service> {
    services().filter(|service| service.ports.contains(&port)).collect()
}

/// What is assigned under a name; case does not matter (RFC 6335 section 5.1).
pub fn services_named(name: &str) -> Vec<Service> {
    services().filter(|service| service.name.eq_ignore_ascii_case(name)).collect()
}

/// The registry's name for what people call `name`, where the two differ.
pub fn registered_name(name: &str) -> Option<&'static str> {
    COMMON_NAMES
        .iter()
        .find(|(common, _)| common.eq_ignore_ascii_case(name))
        .map(|(_, registered)| *registered)
}

/// The first port of a service, by its name in the registry or a common one: what `getservbyname(3)` says.
pub fn port_of(name: &str, over: Transport) -> Option<u16> {
    let name = registered_name(name).unwrap_or(name);
    let service = services_named(name).into_iter().find(|service| service.is_over(over))?;
    Some(*service.ports.start())
}

/// The name of the service that a port is for: what `getservbyport(3)` says.
pub fn name_of(port: u16, over: Transport) -> Option<&'static str> {
    Some(services_on(port).into_iter().find(|service| service.is_over(over))?.name)
}

/// Up to five names of the registry, or common names, that a mistyped `name` may have meant, the
/// nearest first.
pub fn names_like(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let mut near: Vec<(usize, usize, &str)> = services()
        .map(|service| service.name)
        .chain(COMMON_NAMES.iter().map(|(common, _)| *common))
        .filter_map(|known| {
            let distance = strsim::damerau_levenshtein(&name, &known.to_ascii_lowercase());
            let well_known = WELL_KNOWN.iter().position(|name| *name == known);
            // A third of the letters may be wrong; `ab` is near to everything.
            let allowed = (name.chars().count() / 3).clamp(1, 3);
            (distance <= allowed).then_some((distance, well_known.unwrap_or(usize::MAX), known))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, _, known)| known).take(5).collect()
}

/// The range of port numbers that a port is in (RFC 6335 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortRange {
    /// 0 to 1023: assigned by standards; only a privileged process may listen there on Unix.
    System,
    /// 1024 to 49151: assigned on request.
    User,
    /// 49152 to 65535: never assigned; for the client's end of a connection.
    Dynamic,
}

impl PortRange {
    /// The range of a port.
    pub const fn of(port: u16) -> Self {
        match port {
            0..=1023 => Self::System,
            1024..=49151 => Self::User,
            49152.. => Self::Dynamic,
        }
    }

    /// Its first and last port.
    pub const fn ports(self) -> RangeInclusive<u16> {
        match self {
            Self::System => 0..=1023,
            Self::User => 1024..=49151,
            Self::Dynamic => 49152..=65535,
        }
    }
}

/// What a port is used for by habit, whatever the registry assigns it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    /// The port.
    pub port: u16,
    /// What kind of habit.
    pub kind: HabitKind,
    /// The programs that made it one; proper names, separated by commas. May be empty.
    pub programs: &'static str,
}

/// The kinds of [`Habit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HabitKind {
    /// Web servers while a site is being written.
    Development,
    /// HTTP where port 80 is taken or needs privileges.
    AlternativeHttp,
    /// The same for HTTPS.
    AlternativeHttps,
    /// The default port of certain programs.
    Program,
    /// The default port of certain programs, which listens without asking who is there.
    Unprotected,
}

/// The habit of a port, if there is one.
pub fn habit_of(port: u16) -> Option<Habit> {
    let row = HABITS.iter().find(|row| row.0 == port)?;
    Some(Habit { port, kind: row.1, programs: row.2 })
}

use HabitKind::{AlternativeHttp, AlternativeHttps, Development, Program, Unprotected};

// The default ports of these programs' own documentation.
#[rustfmt::skip]
const HABITS: &[(u16, HabitKind, &str)] = &[
    (1080,  Program,          "SOCKS proxies"),
    (1521,  Program,          "Oracle Database"),
    (1883,  Program,          "Mosquitto (MQTT)"),
    (2375,  Unprotected,      "Docker"),
    (3000,  Development,      "Node.js (Express), Next.js, Ruby on Rails, Grafana"),
    (4000,  Development,      "Phoenix, Jekyll"),
    (4200,  Development,      "Angular"),
    (4444,  Program,          "Selenium Grid"),
    (5000,  Development,      "Flask, ASP.NET Core; AirPlay receiver on macOS"),
    (5173,  Development,      "Vite"),
    (5601,  Program,          "Kibana"),
    (6006,  Development,      "Storybook, TensorBoard"),
    (6379,  Unprotected,      "Redis, Valkey"),
    (6443,  Program,          "Kubernetes API server"),
    (7860,  Development,      "Gradio"),
    (7890,  Program,          "Clash, mihomo"),
    (8000,  Development,      "Python http.server, Django, Uvicorn (FastAPI)"),
    (8008,  AlternativeHttp,  ""),
    (8080,  AlternativeHttp,  "Apache Tomcat, Spring Boot, Jenkins, proxies"),
    (8088,  AlternativeHttp,  ""),
    (8443,  AlternativeHttps, "Apache Tomcat"),
    (8501,  Development,      "Streamlit"),
    (8888,  Development,      "Jupyter"),
    (9000,  Program,          "PHP-FPM, MinIO, SonarQube, Portainer"),
    (9090,  Program,          "Prometheus, Cockpit"),
    (9092,  Program,          "Apache Kafka"),
    (9100,  Program,          "network printers (raw), Prometheus node_exporter"),
    (9200,  Program,          "Elasticsearch, OpenSearch"),
    (9443,  AlternativeHttps, ""),
    (11211, Unprotected,      "memcached"),
    (11434, Unprotected,      "Ollama"),
    (15672, Program,          "RabbitMQ management"),
    (19132, Program,          "Minecraft Bedrock (UDP)"),
    (25565, Program,          "Minecraft Java"),
    (27017, Unprotected,      "MongoDB"),
    (33060, Program,          "MySQL X Protocol"),
    (51820, Program,          "WireGuard (UDP)"),
];

// What people call a service, and its name in the registry.
#[rustfmt::skip]
const COMMON_NAMES: &[(&str, &str)] = &[
    ("dns", "domain"), ("dot", "domain-s"), ("dhcp", "bootps"), ("rdp", "ms-wbt-server"),
    ("postgres", "postgresql"), ("pgsql", "postgresql"), ("smb", "microsoft-ds"),
    ("mssql", "ms-sql-s"), ("sqlserver", "ms-sql-s"), ("memcached", "memcache"), ("mongo", "mongodb"),
    ("vnc", "rfb"), ("smtps", "submissions"), ("portmap", "sunrpc"), ("rpcbind", "sunrpc"),
    ("portmapper", "sunrpc"), ("ike", "isakmp"), ("kerberos5", "kerberos"), ("modbus", "mbap"),
    ("etcd", "etcd-client"), ("dhcpv6", "dhcpv6-server"), ("www-http", "http"), ("subversion", "svn"),
    ("xmpp", "xmpp-client"), ("rip", "router"),
];

// Among names equally near to a typing mistake these are the likelier ones, the likeliest first.
#[rustfmt::skip]
const WELL_KNOWN: &[&str] = &[
    "http", "https", "ssh", "dns", "domain", "mysql", "postgresql", "redis", "ftp", "smtp", "imap", "imaps", "pop3",
    "pop3s", "ntp", "telnet", "tftp", "dhcp", "ldap", "ldaps", "snmp", "mongodb", "mqtt", "sip", "syslog", "bgp", "nfs",
    "git", "rsync", "submission", "submissions", "amqp", "rtsp", "mdns", "socks", "kerberos", "echo", "www",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(services: &[Service]) -> Vec<&str> {
        services.iter().map(|service| service.name).collect()
    }

    #[test]
    fn every_line_of_the_registry_is_read() {
        let lines = registry_lines().count();
        assert!(lines > 6000, "{lines}");
        assert_eq!(services().count(), lines);
        let mut last = 0;
        for service in services() {
            assert!(service.transports().count() == service.transports.len(), "{service:?}");
            assert!(service.transports().count() > 0 && !service.name.is_empty(), "{service:?}");
            assert!(*service.ports.start() >= last, "not in order: {service:?}");
            last = *service.ports.start();
        }
    }

    #[test]
    fn the_standards_own_ports_are_found_both_ways() {
        // Ports from the protocols' own RFCs: 4253, 5321, 1035, 9110, 5905, 3501, 4271, 8314, 8656.
        for (name, port, transport) in [
            ("ssh", 22, Transport::Tcp),
            ("smtp", 25, Transport::Tcp),
            ("domain", 53, Transport::Tcp),
            ("domain", 53, Transport::Udp),
            ("bootps", 67, Transport::Udp),
            ("tftp", 69, Transport::Udp),
            ("http", 80, Transport::Tcp),
            ("ntp", 123, Transport::Udp),
            ("imap", 143, Transport::Tcp),
            ("bgp", 179, Transport::Tcp),
            ("https", 443, Transport::Tcp),
            ("https", 443, Transport::Udp),
            ("submissions", 465, Transport::Tcp),
            ("mysql", 3306, Transport::Tcp),
            ("stun", 3478, Transport::Udp),
            ("x11", 6063, Transport::Tcp),
        ] {
            let by_port = services_on(port);
            assert!(by_port.iter().any(|s| s.name == name && s.is_over(transport)), "{by_port:?}");
            let by_name = services_named(&name.to_uppercase());
            assert!(by_name.iter().any(|s| s.ports.contains(&port)), "{by_name:?}");
        }
        assert_eq!(names(&services_on(80)), ["http", "www"]);
        assert!(services_on(12349).is_empty() && services_on(0).is_empty());
    }

    #[test]
    fn a_name_gives_the_port_of_its_transport() {
        // RFC 9110, RFC 4253, RFC 1035, RFC 2131, RFC 1350.
        assert_eq!(port_of("HTTP", Transport::Tcp), Some(80));
        assert_eq!(port_of("ssh", Transport::Tcp), Some(22));
        assert_eq!(port_of("dns", Transport::Udp), Some(53));
        assert_eq!(port_of("dhcp", Transport::Udp), Some(67));
        assert_eq!(port_of("x11", Transport::Tcp), Some(6000));
        assert_eq!(port_of("no-such-service", Transport::Tcp), None);
        assert_eq!(name_of(69, Transport::Udp), Some("tftp"));
        assert_eq!(name_of(80, Transport::Tcp), Some("http"));
        assert_eq!(name_of(12349, Transport::Tcp), None);
    }

    #[test]
    fn ranges_meet_at_the_boundaries_of_rfc_6335() {
        for range in [PortRange::System, PortRange::User, PortRange::Dynamic] {
            assert_eq!(PortRange::of(*range.ports().start()), range);
            assert_eq!(PortRange::of(*range.ports().end()), range);
        }
        assert_eq!(PortRange::of(1023), PortRange::System);
        assert_eq!(PortRange::of(1024), PortRange::User);
        assert_eq!(PortRange::of(49151), PortRange::User);
        assert_eq!(PortRange::of(49152), PortRange::Dynamic);
        assert!(
            services().all(|service| PortRange::of(*service.ports.end()) != PortRange::Dynamic)
        );
    }

    #[test]
    fn mistyped_names_find_the_likeliest_first() {
        assert_eq!(names_like("htpp").first(), Some(&"http"));
        assert_eq!(names_like("htttps").first(), Some(&"https"));
        assert_eq!(names_like("mysq1").first(), Some(&"mysql"));
        assert_eq!(names_like("postgersql").first(), Some(&"postgresql"));
        assert!(names_like("no-such-thing-at-all").is_empty());
        assert!(names_like("htp").len() <= 5);
    }

    #[test]
    fn common_names_and_likely_names_are_in_the_registry() {
        for (common, registered) in COMMON_NAMES {
            assert!(!services_named(registered).is_empty(), "{common} -> {registered}");
            assert!(services_named(common).is_empty(), "{common} is registered itself");
        }
        for name in WELL_KNOWN {
            let known = !services_named(name).is_empty() || registered_name(name).is_some();
            assert!(known, "{name}");
        }
        assert_eq!(registered_name("DNS"), Some("domain"));
    }

    #[test]
    fn habits_are_in_order_and_said_once() {
        assert!(HABITS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(habit_of(3000).map(|habit| habit.kind), Some(Development));
        assert_eq!(habit_of(22), None);
    }
}
