//! From the entries of a master file to a zone (RFC 1035 section 5, `$TTL` of RFC 2308 section 4).

use std::ops::Range;

use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::lex::{Entry, Lexer, Word, unescape};
use super::{Unfit, Zone, ZoneError};
use crate::dns::reason;

/// The types of records that are read.
pub const TYPES: [RecordType; 9] = [
    RecordType::SOA,
    RecordType::NS,
    RecordType::A,
    RecordType::AAAA,
    RecordType::CNAME,
    RecordType::MX,
    RecordType::TXT,
    RecordType::PTR,
    RecordType::SRV,
];

/// Mistakes after this many are not told: it is another kind of file.
const MOST_ERRORS: usize = 20;
/// RFC 1035 section 3.3.14: each string of a text has a length of one byte.
const LONGEST_STRING: usize = 255;
/// RFC 1035 section 3.1.
const LONGEST_LABEL: usize = 63;

pub(super) fn parse(text: &str, origin: Option<&Name>) -> Result<Zone, Vec<ZoneError>> {
    let mut errors = Vec::new();
    let records = read(text, origin, None, &mut errors);
    if errors.len() >= MOST_ERRORS {
        return Err(errors);
    }
    match build(text, records, &mut errors) {
        Some(zone) if errors.is_empty() => Ok(zone),
        _ => Err(errors),
    }
}

/// The records of a master file that is no zone, such as root hints; `ttl` is for those without
/// one.
///
/// # Errors
/// All mistakes, in the order of the file.
pub(in crate::dns) fn parse_records(
    text: &str,
    origin: Option<&Name>,
    ttl: u32,
) -> Result<Vec<Record>, Vec<ZoneError>> {
    let mut errors = Vec::new();
    let records = read(text, origin, Some(ttl), &mut errors);
    if errors.is_empty() {
        Ok(records.into_iter().map(|(record, _)| record).collect())
    } else {
        Err(errors)
    }
}

fn read(
    text: &str,
    origin: Option<&Name>,
    ttl: Option<u32>,
    errors: &mut Vec<ZoneError>,
) -> Vec<Placed> {
    let origin = origin.map(|origin| {
        let mut origin = origin.clone();
        origin.set_fqdn(true);
        origin
    });
    let mut reader = Reader { text, origin, owner: None, ttl, last_ttl: None, minimum: None };
    let mut lexer = Lexer::new(text);
    let mut records = Vec::new();
    while let Some(entry) = lexer.next_entry() {
        match entry.and_then(|entry| reader.entry(&entry)) {
            Ok(record) => records.extend(record),
            Err(error) => errors.push(error),
        }
        if errors.len() >= MOST_ERRORS {
            break;
        }
    }
    records
}

/// A record and where it stands.
type Placed = (Record, Range<usize>);

fn build(text: &str, mut records: Vec<Placed>, errors: &mut Vec<ZoneError>) -> Option<Zone> {
    let soa = records.iter().position(|(record, _)| record.record_type() == RecordType::SOA);
    let zone = match soa {
        Some(index) => Zone::new(records.remove(index).0).ok(),
        // One that could not be read was told of.
        None if !errors.is_empty() => return None,
        None => None,
    };
    let Some(mut zone) = zone else {
        let help =
            "begin with one such as `@ SOA ns.example.com. admin.example.com. 1 1h 10m 1w 5m`";
        errors.push(ZoneError::new(text, 0..0, "the zone has no SOA record", help));
        return None;
    };
    for (record, at) in records {
        if let Err(unfit) = zone.insert(record) {
            let help = match &unfit {
                Unfit::OutOfZone { .. } => {
                    "each zone has a file of its own; a name without a dot at its end is relative \
                     to `$ORIGIN`"
                }
                Unfit::SecondSoa(_) => {
                    "leave one out, or put the other zone into a file of its own"
                }
                Unfit::AliasWithOthers(_) | Unfit::SecondAlias(_) => {
                    "keep the CNAME alone, or the other records without it"
                }
            };
            errors.push(ZoneError::new(text, at, unfit.to_string(), help));
        }
    }
    if !zone.has_servers() && errors.is_empty() {
        let message = format!("the zone `{}` has no NS record at its top", zone.origin());
        let help = "add one that names this server, such as `@ NS ns`, and its address: `ns A ...`";
        errors.push(ZoneError::new(text, 0..0, message, help));
    }
    Some(zone)
}

struct Reader<'a> {
    text: &'a str,
    origin: Option<Name>,
    owner: Option<Name>,
    /// Of `$TTL`.
    ttl: Option<u32>,
    /// The last that an entry had.
    last_ttl: Option<u32>,
    /// Of the SOA, for files without any other.
    minimum: Option<u32>,
}

