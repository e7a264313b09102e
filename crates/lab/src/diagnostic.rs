//! Mistakes and doubts about a lab file: what, where, and what to do next.
//!
//! Kept apart from their rendering: [`Diagnostics::reports`] gives each as a [`miette::Diagnostic`]
//! with the source attached for a terminal, [`Diagnostics::plain`] is text without colour.

use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::span::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The lab cannot be built.
    Error,
    /// The lab can be built and will run, but as a network it is wrong or at least odd.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What kind of mistake. Shown as `lab::unknown-key`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, such as `unknown-key`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad this kind of mistake is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is no YAML.
    Yaml = "yaml", Error;
    /// The text is larger or deeper than a lab may be.
    Limit = "limit", Error;
    /// A mapping has the same key twice.
    DuplicateKey = "duplicate-key", Error;
    /// A key that means nothing here.
    UnknownKey = "unknown-key", Error;
    /// A key that must be there is not.
    MissingKey = "missing-key", Error;
    /// A list where a text belongs, a number where a mapping belongs ...
    WrongType = "wrong-type", Error;
    /// A value that does not read as what belongs here.
    BadValue = "bad-value", Error;
    /// Something that this version does not simulate yet.
    NotYet = "not-yet", Error;
    /// Two settings that exclude each other.
    Conflict = "conflict", Error;
    /// A name that no node has.
    UnknownNode = "unknown-node", Error;
    /// A name that no interface of the node has.
    UnknownInterface = "unknown-interface", Error;
    /// A VLAN that the switch was not told of.
    UnknownVlan = "unknown-vlan", Error;
    /// Two cables in one interface.
    CableEndUsedTwice = "cable-end-used-twice", Error;
    /// Both ends of a cable at one node.
    LinkToItself = "link-to-itself", Error;
    /// A program on a node that cannot run one.
    CannotRunPrograms = "cannot-run-programs", Error;
    /// Two programs, or a program and a node, with one name.
    DuplicateName = "duplicate-name", Error;
    /// An expectation that does not read as one.
    BadExpectation = "bad-expectation", Error;
    /// An expectation about something that the lab does not have.
    ImpossibleExpectation = "impossible-expectation", Error;
    /// A program's command line that does not read as one.
    BadCommand = "bad-command", Error;
    /// A file that a program is to read and that is not there.
    MissingFile = "missing-file", Error;

    /// One IP address at two interfaces.
    DuplicateAddress = "duplicate-address", Warning;
    /// One MAC address at two interfaces.
    DuplicateMac = "duplicate-mac", Warning;
    /// The first or last address of a subnet given to an interface.
    ReservedAddress = "reserved-address", Warning;
    /// A gateway that is not in the host's own subnet.
    GatewayOffSegment = "gateway-off-segment", Warning;
    /// A gateway address at which no router stands.
    GatewayUnowned = "gateway-unowned", Warning;
    /// A host that has a router beside it and does not know.
    NoGateway = "no-gateway", Warning;
    /// Two interfaces of one node whose subnets overlap.
    OverlappingSubnets = "overlapping-subnets", Warning;
    /// Neighbours on one segment that disagree about its size.
    DifferentMasks = "different-masks", Warning;
    /// An address from another subnet than everybody else's on the segment.
    StrangerOnSegment = "stranger-on-segment", Warning;
    /// Switches or hubs connected in a circle.
    SwitchLoop = "switch-loop", Warning;
    /// An interface or node without a cable.
    Uncabled = "uncabled", Warning;
    /// A cabled host or router interface without an address.
    NoAddress = "no-address", Warning;
    /// A route that no packet will ever take.
    RouteNeverMatches = "route-never-matches", Warning;
    /// A route whose next hop is not reachable.
    NextHopUnreachable = "next-hop-unreachable", Warning;
    /// Two port forwards of one outside port.
    DuplicateForward = "duplicate-forward", Warning;
    /// A port forward to an address that is not inside.
    ForwardNotInside = "forward-not-inside", Warning;
    /// A port forward to an address that nobody has.
    ForwardUnowned = "forward-unowned", Warning;
    /// A firewall rule that an earlier one leaves nothing for.
    RuleNeverMatches = "rule-never-matches", Warning;
    /// Routers that pass a packet round in a circle.
    RoutingLoop = "routing-loop", Warning;
    /// Links of different MTU on one segment.
    MtuMismatch = "mtu-mismatch", Warning;
    /// A cable between ports that make different VLANs of the same frames.
    VlanMismatch = "vlan-mismatch", Warning;
    /// A trunk with another native VLAN at each end.
    NativeMismatch = "native-mismatch", Warning;
    /// A trunk that does not carry a VLAN which the other end sends.
    TrunkLacksVlan = "trunk-lacks-vlan", Warning;
    /// Stations of one IP network in different VLANs.
    NetworkInTwoVlans = "network-in-two-vlans", Warning;
    /// A row in `arp:` with a MAC address that the neighbour does not have.
    NeighborMismatch = "neighbor-mismatch", Warning;
    /// A name in `hosts:` for an address that nobody has.
    HostsEntryUnowned = "hosts-entry-unowned", Warning;
    /// A name server in `dns:` with an address that nobody has.
    DnsServerUnowned = "dns-server-unowned", Warning;
    /// A name server in `dns:` that runs no `serve dns`.
    DnsServerSilent = "dns-server-silent", Warning;
    /// A client of DHCP whom nobody will answer.
    NoDhcpServer = "no-dhcp-server", Warning;
    /// Two DHCP servers on one segment that lend the same addresses.
    OverlappingPools = "overlapping-pools", Warning;
    /// A DHCP pool with fewer addresses than clients.
    PoolTooSmall = "pool-too-small", Warning;
    /// A DHCP relay whose server is nobody, or lends nothing.
    DhcpRelayUnowned = "dhcp-relay-unowned", Warning;
    /// A setting that changes nothing.
    NoEffect = "no-effect", Warning;
    /// A program that is to talk to a name that nobody has.
    UnknownName = "unknown-name", Warning;
    /// A mistake in a file that a server of names reads.
    BadZone = "bad-zone", Warning;
    /// A program that would start after the end.
    NeverStarts = "never-starts", Warning;
    /// An interface that is to form an address, on a segment where no router advertises a prefix.
    NothingAdvertised = "nothing-advertised", Warning;
    /// An advertised prefix of a length from which no address is formed.
    PrefixNotFormable = "prefix-not-formable", Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lab::{}", self.name())
    }
}

