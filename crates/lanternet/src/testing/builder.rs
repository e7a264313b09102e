//! A lab described in code. It becomes the text of a lab file, which is read and checked as any other.

use std::fmt::{Display, Write as _};
use std::panic::Location;

use super::failure::Mistakes;
use super::lab::{Lab, Options};

/// A node of a lab: a host, a router, a switch.
///
/// The words are those of lab files; see `lanternet schema` for all of them.
#[derive(Clone, Debug)]
pub struct Node {
    kind: &'static str,
    fields: Fields,
    interfaces: Fields,
    routes: Vec<Fields>,
}

/// A cable between two nodes. Without settings it is one of a local network: 1 Gbit/s, 5 µs.
#[derive(Clone, Debug, Default)]
pub struct Link(Fields);

/// Keys with values in YAML.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(String, String)>);

/// Makes a [`Lab`] in code.
///
/// ```
/// use lanternet::{Lab, Link, Node};
///
/// let mut lab = Lab::builder()
///     .node("laptop", Node::host("dhcp"))
///     .node("home", Node::home_router("203.0.113.2/24").gateway("203.0.113.1"))
///     .node("isp", Node::router().interface("eth0", "203.0.113.1/24").interface("eth1", "198.51.100.1/24"))
///     .node("shop", Node::host("198.51.100.80/24").gateway("198.51.100.1"))
///     .link("laptop", "home")
///     .link_with("home:wan", "isp:eth0", Link::new().delay("10ms").rate("50 Mbit").loss("1%"))
///     .link("isp:eth1", "shop")
///     .program("shop", "serve upper --port 9090")
///     .build()?;
/// lab.expect("laptop reaches shop:9090")?;
/// lab.expect("shop cannot reach 192.168.1.100")?;
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
///
/// Mistakes are told all at once, each underlined in the text that the builder has made:
///
/// ```
/// # use lanternet::{Lab, Node};
/// let mistakes = Lab::builder()
///     .node("a1", Node::host("192.168.1.1/33"))
///     .link("a1", "b3")
///     .build()
///     .unwrap_err();
/// assert!(mistakes.to_string().contains("no node is called `b3`"), "{mistakes}");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    name: Option<String>,
    nodes: Vec<(String, Node)>,
    links: Vec<Fields>,
    programs: Vec<Fields>,
    files: Fields,
    expectations: Vec<String>,
    options: Options,
}

impl Node {
    /// A host with one interface and this address and prefix length, or `dhcp`.
    pub fn host(address: impl Display) -> Self {
        Self::of("host").set_text("address", address)
    }

    /// A router; give it an [`interface`](Self::interface) for each of its cables.
    pub fn router() -> Self {
        Self::of("router")
    }

    /// The box in a home: a switch for the devices of the house, one address for all of them outside,
    /// a DHCP server, a name server. Its cable to the provider goes into `wan`, which has this address,
    /// or `dhcp`; inside it is 192.168.1.1 and lends addresses of 192.168.1.0/24.
    pub fn home_router(wan: impl Display) -> Self {
        let address = flow([("address".to_owned(), text(wan))].iter());
        Self::of("home-router").set("wan", address)
    }

    /// A switch, which learns who is behind each of its ports.
    pub fn switch() -> Self {
        Self::of("switch")
    }

    /// A hub, which repeats everything to everybody.
    pub fn hub() -> Self {
        Self::of("hub")
    }

    fn of(kind: &'static str) -> Self {
        Self { kind, fields: Fields::default(), interfaces: Fields::default(), routes: Vec::new() }
    }

    /// Where packets go that are for no segment of its own.
    #[must_use]
    pub fn gateway(self, address: impl Display) -> Self {
        self.set_text("gateway", address)
    }

    /// The server that it asks for names.
    #[must_use]
    pub fn dns(self, server: impl Display) -> Self {
        self.set_text("dns", server)
    }

    /// Adds an interface with an address and prefix length, or `dhcp`.
    #[must_use]
    pub fn interface(mut self, name: &str, address: impl Display) -> Self {
        let settings = flow([("address".to_owned(), text(address))].iter());
        self.interfaces.0.push((text(name), settings));
        self
    }

    /// Adds a row to its routing table: to this prefix by way of that neighbour.
    #[must_use]
    pub fn route(mut self, to: impl Display, via: impl Display) -> Self {
        let fields = [("to".to_owned(), text(to)), ("via".to_owned(), text(via))];
        self.routes.push(Fields(fields.into()));
        self
    }