impl Reader<'_> {
    fn error(
        &self,
        at: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> ZoneError {
        ZoneError::new(self.text, at, message, help)
    }

    /// One entry; `None` when it is no record.
    fn entry(&mut self, entry: &Entry<'_>) -> Result<Option<Placed>, ZoneError> {
        let Some(first) = entry.words.first() else { return Ok(None) };
        if !entry.indented && !first.quoted && first.text.starts_with('$') {
            return self.control(first, &entry.words[1..]).map(|()| None);
        }
        let mut words = entry.words.iter();
        if !entry.indented {
            words.next();
            self.owner = Some(self.name(first)?);
        }
        let Some(owner) = self.owner.clone() else {
            let help = "begin the line with a name, or with `@` for the origin";
            let message = "a record without a name, and none before it";
            return Err(self.error(first.at.clone(), message, help));
        };
        let mut fields =
            Fields { reader: self, words: words.as_slice(), end: first.at.clone(), what: "" };
        let (mut ttl, mut class) = (None, false);
        // TTL and class in any order, each at most once.
        let (kind, at) = loop {
            let word = fields.next("a type such as A, NS or MX")?;
            let begins_with_digit = word.text.starts_with(|c: char| c.is_ascii_digit());
            if begins_with_digit && ttl.is_none() {
                ttl = Some(fields.reader.time(word)?);
            } else if word.text.eq_ignore_ascii_case("IN") && !class {
                class = true;
            } else {
                break (fields.reader.kind(word)?, word.at.clone());
            }
        };
        fields.what = match kind {
            RecordType::SOA => "SOA",
            RecordType::NS => "NS",
            RecordType::A => "A",
            RecordType::AAAA => "AAAA",
            RecordType::CNAME => "CNAME",
            RecordType::MX => "MX",
            RecordType::TXT => "TXT",
            RecordType::PTR => "PTR",
            _ => "SRV",
        };
        fields.end = at.clone();
        let data = fields.data(kind)?;
        if let RData::SOA(soa) = &data {
            self.minimum = Some(soa.minimum);
        }
        let explicit = ttl.is_some();
        let Some(ttl) = ttl.or(self.ttl).or(self.last_ttl).or(self.minimum) else {
            let help = "begin the file with one for all records, such as `$TTL 1h`";
            return Err(self.error(first.at.clone(), "a record without a TTL", help));
        };
        if explicit {
            self.last_ttl = Some(ttl);
        }
        let place = if entry.indented { at } else { first.at.clone() };
        Ok(Some((Record::from_rdata(owner, ttl, data), place)))
    }

    fn control(&mut self, word: &Word<'_>, rest: &[Word<'_>]) -> Result<(), ZoneError> {
        let name = word.text.to_ascii_uppercase();
        let (what, help) = match name.as_str() {
            "$ORIGIN" => ("a name", "write one such as `$ORIGIN example.com.`"),
            "$TTL" => ("a time", "write one such as `$TTL 1h` or `$TTL 3600`"),
            "$INCLUDE" => {
                let help = "put everything into one file";
                return Err(self.error(word.at.clone(), "`$INCLUDE` is not supported", help));
            }
            _ => {
                let message = format!("unknown control entry `{}`", word.text);
                let help = "the control entries are `$ORIGIN` and `$TTL`";
                return Err(self.error(word.at.clone(), message, help));
            }
        };
        match rest {
            [value] if name == "$ORIGIN" => self.origin = Some(self.name(value)?),
            [value] => self.ttl = Some(self.time(value)?),
            [] => {
                let message = format!("expected {what} after `{}`, got nothing", word.text);
                return Err(self.error(word.at.clone(), message, help));
            }
            [_, second, ..] => {
                let message = format!("expected nothing more, got `{}`", second.text);
                return Err(self.error(second.at.clone(), message, help));
            }
        }
        Ok(())
    }

    fn kind(&self, word: &Word<'_>) -> Result<RecordType, ZoneError> {
        let upper = word.text.to_ascii_uppercase();
        if let Some(kind) = TYPES.iter().find(|kind| kind.to_string() == upper) {
            return Ok(*kind);
        }
        let types = TYPES.map(|kind| kind.to_string()).join(", ");
        let (message, help) = match upper.as_str() {
            "CH" | "HS" | "CS" => (
                format!("the class `{}` is not supported", word.text),
                "write `IN`, or leave the class out".to_owned(),
            ),
            _ if upper.parse::<RecordType>().is_ok() => (
                format!("records of type {upper} are not supported"),
                format!("supported are {types}"),
            ),
            _ => (
                format!("expected a type of record, got `{}`", word.text),
                format!("a line is NAME [TTL] [IN] TYPE DATA; types are {types}"),
            ),
        };
        Err(self.error(word.at.clone(), message, help))
    }

    /// A time in seconds, or with the units of BIND: `1h30m`.
    fn time(&self, word: &Word<'_>) -> Result<u32, ZoneError> {
        time(word.text).filter(|time| *time <= i32::MAX as u32).ok_or_else(|| {
            let message = format!("expected a time, got `{}`", word.text);
            let help = "write seconds, or units such as `1h30m` (w, d, h, m, s); at most 2147483647 \
                        seconds (RFC 2181 section 8)";
            self.error(word.at.clone(), message, help)
        })
    }

    /// A name, relative to the origin unless it ends with a dot.
    fn name(&self, word: &Word<'_>) -> Result<Name, ZoneError> {
        let bad = |at: Range<usize>, message: String, help: &str| {
            let at = word.at.start + at.start..word.at.start + at.end;
            self.error(at, message, help)
        };
        let whole = 0..word.text.len();
        let no_origin = || {
            let message = format!("`{}` is relative, and to what is not said", word.text);
            bad(
                whole.clone(),
                message,
                "write `$ORIGIN example.com.` above, or end the name with a dot",
            )
        };
        if !word.quoted && word.text == "@" {
            return self.origin.clone().ok_or_else(no_origin);
        }
        if word.text == "." {
            return Ok(Name::root());
        }
        if !word.text.is_ascii() {
            return self.international(word, no_origin);
        }
        let bytes = unescape(word.text)
            .map_err(|at| bad(at, format!("wrong escape in `{}`", word.text), ESCAPES))?;
        let absolute = bytes.last() == Some(&(b'.', false));
        let inner = if absolute { &bytes[..bytes.len() - 1] } else { &bytes[..] };
        let mut name = Name::root();
        for label in inner.split(|byte| *byte == (b'.', false)) {
            let label: Vec<u8> = label.iter().map(|(byte, _)| *byte).collect();
            if label.is_empty() {
                let message = format!("`{}` has nothing between two dots", word.text);
                return Err(bad(whole, message, "a name is words with a dot between each two"));
            }
            if label.len() > LONGEST_LABEL {
                let message = format!("`{}` has a part of {} letters", word.text, label.len());
                return Err(bad(whole, message, "a part of a name has at most 63 letters"));
            }
            name = name
                .append_label(label)
                .map_err(|_| bad(whole.clone(), too_long(word), SHORTER))?;
        }
        if absolute {
            return Ok(name);
        }
        let origin = self.origin.as_ref().ok_or_else(no_origin)?;
        name.append_domain(origin).map_err(|_| bad(whole, too_long(word), SHORTER))
    }

    /// A name in letters of the world, which becomes its ASCII form (RFC 5891).
    fn international(
        &self,
        word: &Word<'_>,
        no_origin: impl Fn() -> ZoneError,
    ) -> Result<Name, ZoneError> {
        let name = Name::from_utf8(word.text).map_err(|error| {
            let message = format!("`{}` is no name: {error}", word.text);
            self.error(word.at.clone(), message, "write its ASCII form, which begins with `xn--`")
        })?;
        if name.is_fqdn() {
            return Ok(name);
        }
        let origin = self.origin.as_ref().ok_or_else(no_origin)?;
        name.append_domain(origin).map_err(|_| self.error(word.at.clone(), too_long(word), SHORTER))
    }
}

