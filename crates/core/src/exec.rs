//! How a host lends threads, shows progress and cancels.

use std::ops::ControlFlow;
use std::sync::Mutex;

/// Runs independent parts. Domain crates call it and never start a thread.
pub trait Exec: Sync {
    /// Calls `job(0)` to `job(parts - 1)`, in any order, on any thread, and returns when all are done. A job may wait for
    /// one that has begun, never for one that has not.
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync));

    /// Tells the host how far the work is; the host may ask to stop.
    fn tick(&self, _done: u64, _of: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// The same while files are read: bytes done, bytes of all files, and rows read so far.
    fn tick_rows(&self, done: u64, of: u64, _rows: u64) -> ControlFlow<()> {
        self.tick(done, of)
    }
}

/// Runs everything where it is called, one part after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

impl Exec for Serial {
    fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
        for part in 0..parts {
            job(part);
        }
    }
}

/// Runs `job` for every part and gives the results in part order.
pub fn map_parts<T: Send>(exec: &dyn Exec, parts: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let slots: Vec<Mutex<Option<T>>> = (0..parts).map(|_| Mutex::new(None)).collect();
    exec.each(parts, &|part| {
        let value = job(part);
        if let Some(Ok(mut slot)) = slots.get(part).map(Mutex::lock) {
            // A part that a host runs twice counts once: its work may have been taken by the first.
            slot.get_or_insert(value);
        }
    });
    // A host that forgot a part must not make it vanish: it is worked out here.
    let results = slots.into_iter().enumerate();
    results.map(|(part, slot)| slot.into_inner().ok().flatten().unwrap_or_else(|| job(part))).collect()
}

/// Cuts `0..n` into parts whose number depends on `n` alone, never on threads; the bounds of part `k`.
pub fn part_range(n: usize, parts: usize, k: usize) -> std::ops::Range<usize> {
    let parts = parts.max(1) as u128;
    let cut = |k: usize| (n as u128 * k as u128 / parts) as usize;
    cut(k)..cut(k + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Forgetful;
    impl Exec for Forgetful {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            (1..parts).rev().for_each(job);
        }
    }

    struct Twice;
    impl Exec for Twice {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..parts).chain(0..parts).for_each(job);
        }
    }

    #[test]
    fn results_come_in_part_order_and_none_is_lost() {
        let want: Vec<usize> = (0..10).map(|i| i * i).collect();
        assert_eq!(map_parts(&Serial, 10, |i| i * i), want);
        assert_eq!(map_parts(&Forgetful, 10, |i| i * i), want);
        let work = Mutex::new((1..=10).collect::<Vec<u32>>());
        let taken = map_parts(&Twice, 10, |_| work.lock().ok().and_then(|mut work| work.pop()));
        assert_eq!(taken, (1..=10).rev().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn parts_cover_everything_once() {
        for n in [0usize, 1, 5, 64, 1000] {
            let all: Vec<usize> = (0..7).flat_map(|k| part_range(n, 7, k)).collect();
            assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
    }
}
