//! Tables on sheets: columns as wide as what stands in them asks for, the head again on every sheet.

use crate::document::{Span, Table};

use crate::widths::{Column, widths};

use super::flow::{Line, Piece, Style, column, lines, pieces};
use super::sheets::{LEFT, ROOM, Sheets};

/// Between two columns, and over and under a row.
const GAP: f32 = 7.0;
const AIR: f32 = 2.5;

type Cells = Vec<Vec<Line>>;

impl Sheets<'_> {
    pub(super) fn table(&mut self, table: &Table, style: Style) {
        let style = style.in_cell();
        let head: Vec<Vec<Piece>> = table
            .head
            .iter()
            .map(|text| pieces(&[Span::Faint(text.clone())], style, &mut self.types))
            .collect();
        let rows: Vec<Vec<Vec<Piece>>> = table
            .rows
            .iter()
            .map(|row| {
                let cells = row.iter();
                cells
                    .map(|cell| pieces(cell, style, &mut self.types))
                    .collect()
            })
            .collect();
        let columns = columns(&head, &rows);
        let head = self.cells(head, &columns);
        self.room_for(height(&head, style) * 3.0);
        self.row(&head, &columns, style, 0.8);
        for row in rows {
            let cells = self.cells(row, &columns);
            let high = height(&cells, style);
            // A row stays whole where a sheet can hold it.
            if high > self.left() && high + height(&head, style) <= Self::whole() {
                self.turn();
                self.row(&head, &columns, style, 0.8);
            }
            self.whole_row(cells, &head, &columns, style);
        }
        self.y += 6.0;
    }

    fn cells(&mut self, row: Vec<Vec<Piece>>, columns: &[f32]) -> Cells {
        let cells = row.into_iter().zip(columns);
        cells
            .map(|(pieces, wide)| lines(pieces, *wide, &mut self.types))
            .collect()
    }

    /// A row, over as many sheets as it needs.
    fn whole_row(&mut self, mut cells: Cells, head: &Cells, columns: &[f32], style: Style) {
        loop {
            let most = cells.iter().map(Vec::len).max().unwrap_or(0);
            let fit = ((self.left() - 2.0 * AIR) / style.leading()).max(0.0) as usize;
            if most <= fit {
                self.row(&cells, columns, style, 0.4);
                return;
            }
            let rest: Cells = cells
                .iter_mut()
                .map(|cell| cell.split_off(fit.min(cell.len())))
                .collect();
            if fit > 0 {
                self.row(&cells, columns, style, 0.4);
            }
            cells = rest;
            self.turn();
            self.row(head, columns, style, 0.8);
        }
    }

    fn row(&mut self, cells: &Cells, columns: &[f32], style: Style, rule: f32) {
        let top = self.y + AIR;
        let mut x = LEFT;
        for (cell, wide) in cells.iter().zip(columns) {
            self.y = top;
            for line in cell {
                self.line(line, x, style.size);
                self.y += style.leading();
            }
            x += wide + GAP;
        }
        self.y = top - AIR + height(cells, style);
        let under = (LEFT, self.y);
        self.rule(under, LEFT + ROOM, rule);
    }
}

fn height(cells: &Cells, style: Style) -> f32 {
    let most = cells.iter().map(Vec::len).max().unwrap_or(0);
    most as f32 * style.leading() + 2.0 * AIR
}

/// What each column gets.
fn columns(head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>]) -> Vec<f32> {
    let count = head.len().max(1);
    let room = ROOM - GAP * (count - 1) as f32;
    let columns: Vec<Column> = (0..count)
        .map(|place| {
            let own = rows.iter().filter_map(|row| row.get(place));
            column(own.chain(head.get(place)))
        })
        .collect();
    widths(&columns, room)
}