    /// Any other word of the lab file's language, with its value in YAML on one line:
    /// `.set("nat", "{ outside: eth0, preset: home }")`.
    #[must_use]
    pub fn set(mut self, key: &str, yaml: impl Display) -> Self {
        self.fields.0.push((text(key), yaml.to_string()));
        self
    }

    fn set_text(self, key: &str, value: impl Display) -> Self {
        let value = text(value);
        self.set(key, value)
    }

    fn yaml(&self) -> String {
        let mut fields = vec![("kind".to_owned(), self.kind.to_owned())];
        fields.extend(self.fields.0.iter().cloned());
        if !self.interfaces.0.is_empty() {
            fields.push(("interfaces".to_owned(), flow(self.interfaces.0.iter())));
        }
        if !self.routes.is_empty() {
            let rows: Vec<_> = self.routes.iter().map(|row| flow(row.0.iter())).collect();
            fields.push(("routes".to_owned(), format!("[{}]", rows.join(", "))));
        }
        flow(fields.iter())
    }
}

impl Link {
    /// A cable of a local network.
    pub fn new() -> Self {
        Self::default()
    }

    /// A medium by name: `lan`, `wifi`, `mobile-4g`, `mobile-3g`, `satellite`, or `perfect`, which
    /// takes no time at all.
    pub fn preset(name: &str) -> Self {
        Self::default().set("preset", text(name))
    }

    /// How long a frame is on its way: `20ms`.
    #[must_use]
    pub fn delay(self, time: impl Display) -> Self {
        let time = text(time);
        self.set("delay", time)
    }

    /// By how much the delay varies: `5ms`.
    #[must_use]
    pub fn jitter(self, time: impl Display) -> Self {
        let time = text(time);
        self.set("jitter", time)
    }

    /// The share of frames that are lost: `5%`.
    #[must_use]
    pub fn loss(self, share: impl Display) -> Self {
        let share = text(share);
        self.set("loss", share)
    }

    /// How much it carries: `10 Mbit`.
    #[must_use]
    pub fn rate(self, rate: impl Display) -> Self {
        let rate = text(rate);
        self.set("rate", rate)
    }

    /// Any other word of the lab file's language, with its value in YAML: `.set("reorder", "1%")`.
    #[must_use]
    pub fn set(mut self, key: &str, yaml: impl Display) -> Self {
        self.0.0.push((text(key), yaml.to_string()));
        self
    }
}

impl Builder {
    /// Calls the lab something.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// The seed from which all chance is drawn, whatever [`for_each_seed`](super::for_each_seed) and
    /// the environment say.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// How many records of what happened are kept: see [`Options::records`].
    #[must_use]
    pub fn records(mut self, records: usize) -> Self {
        self.options.records = records;
        self
    }

    /// Adds a node.
    #[must_use]
    pub fn node(mut self, name: &str, node: Node) -> Self {
        self.nodes.push((name.to_owned(), node));
        self
    }

    /// Plugs in a cable of a local network between two nodes. Interfaces and ports are taken in order,
    /// unless they are named: `r1:eth0`.
    #[must_use]
    pub fn link(self, a: &str, b: &str) -> Self {
        self.link_with(a, b, Link::new())
    }

    /// Plugs in a cable with settings of its own.
    #[must_use]
    pub fn link_with(mut self, a: &str, b: &str, link: Link) -> Self {
        let mut fields = vec![("between".to_owned(), format!("[{}, {}]", text(a), text(b)))];
        fields.extend(link.0.0);
        self.links.push(Fields(fields));
        self
    }

    /// Puts one of Lanternet's own programs on a node by its command line: `serve upper --port 9090`.
    #[must_use]
    pub fn program(mut self, on: &str, line: &str) -> Self {
        let fields = [("on".to_owned(), text(on)), ("run".to_owned(), text(line))];
        self.programs.push(Fields(fields.into()));
        self
    }

    /// A file that programs read, such as a page of `serve site`, by its path.
    #[must_use]
    pub fn file(mut self, path: &str, content: &str) -> Self {
        self.files.0.push((text(path), text(content)));
        self
    }

    /// Something that [`Lab::expect_all`] judges.
    #[must_use]
    pub fn expect(mut self, line: &str) -> Self {
        self.expectations.push(text(line));
        self
    }