const ESCAPES: &str = "write `\\.` for a letter that is meant, or `\\046` for a byte by its number";
const SHORTER: &str = "a name has at most 255 bytes, its origin included (RFC 1035 section 3.1)";

fn too_long(word: &Word<'_>) -> String {
    format!("`{}` makes a name that is too long", word.text)
}

fn time(text: &str) -> Option<u32> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (mut total, mut number) = (0u32, None::<u32>);
    for letter in text.chars() {
        if let Some(digit) = letter.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match letter.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    // A number without a unit at the end is as little a time as nothing.
    (number.is_none() && !text.is_empty()).then_some(total)
}

/// The words after the type.
struct Fields<'a, 'r> {
    reader: &'a mut Reader<'r>,
    words: &'a [Word<'a>],
    /// The last word that was read: something that is missing is missing after it.
    end: Range<usize>,
    what: &'static str,
}

impl<'a> Fields<'a, '_> {
    fn next(&mut self, expected: &str) -> Result<&'a Word<'a>, ZoneError> {
        match self.words.split_first() {
            Some((word, rest)) => {
                self.words = rest;
                self.end = word.at.clone();
                Ok(word)
            }
            None => {
                let message = format!("expected {expected}, got the end of the line");
                Err(self.reader.error(self.end.clone(), message, self.how()))
            }
        }
    }

    /// How such a record is written.
    fn how(&self) -> String {
        let data = match self.what {
            "SOA" => "`SOA SERVER MAILBOX SERIAL REFRESH RETRY EXPIRE MINIMUM`",
            "A" => "`A 192.0.2.1`",
            "AAAA" => "`AAAA 2001:db8::1`",
            "MX" => "`MX 10 mail`: the smallest number is tried first",
            "TXT" => "`TXT \"some text\"`",
            "SRV" => "`SRV PRIORITY WEIGHT PORT TARGET`",
            "NS" => "`NS ns`: the name of a server, not its address",
            "CNAME" => "`CNAME target`: a name, not an address",
            "PTR" => "`PTR host`",
            _ => "NAME [TTL] [IN] TYPE DATA",
        };
        format!("write {data}")
    }

    fn name(&mut self, expected: &str) -> Result<Name, ZoneError> {
        let word = self.next(expected)?;
        if word.text.parse::<std::net::IpAddr>().is_ok() {
            let message = format!("expected {expected}, got the address {}", word.text);
            let help = "write a name, and an A or AAAA record that gives the name its address";
            return Err(self.reader.error(word.at.clone(), message, help));
        }
        self.reader.name(word)
    }

    fn time(&mut self, expected: &str) -> Result<u32, ZoneError> {
        let word = self.next(expected)?;
        self.reader.time(word)
    }

    fn parsed<T: std::str::FromStr>(&mut self, expected: &str) -> Result<T, ZoneError> {
        let word = self.next(expected)?;
        word.text.parse().map_err(|_| {
            let message = format!("expected {expected}, got `{}`", word.text);
            self.reader.error(word.at.clone(), message, self.how())
        })
    }

    fn data(&mut self, kind: RecordType) -> Result<RData, ZoneError> {
        let data = match kind {
            RecordType::SOA => {
                let server = self.name("the name of the first server")?;
                let mailbox = self.name("the mailbox of the zone's keeper")?;
                let serial = self.parsed("a serial number")?;
                let mut time = |expected| self.time(expected).map(|time| time as i32);
                let refresh = time("the refresh time")?;
                let retry = time("the retry time")?;
                let expire = time("the expiry time")?;
                let minimum =
                    self.time("the time for which to keep that something is not there")?;
                RData::SOA(SOA::new(server, mailbox, serial, refresh, retry, expire, minimum))
            }
            RecordType::A => RData::A(A(self.parsed("an IPv4 address")?)),
            RecordType::AAAA => RData::AAAA(AAAA(self.parsed("an IPv6 address")?)),
            RecordType::NS => RData::NS(NS(self.name("the name of a server")?)),
            RecordType::CNAME => RData::CNAME(CNAME(self.name("the name that is meant")?)),
            RecordType::PTR => RData::PTR(PTR(self.name("a name")?)),
            RecordType::MX => {
                let preference = self.parsed("a preference from 0 to 65535")?;
                RData::MX(MX::new(preference, self.name("the name of a mail server")?))
            }
            RecordType::SRV => {
                let priority = self.parsed("a priority from 0 to 65535")?;
                let weight = self.parsed("a weight from 0 to 65535")?;
                let port = self.parsed("a port from 0 to 65535")?;
                RData::SRV(SRV::new(priority, weight, port, self.name("the name of a server")?))
            }
            _ => RData::TXT(self.text()?),
        };
        if let Some(more) = self.words.first() {
            let message = format!(
                "expected the end of the line after the {} record, got `{}`",
                reason::kind(kind),
                more.text
            );
            let help = format!("{}; a comment begins with `;`", self.how());
            return Err(self.reader.error(more.at.clone(), message, help));
        }
        Ok(data)
    }

    fn text(&mut self) -> Result<TXT, ZoneError> {
        let mut parts = Vec::new();
        loop {
            let word = self.next("a text")?;
            let part = unescape(word.text).map_err(|at| {
                let at = word.at.start + at.start..word.at.start + at.end;
                self.reader.error(at, format!("wrong escape in `{}`", word.text), ESCAPES)
            })?;
            if part.len() > LONGEST_STRING {
                let message = format!("expected at most 255 bytes of text, got {}", part.len());
                let help = "cut it into several texts on the same line: `TXT \"one\" \"two\"`";
                return Err(self.reader.error(word.at.clone(), message, help));
            }
            parts.push(part.into_iter().map(|(byte, _)| byte).collect::<Vec<u8>>());
            if self.words.is_empty() {
                return Ok(TXT::from_bytes(parts.iter().map(Vec::as_slice).collect()));
            }
        }
    }
}
