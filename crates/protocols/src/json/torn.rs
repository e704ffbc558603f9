//! Finds the elements of an array that is no JSON: whatever is wrong with one, those behind it are whole.
//!
//! It follows strings and brackets alone, so `NaN`, `Infinity`, bare words and commas too many are passed
//! over; where a string or an element was never closed, it goes on with the object that begins behind the
//! next comma. What it gives of an array that is JSON is what a JSON parser gives.

use super::Piece;

/// The elements from a place behind the opening bracket on.
pub(super) struct Torn<'a> {
    body: &'a [u8],
    at: usize,
    /// An element has to come: nothing stands between here and the bracket or comma before.
    fresh: bool,
    over: bool,
}

impl<'a> Torn<'a> {
    /// Goes on at `at`: behind an element, or, if `fresh`, behind the opening bracket.
    pub(super) fn from(body: &'a [u8], at: usize, fresh: bool) -> Torn<'a> {
        Torn {
            body,
            at,
            fresh,
            over: false,
        }
    }

    fn piece(&self, at: usize, end: usize) -> Piece<'a> {
        Piece {
            at,
            body: self.body[at..end].trim_ascii_end(),
        }
    }

    fn ends(&mut self, at: usize) -> Option<Piece<'a>> {
        self.over = true;
        Some(self.piece(at, self.body.len()))
    }
}

impl<'a> Iterator for Torn<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.over {
            return None;
        }
        let mut at = behind_space(self.body, self.at);
        if !self.fresh && self.body.get(at) == Some(&b',') {
            at = behind_space(self.body, at + 1);
        }
        match self.body.get(at) {
            // The array was cut: an empty piece says so.
            None => self.ends(at),
            Some(b']') if behind_space(self.body, at + 1) == self.body.len() => {
                self.over = true;
                None
            }
            // Something stands behind the array.
            Some(b']') => self.ends(at),
            Some(_) => {
                let end = element_end(self.body, at);
                (self.at, self.fresh) = (end, false);
                // Where the array was cut in this element, this one says so.
                self.over = end == self.body.len();
                Some(self.piece(at, end))
            }
        }
    }
}

/// The brackets that are open within one element, counted by kind so that a stray one costs nothing.
#[derive(Default)]
struct Brackets {
    open: Vec<u8>,
    braces: usize,
}

impl Brackets {
    fn open(&mut self, bracket: u8) {
        self.open.push(bracket);
        self.braces += usize::from(bracket == b'{');
    }

    /// Closes the innermost of its kind with all that is open in it; false when there is none.
    fn close(&mut self, bracket: u8) -> bool {
        let opener = if bracket == b'}' { b'{' } else { b'[' };
        let there = match opener {
            b'{' => self.braces,
            _ => self.open.len() - self.braces,
        };
        if there == 0 {
            return false;
        }
        while let Some(closed) = self.open.pop() {
            self.braces -= usize::from(closed == b'{');
            if closed == opener {
                break;
            }
        }
        true
    }

    fn in_object(&self) -> bool {
        self.open.last() == Some(&b'{')
    }
}

/// Where the element that begins at `start` ends: at its comma, at the array's bracket, at the next
/// element where a comma is missing, or with the body.
fn element_end(body: &[u8], start: usize) -> usize {
    let mut brackets = Brackets::default();
    let (mut at, mut last, mut comma) = (start, 0u8, start);
    while let Some(byte) = body.get(at).copied() {
        let outside = brackets.open.is_empty();
        match byte {
            b'"' => {
                let string = string(body, at);
                if let Some(comma) = string.swallowed {
                    return comma;
                }
                if string.ends_with_comma {
                    comma = string.end - 1;
                }
                last = if string.ends_with_comma { b',' } else { b'"' };
                at = string.end;
                continue;
            }
            b',' if outside => return at,
            // No object stands where a name must: the one before was never closed.
            b'{' if last == b',' && brackets.in_object() => return comma,
            b'{' if last == b'}' && outside => return at,
            b'{' | b'[' => brackets.open(byte),
            b'}' | b']' => {
                let closed = brackets.close(byte);
                if !closed && byte == b']' {
                    return at;
                }
            }
            b',' => comma = at,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
        at += 1;
    }
    body.len()
}

/// How far a string goes, as far as one can tell.
struct StringEnd {
    /// Behind its closing quote, or at the end of the line it was not closed on.
    end: usize,
    /// The comma before the next element, which a string that was never closed ran into.
    swallowed: Option<usize>,
    /// It was not closed on its line, and the line ends with a comma.
    ends_with_comma: bool,
}

fn string(body: &[u8], quote: usize) -> StringEnd {
    let mut at = quote + 1;
    while let Some(byte) = body.get(at).copied() {
        match byte {
            b'\\' => at += 1,
            b'"' => {
                let follows = body.get(behind_space(body, at + 1));
                let closed = matches!(follows, None | Some(b':' | b',' | b']' | b'}'));
                return StringEnd {
                    end: at + 1,
                    swallowed: if closed {
                        None
                    } else {
                        next_element(body, quote + 1, at)
                    },
                    ends_with_comma: false,
                };
            }
            // JSON has no line break in a string.
            b'\n' | b'\r' => {
                let line = body[quote + 1..at].trim_ascii_end();
                return StringEnd {
                    end: quote + 1 + line.len(),
                    swallowed: None,
                    ends_with_comma: line.ends_with(b","),
                };
            }
            _ => {}
        }
        at += 1;
    }
    StringEnd {
        end: body.len(),
        swallowed: None,
        ends_with_comma: false,
    }
}

/// The comma of `…,{` right before the quote at `end`: there an object begins with its first name.
fn next_element(body: &[u8], start: usize, end: usize) -> Option<usize> {
    let text = body[start..end].trim_ascii_end().strip_suffix(b"{")?;
    let text = text.trim_ascii_end().strip_suffix(b",")?;
    Some(start + text.len())
}

fn behind_space(body: &[u8], at: usize) -> usize {
    let space = body[at.min(body.len())..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace());
    at.min(body.len()) + space.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_bracket_costs_no_search() {
        let mut deep = vec![b'['; 400_000];
        deep.extend(vec![b'}'; 400_000]);
        assert_eq!(element_end(&deep, 0), deep.len());
    }
}
