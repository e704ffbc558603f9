//! The one loop: inbox, journal, engine, outbox, feed.
