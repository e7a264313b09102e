//! Operations and their arguments, taken from bytes one after the other.

/// What is left of the input; zeros come after its end.
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// A number below the limit, which is not 0.
    pub(super) fn below(&mut self, limit: u8) -> u8 {
        self.byte() % limit
    }

    pub(super) fn chance(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// As many bytes as the next one says, `most` at most.
    pub(super) fn bytes(&mut self, most: u8) -> Vec<u8> {
        let len = self.byte().min(most);
        (0..len).map(|_| self.byte()).collect()
    }
}
