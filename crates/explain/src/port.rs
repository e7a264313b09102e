//! Ports and services in words.

use std::ops::RangeInclusive;

use lanternet_net::services::{
    HabitKind, PortRange, REGISTRY_DATE, Service, Transport, habit_of, names_like, registered_name,
    services_named, services_on,
};

use crate::args;
use crate::columns::table;
use crate::explained::Explained;
use crate::locale::Catalogue;

/// What was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A port number.
    Number(u16),
    /// A service name.
    Name(String),
}

impl Query {
    /// Reads digits as a number and anything else as a name.
    ///
    /// # Errors
    /// A number that is no port.
    pub fn parse(catalogue: &Catalogue, given: &str) -> Result<Self, Explained> {
        let digits = given.strip_prefix(['-', '+']).unwrap_or(given);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Name(given.to_owned()));
        }
        match given.parse() {
            Ok(port) => Ok(Self::Number(port)),
            Err(_) => Err(Explained {
                message: catalogue.text("port-error-number", &args!(given)),
                help: Some(catalogue.phrase("port-help-number")),
            }),
        }
    }
}

/// What the registry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is an assignment: all about it.
    Assigned(String),
    /// The number is a port without an assignment: what there is to say all the same.
    Unassigned(String),
    /// There is no service of that name, or not over the transport asked for.
    Unknown(Explained),
}

/// Looks up a port or a service; with `over`, for these transports only.
pub fn look_up(catalogue: &Catalogue, query: &Query, over: &[Transport]) -> Answer {
    match query {
        Query::Number(port) => number(catalogue, *port, over),
        Query::Name(given) => name(catalogue, given, over),
    }
}

fn number(catalogue: &Catalogue, port: u16, over: &[Transport]) -> Answer {
    let all = services_on(port);
    let services: Vec<Service> = all.iter().filter(|s| is_over(s, over)).cloned().collect();
    let date = REGISTRY_DATE;
    let mut rows: Vec<[String; 2]> =
        services.iter().map(|s| service_row(catalogue, s, over)).collect();
    if services.is_empty() && port != 0 {
        let none = if over.is_empty() {
            catalogue.text("port-assigned-none", &args!(date))
        } else {
            let transport = transport_names(over.iter().copied());
            catalogue.text("port-assigned-none-over", &args!(transport, date))
        };
        rows.push([catalogue.phrase("port-label-service"), none]);
        rows.extend(all.iter().map(|service| service_row(catalogue, service, &[])));
    }
    rows.extend(about(catalogue, &(port..=port), &services, over));
    let text = block(catalogue, &(port..=port), &rows);
    if services.is_empty() {
        Answer::Unassigned(text)
    } else {
        Answer::Assigned(text + "\n" + &catalogue.text("port-source", &args!(date)) + "\n")
    }
}

fn name(catalogue: &Catalogue, given: &str, over: &[Transport]) -> Answer {
    let date = REGISTRY_DATE;
    let registered = registered_name(given).filter(|_| services_named(given).is_empty());
    let all = services_named(registered.unwrap_or(given));
    let Some(first) = all.first() else {
        let message = catalogue.text("port-error-name", &args!(given, date));
        let names = names_like(given).join(", ");
        let help = (!names.is_empty()).then(|| catalogue.text("port-help-name", &args!(names)));
        return Answer::Unknown(Explained { message, help });
    };
    let services: Vec<&Service> = all.iter().filter(|service| is_over(service, over)).collect();
    if services.is_empty() {
        let (name, transport) = (first.name, transport_names(over.iter().copied()));
        let args = args!(name, transport, date);
        let message = catalogue.text("port-assigned-none-name-over", &args);
        let others = Transport::ALL.into_iter().filter(|t| all.iter().any(|s| s.is_over(*t)));
        let transports = transport_names(others);
        let help = catalogue.text("port-assigned-others", &args!(transports));
        return Answer::Unknown(Explained { message, help: Some(help) });
    }
    let mut text = String::new();
    if let Some(name) = registered {
        text += &catalogue.text("port-common-name", &args!(common = given, name));
        text += "\n\n";
    }
    for service in services {
        let mut rows = vec![service_row(catalogue, service, over)];
        rows.extend(about(catalogue, &service.ports, std::slice::from_ref(service), over));
        text += &block(catalogue, &service.ports, &rows);
        text.push('\n');
    }
    Answer::Assigned(text + &catalogue.text("port-source", &args!(date)) + "\n")
}

