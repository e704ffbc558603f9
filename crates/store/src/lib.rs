//! Journal, snapshots, history, blobs.
