//! Decisions: rules, alarms, commands, timers. Pure.