    /// The text of a lab file that describes the same lab, as for `lanternet run`.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let lines = |out: &mut String, key: &str, lines: &mut dyn Iterator<Item = String>| {
            let mut lines = lines.peekable();
            if lines.peek().is_some() {
                let _ = writeln!(out, "{key}:");
                lines.for_each(|line| {
                    let _ = writeln!(out, "  {line}");
                });
            }
        };
        if let Some(name) = &self.name {
            let _ = writeln!(out, "name: {}", text(name));
        }
        if let Some(seed) = self.options.seed {
            let _ = writeln!(out, "seed: {seed}");
        }
        let node = |(name, node): &(String, Node)| format!("{}: {}", text(name), node.yaml());
        lines(&mut out, "nodes", &mut self.nodes.iter().map(node));
        let row = |fields: &Fields| format!("- {}", flow(fields.0.iter()));
        lines(&mut out, "links", &mut self.links.iter().map(row));
        lines(&mut out, "programs", &mut self.programs.iter().map(row));
        let file = |(path, content): &(String, String)| format!("{path}: {content}");
        lines(&mut out, "files", &mut self.files.0.iter().map(file));
        let expectation = |line: &String| format!("- {line}");
        lines(&mut out, "expect", &mut self.expectations.iter().map(expectation));
        out
    }

    /// Checks what was described, and builds it.
    ///
    /// # Errors
    /// All that is wrong with it.
    #[track_caller]
    pub fn build(self) -> Result<Lab, Mistakes> {
        let at = Location::caller();
        let name = format!("lab of {}:{}", at.file(), at.line());
        lanternet_lab::parse(&self.text(), &name)
            .map(|(lab, warnings)| Lab::new(lab, warnings, &self.options))
            .map_err(Mistakes)
    }
}

/// A text as YAML: plain where that cannot be misread, else in quotes.
fn text(value: impl Display) -> String {
    let value = value.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "./-%_".contains(c);
    let starts = value.starts_with(|c: char| c.is_ascii_alphanumeric());
    // Words such as `no` and `1e3` mean something else in YAML where a text is not asked for.
    if starts && value.chars().all(plain) && value.contains(|c: char| "./%".contains(c)) {
        return value;
    }
    let word = value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let special = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    if starts
        && word
        && !value.starts_with(|c: char| c.is_ascii_digit())
        && !special.contains(&&*value)
    {
        return value;
    }
    // A JSON string is a double-quoted YAML scalar; a text can always be written as one.
    serde_json::to_string(&value).unwrap_or_default()
}

fn flow<'a>(fields: impl Iterator<Item = &'a (String, String)>) -> String {
    let fields: Vec<_> = fields.map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{ {} }}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_back_as_itself() {
        for value in
            ["a1", "sw-a", "no", "10.0.0.1/24", "5%", "20ms", "10 Mbit", "1e3", "a: b", "\"q\"\n"]
        {
            let yaml = format!("nodes: {{}}\nname: x\nfiles: {{ \"f\": {} }}\n", text(value));
            let (lab, _) = lanternet_lab::parse(&yaml, "t").map_err(|e| e.plain()).unwrap();
            assert_eq!(String::from_utf8_lossy(&lab.files().read("f").unwrap()), value, "{yaml}");
        }
    }

    #[test]
    fn the_text_is_a_lab_file() {
        let builder = Lab::builder()
            .name("two")
            .seed(7)
            .node("a", Node::host("10.0.0.1/24").gateway("10.0.0.254"))
            .node(
                "r",
                Node::router().interface("eth0", "10.0.0.254/24").route("10.2.0.0/16", "10.0.0.9"),
            )
            .link_with("a", "r:eth0", Link::new().delay("2ms"))
            .program("a", "ping r --count 1")
            .expect("a reaches r");
        let expected = "\
name: two
seed: 7
nodes:
  a: { kind: host, address: 10.0.0.1/24, gateway: 10.0.0.254 }
  r: { kind: router, interfaces: { eth0: { address: 10.0.0.254/24 } }, routes: [{ to: 10.2.0.0/16, via: 10.0.0.9 }] }
links:
  - { between: [a, \"r:eth0\"], delay: \"2ms\" }
programs:
  - { on: a, run: \"ping r --count 1\" }
expect:
  - \"a reaches r\"
";
        assert_eq!(builder.text(), expected);
    }
}
