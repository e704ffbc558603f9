//! Devices that are connected under an account, so that they can be shown out when it is taken away.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::Device;

/// By the number of their connection.
#[derive(Default)]
pub(super) struct Guests {
    inside: Mutex<BTreeMap<u64, Guest>>,
}

struct Guest {
    device: Arc<Device>,
    dismissed: CancellationToken,
}

impl Guests {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Guest>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a device; what it is given back is cancelled when its account is gone.
    pub(super) fn enter(&self, serial: u64, device: Arc<Device>) -> CancellationToken {
        let dismissed = CancellationToken::new();
        let guest = Guest {
            device,
            dismissed: dismissed.clone(),
        };
        self.lock().insert(serial, guest);
        dismissed
    }

    pub(super) fn leave(&self, serial: u64) {
        self.lock().remove(&serial);
    }

    /// Shows those out who may not stay; how many.
    pub(super) fn dismiss(&self, stays: impl Fn(&Device) -> bool) -> usize {
        let inside = self.lock();
        let mut shown_out = 0;
        for guest in inside.values().filter(|guest| !stays(&guest.device)) {
            guest.dismissed.cancel();
            shown_out += 1;
        }
        shown_out
    }
}