fn is_over(service: &Service, over: &[Transport]) -> bool {
    over.is_empty() || over.iter().any(|transport| service.is_over(*transport))
}

fn transport_names(transports: impl Iterator<Item = Transport>) -> String {
    transports.map(|transport| transport.name().to_uppercase()).collect::<Vec<_>>().join(", ")
}

fn service_row(catalogue: &Catalogue, service: &Service, over: &[Transport]) -> [String; 2] {
    let shown = service.transports().filter(|t| over.is_empty() || over.contains(t));
    let mut value = format!("{} ({})", service.name, transport_names(shown));
    if !service.description.is_empty() {
        value = format!("{value}  {}", service.description);
    }
    [catalogue.phrase("port-label-service"), value]
}

fn block(catalogue: &Catalogue, ports: &RangeInclusive<u16>, rows: &[[String; 2]]) -> String {
    let port = if ports.start() == ports.end() {
        ports.start().to_string()
    } else {
        format!("{}-{}", ports.start(), ports.end())
    };
    catalogue.text("port-heading", &args!(port)) + "\n" + &table(2, rows)
}

/// What there is to know besides the assignments: the range, habits, notes.
fn about(
    catalogue: &Catalogue,
    ports: &RangeInclusive<u16>,
    services: &[Service],
    over: &[Transport],
) -> Vec<[String; 2]> {
    let port = *ports.start();
    let mut rows = vec![[catalogue.phrase("port-label-range"), range(catalogue, port)]];
    if port == 0 {
        rows.push([catalogue.phrase("port-label-note"), catalogue.phrase("port-reserved")]);
    }
    if let Some(texts) = habit(catalogue, port) {
        rows.extend(texts.map(|text| [catalogue.phrase("port-label-habit"), text]));
    }
    let notes = services.iter().filter_map(|service| note_id(service, port, over));
    let mut notes: Vec<&str> = notes.collect();
    notes.dedup();
    rows.extend(
        notes.into_iter().map(|id| [catalogue.phrase("port-label-note"), catalogue.phrase(id)]),
    );
    rows
}

fn range(catalogue: &Catalogue, port: u16) -> String {
    let range = PortRange::of(port);
    let (first, last) = (range.ports().start().to_string(), range.ports().end().to_string());
    let args = args!(first, last);
    match range {
        PortRange::System => catalogue.text("port-range-system", &args),
        PortRange::User => catalogue.text("port-range-user", &args),
        PortRange::Dynamic => catalogue.text("port-range-dynamic", &args),
    }
}

/// The habit, and that it is no assignment where the registry says something else or nothing.
fn habit(catalogue: &Catalogue, port: u16) -> Option<impl Iterator<Item = String> + use<>> {
    let habit = habit_of(port)?;
    let programs = habit.programs;
    let args = args!(programs);
    let text = match (habit.kind, programs.is_empty()) {
        (HabitKind::Development, _) => catalogue.text("port-habit-development", &args),
        (HabitKind::AlternativeHttp, true) => catalogue.phrase("port-habit-alternative-http"),
        (HabitKind::AlternativeHttp, false) => {
            catalogue.text("port-habit-alternative-http-programs", &args)
        }
        (HabitKind::AlternativeHttps, true) => catalogue.phrase("port-habit-alternative-https"),
        (HabitKind::AlternativeHttps, false) => {
            catalogue.text("port-habit-alternative-https-programs", &args)
        }
        (HabitKind::Program, _) => catalogue.text("port-habit-program", &args),
        (HabitKind::Unprotected, _) => catalogue.text("port-habit-unprotected", &args),
    };
    let assigned = services_on(port);
    let is_the_assignment = assigned.iter().any(|service| ASSIGNED_HABITS.contains(&service.name));
    let status = if is_the_assignment {
        None
    } else if assigned.is_empty() {
        Some(catalogue.phrase("port-habit-unassigned"))
    } else {
        let mut names: Vec<&str> = assigned.iter().map(|service| service.name).collect();
        names.dedup();
        let names = names.join(", ");
        Some(catalogue.text("port-habit-differs", &args!(names)))
    };
    Some([Some(text), status].into_iter().flatten())
}

/// Services whose habit is what the registry assigns too.
const ASSIGNED_HABITS: &[&str] =
    &["http-alt", "socks", "mqtt", "docker", "redis", "memcache", "mongodb", "mysqlx"];

