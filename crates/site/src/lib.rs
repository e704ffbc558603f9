//! Site folders: import, TOML files, checked model, diagnostics.