/// A place in the text and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// The fact, then the value.
    pub message: String,
    /// The place first, then other places that matter.
    pub labels: Vec<Label>,
    /// What to do next, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at a place.
    pub fn new(
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        let labels = vec![Label { span, text: label.into() }];
        Self { code, message: message.into(), labels, help: None }
    }

    /// With another place to look at.
    #[must_use]
    pub fn and(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: label.into() });
        self
    }

    /// With what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With what to do next, when there is something.
    #[must_use]
    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The first place.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::default(), |label| label.span)
    }
}

/// All that is wrong with one lab file, in the order of the text.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Arc<NamedSource<String>>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(file_name: &str, text: &str, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.code));
        list.dedup();
        Self { source: Arc::new(NamedSource::new(file_name, text.to_owned())), list }
    }

    /// Each of them, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether there is nothing to say.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many errors there are: with one or more the lab cannot be built.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity() == severity).count()
    }

    /// Each with the source attached, for miette's renderers.
    pub fn reports(&self) -> impl Iterator<Item = Report> {
        self.list.iter().map(|diagnostic| Report {
            diagnostic: diagnostic.clone(),
            source: Arc::clone(&self.source),
        })
    }

    /// All as text without colour, for files and tests.
    pub fn plain(&self) -> String {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_width(100)
            .with_links(false)
            .without_syntax_highlighting();
        let mut text = String::new();
        for report in self.reports() {
            if handler.render_report(&mut text, &report).is_err() {
                // Only a `Write` that fails gives an error, and a String does not; but a renderer
                // that trips must not take the message with it.
                text.push_str(&report.to_string());
            }
            text.push('\n');
        }
        // The renderer pads some lines with blanks.
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// One diagnostic with its source, as miette wants it.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostic: Diagnostic,
    source: Arc<NamedSource<String>>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.diagnostic.labels.iter().enumerate().map(|(index, label)| {
            let text = Some(label.text.clone());
            let span = (label.span.start, label.span.len());
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        });
        Some(Box::new(labels))
    }
}

/// `did you mean ...?` when one of `known` is near to `written`.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// Names beyond this many are not compared, so that a large lab full of mistakes stays quick.
const MOST_COMPARED: usize = 2000;

/// The one of `known` that is near enough to `written` to be what was meant.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Two slips in a long word, one in a short one; `min_by` keeps the first of equals.
    let allowed = match written.chars().count() {
        0..=1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    let folded = written.to_lowercase();
    known
        .into_iter()
        .take(MOST_COMPARED)
        .filter(|name| name.len().abs_diff(written.len()) <= allowed)
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `a`, `b` or `c`.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names, "or")
}

/// `a`, `b` and `c`.
pub(crate) fn all_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names, "and")
}

fn listed<'a>(names: impl IntoIterator<Item = &'a str>, word: &str) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}
