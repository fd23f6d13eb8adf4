//! Lines of a file, one at a time, in memory that does not grow with the file.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
};

use super::{error::ImportError, source::TooMuch};

/// No row of any layout comes near.
const LONGEST_LINE: u64 = 1 << 16;

/// Read at once.
const BUFFER_BYTES: usize = 1 << 18;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file that is read line by line.
pub(super) struct Lines<'a> {
    /// As people know it.
    pub file: String,
    /// Bytes in all, as far as is known.
    pub size: u64,
    /// Bytes read.
    pub read: u64,
    /// The number of the line that was read last, from 1.
    pub number: u64,
    /// Whether the line that was read last ended with a line break.
    pub is_terminated: bool,
    reader: BufReader<Box<dyn Read + 'a>>,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    /// Refuses a file without a byte.
    pub(super) fn new(file: String, reader: Box<dyn Read + 'a>, size: u64) -> Result<Self, ImportError> {
        let mut lines = Self {
            file,
            size,
            read: 0,
            number: 0,
            is_terminated: true,
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            line: Vec::new(),
        };
        let is_empty = match lines.reader.fill_buf() {
            Ok(bytes) => bytes.is_empty(),
            Err(error) => return Err(lines.explain(error)),
        };
        if is_empty { Err(ImportError::Empty { name: lines.file }) } else { Ok(lines) }
    }

    /// The next line that holds anything, without its line break.
    pub(super) fn next_line(&mut self) -> Result<Option<&[u8]>, ImportError> {
        loop {
            self.line.clear();
            let outcome = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut self.line);
            let count = outcome.map_err(|error| self.explain(error))?;
            if count == 0 {
                return Ok(None);
            }
            self.read += count as u64;
            self.number += 1;
            self.is_terminated = self.line.last() == Some(&b'\n');
            let is_endless = !self.is_terminated && count as u64 == LONGEST_LINE;
            if is_endless || self.line.contains(&0) {
                return Err(ImportError::NotText { file: self.file.clone(), line: self.number });
            }
            while matches!(self.line.last(), Some(b'\n' | b'\r')) {
                self.line.pop();
            }
            if !self.line.is_empty() {
                break;
            }
        }
        let line = self.line.as_slice();
        Ok(Some(if self.number == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }))
    }

    fn explain(&self, error: io::Error) -> ImportError {
        let name = self.file.clone();
        if let Some(&TooMuch { packed, limit }) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return ImportError::Bomb { name, packed, limit };
        }
        match error.kind() {
            // What the zip reader says of a wrong checksum, broken deflate data or a missing end.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                ImportError::Damaged { name, reason: error.to_string() }
            }
            _ => ImportError::Read { name, source: error },
        }
    }
}

/// UTF-8 where it is, Latin-1 (as Windows writes it) where it is not: the older data sets are.
pub(super) fn decode(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &'static [u8]) -> Lines<'static> {
        Lines::new("a file".to_owned(), Box::new(bytes), bytes.len() as u64).expect("some bytes")
    }

    #[test]
    fn lines_come_without_their_breaks_and_empty_ones_do_not_come() {
        let mut lines = lines(b"\xef\xbb\xbfone\r\n\n\r\ntwo\nthree");
        for (text, number, is_terminated) in [("one", 1, true), ("two", 4, true), ("three", 5, false)] {
            assert_eq!(lines.next_line().expect("text"), Some(text.as_bytes()));
            assert_eq!((lines.number, lines.is_terminated), (number, is_terminated));
        }
        assert_eq!(lines.next_line().expect("text"), None);
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(matches!(lines(b"a\0b\n").next_line(), Err(ImportError::NotText { line: 1, .. })));
        let endless = vec![b'x'; 1 << 17].leak();
        assert!(matches!(lines(endless).next_line(), Err(ImportError::NotText { .. })));
        assert!(matches!(Lines::new("it".to_owned(), Box::new(io::empty()), 0), Err(ImportError::Empty { .. })));
    }

    #[test]
    fn latin_1_and_utf_8_both_read_as_text() {
        assert_eq!(decode(b"Mis\xe9rables"), "Misérables");
        assert_eq!(decode("Misérables".as_bytes()), "Misérables");
    }
}
