//! Bodies that are made piece by piece while they are sent.

use std::io;
use std::task::Poll;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use runtime::bulkhead;

/// A body of these pieces. It breaks off with the first that cannot be made, for a fault of ours too: the
/// head is gone already, so that is the only honest answer. Behind its end it stays at its end, however
/// often it is asked.
pub(crate) fn body_of(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    let mut left = Some(pieces.boxed());
    Body::from_stream(stream::poll_fn(move |context| {
        let Some(pieces) = &mut left else {
            return Poll::Ready(None);
        };
        let step = bulkhead::hold(|| pieces.poll_next_unpin(context));
        let step = step.unwrap_or_else(|fault| Poll::Ready(Some(Err(io::Error::other(fault)))));
        if matches!(step, Poll::Ready(None | Some(Err(_)))) {
            left = None;
        }
        step
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[tokio::test]
    async fn a_body_asked_once_more_behind_its_end_stays_at_its_end() {
        let pieces = stream::unfold(2, |left| async move {
            (left > 0).then(|| (Ok(Bytes::from_static(b"x")), left - 1))
        });
        let mut body = body_of(pieces).into_data_stream();
        assert!(body.next().await.unwrap().is_ok());
        assert!(body.next().await.unwrap().is_ok());
        assert!(body.next().await.is_none());
        assert!(body.next().await.is_none());
    }

    #[tokio::test]
    async fn a_fault_of_ours_breaks_this_body_off_and_ends_nothing_else() {
        let pieces = stream::poll_fn(|_| -> Poll<Option<io::Result<Bytes>>> {
            assert!(bulkhead::holds());
            panic!("as meant by this test")
        });
        let mut body = body_of(pieces).into_data_stream();
        assert!(body.next().await.unwrap().is_err());
        assert!(body.next().await.is_none());
    }
}
