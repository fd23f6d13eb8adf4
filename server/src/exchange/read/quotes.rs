//! Where a table's quotes are closed, and where not.
//!
//! A quoted field may have lines, as a review has; a quote that nobody closed looks the same, and would make one field of
//! all rows up to the next quote or the end. It is told by what a closed one can't have: text behind the closing quote, or
//! lines in a column that has none (a title, a year, stars).

/// A part of a table.
pub(super) enum Stretch<'a> {
    /// Rows, all of whose quotes are closed; and the line of the first of them, counted from 1.
    Rows { text: &'a str, line: u64 },
    /// One line, in which a quote is opened that is not closed.
    Unclosed { line: u64 },
}

/// The first row of a table, whether its quotes are closed (of one that is not, the first line), and what follows.
pub(super) fn first_row(table: &str, separator: u8) -> (&str, bool, &str) {
    let length = Stretches::new(table, 1, separator, |_| true).row(table.as_bytes());
    let line = || length_of_line(table.as_bytes());
    let (row, rest) = table.split_at(length.unwrap_or_else(line));
    (row, length.is_some(), rest)
}

/// Cuts a table into stretches; nothing of it is left out.
pub(super) struct Stretches<'a, F> {
    rest: &'a str,
    line: u64,
    separator: u8,
    /// Whether a field of this column may have several lines.
    may_have_lines: F,
    /// The bytes that may still be searched in vain for the end of a quote; then one ends with its line.
    patience: usize,
}

/// What has no end is searched for it to the end of the file: so often that a person's file is read as well as can be, and
/// one that was made for it costs no more than a large one.
const PATIENCE: usize = 256 << 20;

impl<'a, F: Fn(usize) -> bool> Stretches<'a, F> {
    /// Of a table, or of what of it begins at this line.
    pub(super) fn new(rest: &'a str, line: u64, separator: u8, may_have_lines: F) -> Self {
        Self { rest, line, separator, may_have_lines, patience: PATIENCE }
    }

    /// The length of the first row of a text, with its line break; `None` if a quote in it is not closed.
    fn row(&mut self, text: &[u8]) -> Option<usize> {
        let (mut at, mut column) = (0, 0);
        loop {
            if text.get(at) == Some(&b'"') {
                match self.behind_quoted(text, at + 1, column) {
                    Ok(behind) => at = behind,
                    Err(searched) => {
                        self.patience = self.patience.saturating_sub(searched);
                        return None;
                    }
                }
            }
            let separator = self.separator;
            let ends = |&byte: &u8| byte == separator || is_break(byte);
            let Some(end) = text[at..].iter().position(ends) else { return Some(text.len()) };
            at += end;
            if text[at] != separator {
                return Some(at + length_of_line(&text[at..]));
            }
            at += 1;
            column += 1;
        }
    }

    /// Where a field goes on behind its closing quote, or how far that was searched for. It begins at `begin`, behind the
    /// opening one.
    fn behind_quoted(&self, text: &[u8], begin: usize, column: usize) -> Result<usize, usize> {
        let end = if self.patience > 0 { text.len() } else { begin + length_of_line(&text[begin..]) };
        let mut at = begin;
        while let Some(quote) = text[at..end].iter().position(|&byte| byte == b'"') {
            let behind = at + quote + 1;
            if text[..end].get(behind) == Some(&b'"') {
                at = behind + 1;
                continue;
            }
            let has_lines = text[begin..behind].iter().any(|&byte| is_break(byte));
            let next = text[behind..].iter().find(|&&byte| byte != b' ');
            let ends_field = next.is_none_or(|&byte| byte == self.separator || is_break(byte));
            let is_closed = !has_lines || (ends_field && (self.may_have_lines)(column));
            return if is_closed { Ok(behind) } else { Err(behind) };
        }
        Err(end)
    }
}

impl<'a, F: Fn(usize) -> bool> Iterator for Stretches<'a, F> {
    type Item = Stretch<'a>;

    fn next(&mut self) -> Option<Stretch<'a>> {
        let (rest, line) = (self.rest, self.line);
        let mut length = 0;
        while length < rest.len() {
            let Some(row) = self.row(&rest.as_bytes()[length..]) else { break };
            length += row;
        }
        let is_closed = length > 0 || rest.is_empty();
        if !is_closed {
            length = length_of_line(rest.as_bytes());
        }
        // A row ends behind a line break, a separator or at the end: never within a letter.
        let (text, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        self.line += text.bytes().filter(|&byte| byte == b'\n').count() as u64;
        match text {
            "" => None,
            text if is_closed => Some(Stretch::Rows { text, line }),
            _ => Some(Stretch::Unclosed { line }),
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The length of a text's first line, with its line break.
fn length_of_line(text: &[u8]) -> usize {
    match text.iter().position(|&byte| is_break(byte)) {
        None => text.len(),
        Some(end) if text[end..].starts_with(b"\r\n") => end + 2,
        Some(end) => end + 1,
    }
}
