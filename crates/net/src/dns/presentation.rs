//! Names and records as master files have them (RFC 1035 section 5.1).
//!
//! hickory-proto prints them too, but escapes bytes in octal where the RFC and everybody else has
//! decimal, and texts without quotes.

use std::fmt::{self, Display, Formatter, Write};

use hickory_proto::rr::{Name, RData, Record};

use super::reason;

/// A name with the dot at its end; what has a special meaning is escaped.
#[derive(Clone, Copy, Debug)]
pub struct AsName<'a>(pub &'a Name);

impl Display for AsName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_root() {
            return f.write_str(".");
        }
        for label in self.0 {
            for byte in label {
                match byte {
                    b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                        write!(f, "\\{}", char::from(*byte))?;
                    }
                    0x21..=0x7e => f.write_char(char::from(*byte))?,
                    _ => write!(f, "\\{byte:03}")?,
                }
            }
            f.write_char('.')?;
        }
        Ok(())
    }
}

/// What a record says: what stands after its type.
#[derive(Clone, Copy, Debug)]
pub struct AsData<'a>(pub &'a RData);

impl Display for AsData<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            RData::NS(server) => AsName(&server.0).fmt(f),
            RData::CNAME(target) => AsName(&target.0).fmt(f),
            RData::PTR(name) => AsName(&name.0).fmt(f),
            RData::MX(mail) => write!(f, "{} {}", mail.preference, AsName(&mail.exchange)),
            RData::SRV(service) => {
                let (priority, weight, port) = (service.priority, service.weight, service.port);
                write!(f, "{priority} {weight} {port} {}", AsName(&service.target))
            }
            RData::SOA(soa) => write!(
                f,
                "{} {} {} {} {} {} {}",
                AsName(&soa.mname),
                AsName(&soa.rname),
                soa.serial,
                soa.refresh,
                soa.retry,
                soa.expire,
                soa.minimum
            ),
            RData::TXT(text) => {
                for (number, part) in text.txt_data.iter().enumerate() {
                    f.write_str(if number == 0 { "\"" } else { " \"" })?;
                    for byte in part.iter() {
                        match byte {
                            b'"' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                            0x20..=0x7e => f.write_char(char::from(*byte))?,
                            _ => write!(f, "\\{byte:03}")?,
                        }
                    }
                    f.write_char('"')?;
                }
                Ok(())
            }
            other => other.fmt(f),
        }
    }
}

/// A whole record: `www.example. 300 IN A 192.0.2.1`.
#[derive(Clone, Copy, Debug)]
pub struct AsRecord<'a>(pub &'a Record);

impl Display for AsRecord<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Record { name, ttl, data, .. } = self.0;
        let kind = reason::kind(self.0.record_type());
        write!(f, "{} {ttl} IN {kind} {}", AsName(name), AsData(data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_letters_are_escaped_and_other_bytes_are_decimal() {
        let name = Name::from_labels([&b"a.b"[..], b"\x7f \\;", b"z"]).unwrap();
        assert_eq!(AsName(&name).to_string(), "a\\.b.\\127\\032\\\\\\;.z.");
        assert_eq!(AsName(&Name::root()).to_string(), ".");
    }
}
