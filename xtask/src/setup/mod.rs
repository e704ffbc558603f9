//! Brings in the tools that cargo does not: Node (from PyPI), Chromium and fonts (from Debian), the web packages.

pub(crate) mod debian;
pub(crate) mod node;
pub(crate) mod web_packages;
