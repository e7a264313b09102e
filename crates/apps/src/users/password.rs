//! Passwords, and the hashes of them that are kept.
//!
//! A hash is written as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`), which other software
//! reads and writes too.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// The shortest password, in characters (NIST SP 800-63B-3 section 5.1.1.2).
pub const SHORTEST_PASSWORD: usize = 8;
/// The longest password, in bytes. Far more than the 64 characters that NIST SP 800-63B-3 section
/// 5.1.1.2 asks for at least, and little enough for one line.
pub const LONGEST_PASSWORD: usize = 512;

/// A password as somebody typed it. Its memory is overwritten when it is dropped, and it cannot be
/// printed by accident.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// This text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// What was typed.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether a user may take it.
    ///
    /// # Errors
    /// Why not, without the password.
    pub fn acceptable_for(&self, name: &str) -> Result<(), PasswordError> {
        let length = self.0.chars().count();
        if length < SHORTEST_PASSWORD {
            return Err(PasswordError::Short(length));
        }
        if self.0.len() > LONGEST_PASSWORD {
            return Err(PasswordError::Long(self.0.len()));
        }
        // Nobody can type it twice, and a line cannot carry it.
        if self.0.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        if self.0.eq_ignore_ascii_case(name) {
            return Err(PasswordError::Name);
        }
        Ok(())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why nobody may take a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error(
        "a password has at least {SHORTEST_PASSWORD} characters, got {0}; a few words are fine"
    )]
    Short(usize),
    /// Too many bytes.
    #[error("a password has at most {LONGEST_PASSWORD} bytes, got {0}")]
    Long(usize),
    /// Characters that are not typed.
    #[error("a password has no control characters")]
    Control,
    /// What everybody tries first.
    #[error("a password is not the name of its user")]
    Name,
}

/// What one hash costs whoever makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// How often the memory is gone through.
    pub passes: u32,
    /// How many lanes may be computed side by side; here they are computed in turn.
    pub lanes: u32,
}

impl Cost {
    /// What new hashes cost: 19 MiB, two passes, one lane, which takes about 30 ms of a processor. The
    /// first that the OWASP Password Storage Cheat Sheet ("Argon2id") recommends as a minimum.
    pub const RECOMMENDED: Self = Self { memory: 19 * 1024, passes: 2, lanes: 1 };
    /// The least memory among the settings that OWASP's page calls equally strong (`m=7168, t=5`), and
    /// their least product of memory and passes.
    const LEAST: Self = Self { memory: 7 * 1024, passes: 5, lanes: 1 };
    /// The most that a line of a users file may ask for: memory as in the second recommended option of
    /// RFC 9106 section 4, and time within a second or two.
    pub const MOST: Self = Self { memory: 64 * 1024, passes: 16, lanes: 16 };

    const fn work(self) -> u64 {
        self.memory as u64 * self.passes as u64
    }

    /// Whether a hash of this cost is to be made anew when its password is known.
    pub const fn is_weak(self) -> bool {
        self.memory < Self::LEAST.memory || self.work() < Self::LEAST.work()
    }

    /// As Argon2 takes it; fails when Argon2 has no such setting or it is more than [`Cost::MOST`].
    fn params(self, output: usize) -> Result<Params, HashError> {
        let Self { memory, passes, lanes } = self;
        let most = Self::MOST;
        if memory > most.memory || passes > most.passes || lanes > most.lanes {
            return Err(HashError::Cost { memory, passes, lanes });
        }
        Params::new(memory, passes, lanes, Some(output)).map_err(|_| HashError::Cost {
            memory,
            passes,
            lanes,
        })
    }
}

/// Bytes of a salt (RFC 9106 section 4).
pub const SALT: usize = 16;
/// Bytes of a hash (RFC 9106 section 4).
const OUTPUT: usize = 32;

/// The hash of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash {
    cost: Cost,
    salt: Salt,
    output: Output,
}

/// Why a text is no hash that we can check. The text itself is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Not of the form of a PHC string.
    #[error("expected a PHC string as in `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`")]
    NotPhc,
    /// Another function.
    #[error("expected a hash of Argon2id (`$argon2id$v=19$`), got another kind")]
    Kind,
    /// Nothing, or too much, to do.
    #[error(
        "the cost m={memory},t={passes},p={lanes} is not between m=8,t=1,p=1 and m=65536,t=16,p=16"
    )]
    Cost {
        /// KiB.
        memory: u32,
        /// Passes.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// The machine has not the memory that it takes.
    #[error("no memory to hash a password")]
    NoMemory,
}

impl Hash {
    /// Hashes a password. Takes the memory and time that `cost` says.
    ///
    /// # Errors
    /// When there is no such cost.
    pub fn make(password: &Password, salt: [u8; SALT], cost: Cost) -> Result<Self, HashError> {
        let salt = Salt::new(&salt).map_err(|_| HashError::NotPhc)?;
        let output = compute(password, &salt, cost, OUTPUT)?;
        Ok(Self { cost, salt, output })
    }

    /// A hash that no password has, as far as anybody can find out, and that costs as much to check as
    /// others of this cost. A cost that Argon2 does not know becomes the recommended one.
    pub(super) fn of_nobody(cost: Cost, secret: &[u8; OUTPUT]) -> Self {
        let cost = if cost.params(OUTPUT).is_ok() { cost } else { Cost::RECOMMENDED };
        let (salt, output) = (Salt::new(&secret[..SALT]), Output::new(secret));
        // 16 and 32 bytes are within the limits of both (8 to 48, 10 to 64).
        let (Ok(salt), Ok(output)) = (salt, output) else { unreachable!() };
        Self { cost, salt, output }
    }

