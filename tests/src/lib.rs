//! Drives the built program from outside, for the stories in `tests/tests/`.