fn note_id(service: &Service, port: u16, over: &[Transport]) -> Option<&'static str> {
    let udp_only = over == [Transport::Udp];
    match (service.name, port) {
        ("https", 443) if over.is_empty() || over.contains(&Transport::Udp) => {
            Some("port-note-https-udp")
        }
        ("http", 80) if !udp_only => Some("port-note-http"),
        ("domain", 53) => Some("port-note-domain"),
        ("bootps" | "bootpc", _) => Some("port-note-bootp"),
        ("telnet", 23) => Some("port-note-telnet"),
        ("ftp", 21) => Some("port-note-ftp"),
        ("smtp", 25) => Some("port-note-smtp"),
        ("submissions", 465) => Some("port-note-submissions"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    fn ask(locale: Locale, given: &str, over: &[Transport]) -> Answer {
        let catalogue = Catalogue::new(locale);
        let query = Query::parse(&catalogue, given).expect("a query");
        look_up(&catalogue, &query, over)
    }

    fn assigned(given: &str, over: &[Transport]) -> String {
        match ask(Locale::En, given, over) {
            Answer::Assigned(text) => text,
            other => panic!("{given}: {other:?}"),
        }
    }

    #[test]
    fn a_number_and_a_name_say_the_same_of_a_service() {
        let service = "service  mysql (TCP, UDP)";
        assert!(assigned("3306", &[]).contains(service));
        assert!(assigned("mysql", &[]).contains(service));
        assert!(assigned("MySQL", &[Transport::Tcp]).contains("mysql (TCP)\n"));
        assert!(assigned("6010", &[]).contains("x11"));
        assert!(assigned("x11", &[]).contains("Port 6000-6063\n"));
    }

    #[test]
    fn http_3_is_the_note_of_https_over_udp() {
        assert!(assigned("https", &[Transport::Udp]).contains("HTTP/3"));
        assert!(!assigned("https", &[Transport::Tcp]).contains("HTTP/3"));
    }

    #[test]
    fn a_habit_says_whether_it_is_assigned() {
        assert!(assigned("3000", &[]).contains("customary, not assigned: the registry gives"));
        assert!(!assigned("8080", &[]).contains("customary, not assigned"));
        assert!(!assigned("6379", &[]).contains("customary, not assigned"));
        let Answer::Unassigned(text) = ask(Locale::En, "5173", &[]) else { panic!("5173") };
        assert!(text.contains("Vite") && text.contains("customary, not assigned: any program"));
    }

    #[test]
    fn a_transport_without_an_assignment_is_a_negative_answer() {
        let Answer::Unassigned(text) = ask(Locale::En, "27017", &[Transport::Udp]) else {
            panic!("27017")
        };
        assert!(text.contains("over UDP") && text.contains("mongodb (TCP)"), "{text}");
        let Answer::Unknown(error) = ask(Locale::En, "mongodb", &[Transport::Udp]) else {
            panic!("mongodb")
        };
        assert_eq!(error.message, "mongodb is not assigned over UDP (IANA, 2024-08)");
        assert_eq!(error.help.as_deref(), Some("it is assigned over TCP"));
    }

    #[test]
    fn mistakes_say_what_to_do_in_both_languages() {
        let Answer::Unknown(error) = ask(Locale::En, "htpp", &[]) else { panic!("htpp") };
        assert_eq!(error.message, "no service is called `htpp` (IANA, 2024-08)");
        assert!(error.help.is_some_and(|help| help.starts_with("did you mean http")));
        let Answer::Unknown(error) = ask(Locale::ZhCn, "htpp", &[]) else { panic!("htpp") };
        assert_eq!(error.message, "没有名为“htpp”的服务（IANA，2024-08）");
        let catalogue = Catalogue::new(Locale::En);
        for given in ["65536", "70000", "-1", "99999999999999999999"] {
            let error = Query::parse(&catalogue, given).expect_err(given);
            assert_eq!(error.message, format!("`{given}` is not a port: ports go from 0 to 65535"));
        }
    }

    #[test]
    fn every_port_is_described_without_a_gap() {
        for locale in Locale::ALL {
            let catalogue = Catalogue::new(*locale);
            for port in (0..=65535)
                .step_by(997)
                .chain([0, 53, 80, 443, 465, 3000, 5173, 8008, 8080, 8443, 9443])
            {
                let query = Query::Number(port);
                match look_up(&catalogue, &query, &[]) {
                    Answer::Assigned(text) | Answer::Unassigned(text) => {
                        assert!(!text.contains('{') && !text.contains("port-"), "{text}");
                    }
                    Answer::Unknown(error) => panic!("{port}: {error:?}"),
                }
            }
        }
    }
}
