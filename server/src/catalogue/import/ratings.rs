//! The rating file: row by row into the sorter.

use super::{
    Progress, ROWS_PER_STEP, bad_rows::BadRows, error::ImportError, films::Films, layout::RatingColumns, lines::decode,
    sorter::Sorter, source::Source, workspace::Workspace,
};

/// Reads the whole file.
pub(super) fn read(
    source: &mut Source,
    films: &Films,
    workspace: &Workspace,
    bad: &mut BadRows,
    progress: &mut dyn Progress,
) -> Result<(Sorter, u64), ImportError> {
    let (layout, film_file, file) = (source.layout, source.films.clone(), source.ratings.clone());
    let mut lines = source.open(&file)?;
    let mut columns: Option<RatingColumns> =
        if layout.has_header() { None } else { Some(layout.rating_columns(&file, "")?) };
    let mut sorter = Sorter::new(&workspace.runs()).map_err(|error| workspace.write_error(error))?;
    let mut last = LastRow::default();
    let (mut rows, mut good, mut unknown_films) = (0_u64, 0_u64, 0_u64);
    bad.begin(&file);

    while let Some(line) = lines.next_line()? {
        let Some(columns) = &columns else {
            columns = Some(layout.rating_columns(&file, &decode(line))?);
            continue;
        };
        rows += 1;
        let outcome = columns.read(line);
        last = LastRow { time: outcome.ok().map(|row| row.time), before: last.time };
        match outcome {
            Ok(row) if films.places.get(row.movie).is_some() => {
                good += 1;
                sorter.push(row).map_err(|error| workspace.write_error(error))?;
            }
            Ok(row) => {
                unknown_films += 1;
                bad.add(lines.number, || format!("film {} is not in {film_file}", row.movie));
            }
            Err(reason) => bad.add(lines.number, || reason.to_owned()),
        }
        if rows.is_multiple_of(ROWS_PER_STEP) {
            if progress.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            progress.reading(lines.read, lines.size, rows);
        }
    }

    if !lines.is_terminated && last.looks_cut_off() {
        return Err(ImportError::CutOff { file, line: lines.number });
    }
    if films.may_be_cut_off && unknown_films > 0 {
        return Err(ImportError::CutOff { file: film_file, line: films.last_line });
    }
    bad.check_mostly_good(rows)?;
    if good == 0 {
        return Err(ImportError::Nothing { file, what: "rating" });
    }
    Ok((sorter, good))
}

/// How the file's last row looks: every edition ends with a line break, so one that does not may have lost its end.
#[derive(Clone, Copy, Default)]
struct LastRow {
    /// Its time, if it is a good row.
    time: Option<i64>,
    /// The time of the row before, likewise.
    before: Option<i64>,
}

impl LastRow {
    fn looks_cut_off(self) -> bool {
        let digits = |time: i64| time.unsigned_abs().checked_ilog10().unwrap_or(0);
        match (self.time, self.before) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(time), Some(before)) => digits(time) < digits(before),
        }
    }
}
