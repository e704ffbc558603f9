//! Tables on sheets: columns as wide as what stands in them asks for, the head again on every sheet.

use crate::document::{Span, Table};

use super::flow::{Line, Piece, Style, lines, pieces, widest};
use super::sheets::{LEFT, ROOM, Sheets};

/// Between two columns, and over and under a row.
const GAP: f32 = 7.0;
const AIR: f32 = 2.5;

type Cells = Vec<Vec<Line>>;

impl Sheets<'_> {
    pub(super) fn table(&mut self, table: &Table, style: Style) {
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

/// What each column gets: all that it asks for where there is room, else its longest word and a share of
/// the rest.
fn columns(head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>]) -> Vec<f32> {
    let count = head.len().max(1);
    let room = ROOM - GAP * (count - 1) as f32;
    let column = |place: usize| {
        let own = rows.iter().filter_map(move |row| row.get(place));
        own.chain(head.get(place))
    };
    let wide = |cell: &Vec<Piece>| cell.iter().map(|piece| piece.width).sum::<f32>();
    let asked: Vec<f32> = (0..count)
        .map(|place| column(place).map(wide).fold(0.0, f32::max) + 1.0)
        .collect();
    let all: f32 = asked.iter().sum();
    if all <= room {
        let more = (room - all) / count as f32;
        return asked.iter().map(|wide| wide + more).collect();
    }
    let least: Vec<f32> = (0..count)
        .map(|place| {
            let widest = column(place).map(|cell| widest(cell)).fold(0.0, f32::max);
            (widest + 1.0).min(room / count as f32)
        })
        .collect();
    let (taken, beyond): (f32, f32) = (
        least.iter().sum(),
        asked
            .iter()
            .zip(&least)
            .map(|(a, l)| (a - l).max(0.0))
            .sum(),
    );
    let share = (room - taken) / beyond.max(1.0);
    let share = share.max(0.0);
    asked
        .iter()
        .zip(&least)
        .map(|(asked, least)| least + (asked - least).max(0.0) * share)
        .collect()
}
