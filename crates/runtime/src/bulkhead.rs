//! A fault of ours while one sender is served ends what was asked, never the program.
//!
//! A panic anywhere else ends the process at once (`app` sees to it): what was confirmed is in the
//! journal and a start takes a second, while a program that goes on without its loop or its senders would
//! be silent in a storm. A lock of the loop that was held by such a panic ends the process too, by its
//! next holder, because nobody knows what is half done behind it.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::telemetry;

thread_local! {
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// A panic ended what was asked; its words are in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault of the program")]
pub struct Broken;

/// Whether this thread serves one sender now, so that its panic is nobody else's.
pub fn holds() -> bool {
    INSIDE.get() > 0
}

/// Serves one sender to the end.
///
/// # Errors
/// [`Broken`] when it panicked.
pub async fn serve<T>(serving: impl Future<Output = T>) -> Result<T, Broken> {
    let mut serving = pin!(serving);
    poll_fn(move |context| {
        let step = || within(|| serving.as_mut().poll(context));
        match catch_unwind(AssertUnwindSafe(step)) {
            Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_told_by_the_hook) => {
                telemetry::fault_contained();
                Poll::Ready(Err(Broken))
            }
        }
    })
    .await
}

/// Work for one sender that waits for the disk or takes long, on a thread where it may.
///
/// # Errors
/// [`Broken`] when it panicked, or the process ends.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Broken> {
    let done = tokio::task::spawn_blocking(move || hold(work)).await;
    done.unwrap_or(Err(Broken))
}

/// Work for one sender, on this thread.
///
/// # Errors
/// [`Broken`] when it panicked.
pub fn hold<T>(work: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(|| within(work))).map_err(|_told_by_the_hook| {
        telemetry::fault_contained();
        Broken
    })
}

fn within<T>(work: impl FnOnce() -> T) -> T {
    struct Out;
    impl Drop for Out {
        fn drop(&mut self) {
            INSIDE.set(INSIDE.get() - 1);
        }
    }
    INSIDE.set(INSIDE.get() + 1);
    let _out = Out;
    work()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[tokio::test]
    async fn a_panic_inside_is_an_answer_and_leaves_the_thread_as_it_was() {
        let broken: Result<(), Broken> = serve(async {
            tokio::task::yield_now().await;
            assert!(holds());
            panic!("as meant by this test");
        })
        .await;
        assert_eq!(broken, Err(Broken));
        assert!(!holds());
        assert_eq!(serve(async { 7 }).await, Ok(7));
        let aside_broken: Result<(), Broken> = aside(|| panic!("as meant by this test")).await;
        assert_eq!(aside_broken, Err(Broken));
        let broken_here: Result<(), Broken> = hold(|| panic!("as meant by this test"));
        assert_eq!(broken_here, Err(Broken));
        assert!(!holds());
        assert!(aside(holds).await.unwrap());
    }
}
