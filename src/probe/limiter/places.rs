//! Places for requests in flight, by the name of what they are limited for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The same number of places under each name, such as that of a host.
pub(super) struct Places {
    each: usize,
    by_name: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Places {
    pub(super) fn new(each: usize) -> Self {
        Self { each: each.max(1), by_name: Mutex::default() }
    }

    /// Waits for a place under this name.
    pub(super) async fn take(&self, name: &str) -> OwnedSemaphorePermit {
        let places = {
            let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(self.each));
            by_name.entry(name.to_owned()).or_insert_with(fresh).clone()
        };
        acquire(places).await
    }
}

/// Waits for one of these places, in the order of arrival.
pub(super) async fn acquire(places: Arc<Semaphore>) -> OwnedSemaphorePermit {
    match places.acquire_owned().await {
        Ok(permit) => permit,
        // These semaphores are never closed; if one were, no further request would be admitted.
        Err(_) => std::future::pending().await,
    }
}
