//! Letterboxd's zip.

use std::{
    borrow::Cow,
    collections::HashSet,
    io::{Cursor, Read},
};

use zip::ZipArchive;

use super::{Contents, MOST_BYTES, Purpose, ReadError, table, text};
use crate::exchange::What;

/// The tables in it that say something of films; first the one that says most.
const TABLES: [&str; 3] = ["ratings.csv", "watched.csv", "watchlist.csv"];

/// What a spreadsheet's program keeps in it: Excel's, and that of all others.
const SHEETS: [&str; 2] = ["xl/workbook.xml", "content.xml"];

/// Reads one that was brought for ratings; of any other it says what it is.
pub(super) fn read(purpose: Purpose, bytes: &[u8]) -> Result<Contents, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::BrokenArchive)?;
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
    if names.iter().any(|name| SHEETS.contains(&name.as_str())) {
        return Err(ReadError::Spreadsheet(purpose));
    }
    if purpose == Purpose::Library {
        let is_letterboxds = names.iter().any(|name| TABLES.iter().any(|table| is_table(name, table)));
        return Err(if is_letterboxds { ReadError::RatingsForLibrary } else { ReadError::LibraryInArchive });
    }
    let mut left = MOST_BYTES;
    let mut all: Option<Contents> = None;
    for table in TABLES {
        let Some(name) = names.iter().find(|name| is_table(name, table)) else { continue };
        let member = archive.by_name(name).map_err(|_| ReadError::BrokenArchive)?;
        let mut unpacked = Vec::new();
        // By what comes out, not by what the archive says of itself.
        member.take(left as u64 + 1).read_to_end(&mut unpacked).map_err(|_| ReadError::BrokenArchive)?;
        if unpacked.len() > left {
            return Err(ReadError::TooLarge);
        }
        left -= unpacked.len();
        let text = text::decode(&unpacked).ok_or(ReadError::NotText("no text", purpose))?;
        // A list that nobody has put anything on.
        if text.trim().is_empty() {
            continue;
        }
        let more = table::read(table, &text, purpose)?;
        match &mut all {
            None => all = Some(more),
            Some(all) => {
                all.entries.extend(more.entries);
                all.unreadable.extend(more.unreadable);
                all.unreadable_rows += more.unreadable_rows;
            }
        }
    }
    let mut all = all.ok_or(ReadError::OtherArchive)?;
    // Who rated a film has seen it, and Letterboxd says both.
    let key = |title: &str, year| (title.to_owned(), year);
    let rated = all.entries.iter().filter(|entry| matches!(entry.what, What::Rating(_)));
    let rated: HashSet<(String, Option<u16>)> = rated.map(|entry| key(&entry.title, entry.year)).collect();
    all.entries.retain(|entry| entry.what != What::Seen || !rated.contains(&key(&entry.title, entry.year)));
    Ok(all)
}

/// Whether a member is this table, at the root or in the one folder that some programs pack around it; not one of those
/// that the visitor deleted.
fn is_table(member: &str, table: &str) -> bool {
    match member.rsplit_once(['/', '\\']) {
        None => member == table,
        Some((folder, name)) => {
            name == table
                && !folder.contains(['/', '\\'])
                && !["deleted", "orphaned", "likes", "lists", "__MACOSX"].contains(&folder)
        }
    }
}