    /// Reads a PHC string.
    ///
    /// # Errors
    /// When it is none, or none that we can check.
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let phc = PasswordHash::new(text).map_err(|_| HashError::NotPhc)?;
        if phc.algorithm != ARGON2ID_IDENT || phc.version != Some(Version::V0x13.into()) {
            return Err(HashError::Kind);
        }
        let params = Params::try_from(&phc.params).map_err(|_| HashError::NotPhc)?;
        let (Some(salt), Some(output)) = (phc.salt, phc.hash) else {
            return Err(HashError::NotPhc);
        };
        let cost =
            Cost { memory: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        cost.params(output.len())?;
        Ok(Self { cost, salt, output })
    }

    /// Whether this is the password. Takes the memory and time of [`Hash::cost`], whatever the answer.
    ///
    /// # Errors
    /// When the memory is not there.
    pub fn is_of(&self, password: &Password) -> Result<bool, HashError> {
        let output = compute(password, &self.salt, self.cost, self.output.len())?;
        // In constant time (`Output`'s equality), although an Argon2id hash would not tell much.
        Ok(output == self.output)
    }

    /// What it costs to check a password.
    pub const fn cost(&self) -> Cost {
        self.cost
    }
}

fn compute(
    password: &Password,
    salt: &Salt,
    cost: Cost,
    length: usize,
) -> Result<Output, HashError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params(length)?);
    let mut output = Zeroizing::new(vec![0; length]);
    argon2
        .hash_password_into(password.expose().as_bytes(), salt, &mut output)
        .map_err(|_| HashError::NoMemory)?;
    Output::new(&output).map_err(|_| HashError::NotPhc)
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = self.cost.params(OUTPUT).map_err(|_| fmt::Error)?;
        let params = ParamsString::try_from(&params).map_err(|_| fmt::Error)?;
        PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(self.salt),
            hash: Some(self.output),
        }
        .fmt(f)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    /// From `test.c` of the reference implementation (phc-winner-argon2): "password", "somesalt", t=2,
    /// 2^16 KiB, p=1.
    #[test]
    fn hashes_of_the_reference_implementation_are_checked() {
        let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
                     $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let hash = Hash::parse(known).unwrap();
        assert_eq!(hash.is_of(&password("password")), Ok(true));
        assert_eq!(hash.is_of(&password("Password")), Ok(false));
        assert_eq!(hash.to_string(), known);
    }

    #[test]
    fn a_hash_is_of_its_password_alone_and_survives_being_written() {
        let hash = Hash::make(&password("correct horse"), [7; SALT], CHEAP).unwrap();
        let again = Hash::parse(&hash.to_string()).unwrap();
        assert_eq!(again, hash);
        assert_eq!(again.is_of(&password("correct horse")), Ok(true));
        assert_eq!(again.is_of(&password("correct hors")), Ok(false));
        let other = Hash::make(&password("correct horse"), [8; SALT], CHEAP).unwrap();
        assert_ne!(other, hash, "another salt, another hash");
    }

    #[test]
    fn other_functions_broken_texts_and_hashes_that_eat_the_memory_are_refused() {
        let tail = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for (text, expected) in [
            (format!("$argon2i$v=19$m=64,t=2,p=1${tail}"), HashError::Kind),
            (format!("$argon2id$v=16$m=64,t=2,p=1${tail}"), HashError::Kind),
            (format!("$argon2id$m=64,t=2,p=1${tail}"), HashError::Kind),
            (
                format!("$argon2id$v=19$m=4194304,t=2,p=1${tail}"),
                HashError::Cost { memory: 4_194_304, passes: 2, lanes: 1 },
            ),
            ("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ".to_owned(), HashError::NotPhc),
            ("$2b$12$".to_owned(), HashError::NotPhc),
            ("secret".to_owned(), HashError::NotPhc),
            (String::new(), HashError::NotPhc),
        ] {
            assert_eq!(Hash::parse(&text), Err(expected), "{text}");
        }
    }

    #[test]
    fn settings_that_owasp_calls_equal_are_not_weak() {
        let cost = |memory, passes| Cost { memory, passes, lanes: 1 };
        for (memory, passes) in [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)] {
            assert!(!cost(memory, passes).is_weak(), "{memory} {passes}");
        }
        for (memory, passes) in [(19_456, 1), (4_096, 16), (8, 1)] {
            assert!(cost(memory, passes).is_weak(), "{memory} {passes}");
        }
    }

    #[test]
    fn a_password_is_long_enough_and_not_the_name() {
        let acceptable = |text: &str| password(text).acceptable_for("benjamin");
        assert_eq!(acceptable("八个汉字也是可以"), Ok(()));
        assert_eq!(acceptable("1234567"), Err(PasswordError::Short(7)));
        assert_eq!(acceptable("Benjamin"), Err(PasswordError::Name));
        assert_eq!(acceptable("ninechar\u{7}"), Err(PasswordError::Control));
        assert_eq!(acceptable(&"x".repeat(513)), Err(PasswordError::Long(513)));
    }

    #[test]
    fn neither_a_password_nor_a_hash_is_shown_by_accident() {
        let hash = Hash::make(&password("correct horse"), [7; SALT], CHEAP).unwrap();
        assert_eq!(format!("{:?}", password("correct horse")), "Password(..)");
        assert!(!format!("{hash:?}").contains('$'));
    }
}
