//! Sheets as offices keep them: a workbook (XLSX) read as the CSV it stands for, and a table written as one.

use std::io::{self, Cursor, Read as _};

use calamine::{Data, ExcelDateTime, Range, Reader as _, Xlsx};
use csv::WriterBuilder;
use rust_xlsxwriter::{Format, Workbook};

use super::table::Table;

/// Bytes that all parts of a workbook may have once unpacked; a county's largest table has a tenth.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// Cells of the sheet that is read.
const CELLS: usize = 2_000_000;

/// Whether bytes are a workbook: a package of parts begins so, and no text does.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The CSV that a workbook stands for: its first sheet that holds anything.
///
/// # Errors
/// A sentence that says what to do instead.
pub(super) fn text_of(bytes: &[u8]) -> Result<String, String> {
    let unreadable = |cause: &dyn std::fmt::Display| {
        format!("the workbook cannot be read ({cause}); save it as XLSX or as \"CSV UTF-8\"")
    };
    weigh(bytes).map_err(|cause| unreadable(&cause))?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|cause| unreadable(&cause))?;
    for name in book.sheet_names() {
        let range = book
            .worksheet_range(&name)
            .map_err(|cause| unreadable(&cause))?;
        if range.used_cells().next().is_some() {
            return csv_of(&range).map_err(|cause| unreadable(&cause));
        }
    }
    Err("the workbook is empty: the first row names the columns".to_owned())
}

/// Unpacks every part to nowhere, and stops at the bound: what a package says of its own size is not
/// believed.
fn weigh(bytes: &[u8]) -> io::Result<()> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut left = UNPACKED;
    for place in 0..package.len() {
        let part = package.by_index(place)?;
        left -= io::copy(&mut part.take(left), &mut io::sink())?;
        if left == 0 {
            return Err(io::Error::other("it is too large"));
        }
    }
    Ok(())
}

fn csv_of(range: &Range<Data>) -> io::Result<String> {
    let (height, width) = range.get_size();
    if height.saturating_mul(width) > CELLS {
        return Err(io::Error::other("its sheet is too large"));
    }
    let mut bytes = Vec::new();
    let mut writer = WriterBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_writer(&mut bytes);
    // A column without a name is beside the table, as is a row without any cell.
    let names = range
        .rows()
        .find(|row| row.iter().any(|cell| *cell != Data::Empty));
    let named = |place: &usize| names.is_some_and(|row| row[*place] != Data::Empty);
    let columns: Vec<usize> = (0..width).filter(named).collect();
    for row in range.rows() {
        let cells: Vec<String> = columns.iter().map(|place| word(&row[*place])).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            writer.write_record(&cells)?;
        }
    }
    writer.flush()?;
    drop(writer);
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A cell as a person would write it in a CSV file.
fn word(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Int(number) => number.to_string(),
        // A code or a telephone number that the spreadsheet took for a number has no fraction.
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            text.trim().to_owned()
        }
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(at) => day(at),
        Data::Error(fault) => fault.to_string(),
    }
}

/// A day, or a day and an hour, as sheets write them.
fn day(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        (_, _, 0) => format!("{date} {hour:02}:{minute:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// A table as a workbook: every cell is text, so that no code or telephone number turns into a number.
///
/// # Errors
/// A cell that is too long for a workbook.
pub fn workbook(table: &Table) -> Result<Vec<u8>, String> {
    let (text, heading) = (
        Format::new().set_num_format("@"),
        Format::new().set_bold().set_num_format("@"),
    );
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = std::iter::once((&table.columns, &heading));
    let rows = rows.chain(table.rows.iter().map(|row| (row, &text)));
    let write = || -> Result<(), rust_xlsxwriter::XlsxError> {
        for (row, (cells, format)) in (0u32..).zip(rows) {
            for (column, cell) in (0u16..).zip(cells) {
                sheet.write_string_with_format(row, column, cell, format)?;
            }
        }
        for column in (0u16..).take(table.columns.len()) {
            sheet.set_column_format(column, &text)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
        Ok(())
    };
    write().map_err(|cause| cause.to_string())?;
    book.save_to_buffer().map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn table(rows: &[&[&str]]) -> Table {
        let row = |cells: &&[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        Table {
            columns: row(&rows[0]),
            rows: rows[1..].iter().map(row).collect(),
        }
    }

    #[test]
    fn a_table_comes_back_as_it_was() {
        let told = table(&[
            &["id", "name", "phone", "note"],
            &["0012", "陈 建忠", "138-0000-0001", "a, \"b\""],
            &["0013", "=1+1", "+86 575", ""],
        ]);
        let bytes = workbook(&told).unwrap();
        assert!(is_workbook(&bytes));
        let text = text_of(&bytes).unwrap();
        assert_eq!(
            text,
            "id,name,phone,note\n0012,陈 建忠,138-0000-0001,\"a, \"\"b\"\"\"\n0013,=1+1,+86 575,\n"
        );
    }

    #[test]
    fn numbers_days_and_what_stands_beside_the_table_are_read_as_a_person_would() {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("空").unwrap();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "id").unwrap();
        sheet.write(0, 1, "valid_from").unwrap();
        sheet.write(0, 3, "value").unwrap();
        sheet.write(1, 0, 330_624_001.0).unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(1, 1, 46_000.0, &day).unwrap();
        sheet.write(1, 3, 42.05).unwrap();
        sheet.write(3, 0, true).unwrap();
        // A remark without a column's name above it.
        sheet.write(1, 2, "问过水利局").unwrap();
        let text = text_of(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(
            text,
            "id,valid_from,value\n330624001,2025-12-09,42.05\ntrue,,\n"
        );
    }

    #[test]
    fn what_is_no_workbook_or_too_large_a_one_is_an_answer() {
        let told = text_of(b"PK\x03\x04 and nothing more").unwrap_err();
        assert!(told.contains("save it as XLSX"), "{told}");
        let empty = Workbook::new().save_to_buffer();
        let told = empty.map(|bytes| text_of(&bytes).unwrap_err());
        assert!(told.unwrap_or_default().contains("empty"));
        let mut bomb = Cursor::new(Vec::new());
        let mut package = zip::ZipWriter::new(&mut bomb);
        let options = zip::write::SimpleFileOptions::default();
        package.start_file("xl/sharedStrings.xml", options).unwrap();
        let block = vec![b' '; 1 << 20];
        for _ in 0..=UNPACKED >> 20 {
            io::Write::write_all(&mut package, &block).unwrap();
        }
        package.finish().unwrap();
        let bytes = bomb.into_inner();
        assert!(bytes.len() < 1 << 20);
        let told = text_of(&bytes).unwrap_err();
        assert!(told.contains("too large"), "{told}");
    }
}
