//! Prints the description of the API, from which the web client's wire types are made.

use std::io::Write;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", api::openapi())
}
