//! Work in three steps, of which the second is done side by side: things come one after the other, are worked on, and
//! are taken in one after the other in the order in which they came. Nobody waits as long as there is something to do.
//!
//! ```
//! use naata_core::{Serial, relay};
//!
//! let (mut next, mut sum) = (0u64, 0);
//! let come = |_room: ()| (next < 4).then(|| { next += 1; next });
//! let all = relay(&Serial, 2, come, |n| n * n, |square| { sum += square; Ok::<(), ()>(()) });
//! assert_eq!((all, sum), (Ok(true), 1 + 4 + 9 + 16));
//! ```

use crate::Exec;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

/// Has everything that `come` gives worked on by `work` and taken in by `take`, in order, until `come` gives none or
/// `take` fails. At most `most` are on their way at once.
///
/// `come` is handed a room that `take` gave back, or a new one: what is used again need not be asked of the system. The
/// answer is whether all were taken in; not where one who worked panicked and the host went on.
pub fn relay<R: Default + Send, A, B: Send, E: Send>(
    exec: &dyn Exec,
    most: usize,
    come: impl FnMut(R) -> Option<A> + Send,
    work: impl Fn(A) -> B + Sync,
    take: impl FnMut(B) -> Result<R, E> + Send,
) -> Result<bool, E> {
    let most = most.max(1);
    let desk = Desk {
        come: Some(come),
        take: Some(take),
        came: 0,
        taken: 0,
        all: None,
        ready: BTreeMap::new(),
        rooms: Vec::new(),
        idle: 0,
        end: None,
    };
    let relay = Relay { most, work, desk: Mutex::new(desk), news: Condvar::new() };
    exec.each(most, &|_| relay.on());
    // A host that forgets its parts must not lose anything.
    relay.on();
    relay.desk.into_inner().ok().and_then(|desk| desk.end).unwrap_or(Ok(false))
}

/// What those who work share.
struct Relay<C, W, T, B, R, E> {
    most: usize,
    work: W,
    desk: Mutex<Desk<C, T, B, R, E>>,
    /// There is something to do again, or nothing any more.
    news: Condvar,
}

/// How far the work is. What somebody works with is not here meanwhile.
struct Desk<C, T, B, R, E> {
    come: Option<C>,
    take: Option<T>,
    /// How many came, and how many of them are taken in.
    came: usize,
    taken: usize,
    /// How many there are, once that is known.
    all: Option<usize>,
    /// What waits to be taken in, by number.
    ready: BTreeMap<usize, B>,
    rooms: Vec<R>,
    /// How many wait for something to do.
    idle: usize,
    /// How it ended.
    end: Option<Result<bool, E>>,
}

/// What is to do next.
enum Job<C, T, B, R> {
    Take(T, B),
    Come(C, usize, R),
}

impl<C, T, B, R: Default, E> Desk<C, T, B, R, E> {
    /// The next job, where there is one; what can be taken in goes first.
    fn job(&mut self, most: usize) -> Option<Job<C, T, B, R>> {
        if self.end.is_some() {
            return None;
        }
        if let Some(take) = self.take.take_if(|_| self.ready.contains_key(&self.taken)) {
            return self.ready.remove(&self.taken).map(|one| Job::Take(take, one));
        }
        let come = self.come.take_if(|_| self.came < self.taken + most)?;
        self.came += 1;
        Some(Job::Come(come, self.came - 1, self.rooms.pop().unwrap_or_default()))
    }

    fn end_where_all_are_taken(&mut self) {
        if self.all == Some(self.taken) {
            self.end.get_or_insert(Ok(true));
        }
    }
}

impl<C, W, T, A, B, R, E> Relay<C, W, T, B, R, E>
where
    C: FnMut(R) -> Option<A>,
    W: Fn(A) -> B,
    T: FnMut(B) -> Result<R, E>,
    R: Default,
{
    /// Works until everything is done.
    fn on(&self) {
        let _alarm = Alarm(self);
        while let Some(job) = self.job() {
            match job {
                Job::Take(mut take, one) => {
                    let taken = take(one);
                    self.tell(|desk| {
                        desk.take = Some(take);
                        desk.taken += 1;
                        match taken {
                            Ok(room) => desk.rooms.push(room),
                            Err(e) => desk.end = Some(Err(e)),
                        }
                        desk.end_where_all_are_taken();
                    });
                }
                Job::Come(mut come, number, room) => match come(room) {
                    Some(one) => {
                        self.tell(|desk| desk.come = Some(come));
                        let done = (self.work)(one);
                        self.tell(|desk| drop(desk.ready.insert(number, done)));
                    }
                    None => self.tell(|desk| {
                        desk.all = Some(number);
                        desk.end_where_all_are_taken();
                    }),
                },
            }
        }
    }

    /// The next job, as soon as there is one; `None` when everything is done.
    fn job(&self) -> Option<Job<C, T, B, R>> {
        let mut desk = self.desk.lock().ok()?;
        loop {
            match desk.job(self.most) {
                Some(job) => return Some(job),
                None if desk.end.is_some() => return None,
                None => {
                    desk.idle += 1;
                    desk = self.news.wait(desk).ok()?;
                    desk.idle -= 1;
                }
            }
        }
    }
}

impl<C, W, T, B, R, E> Relay<C, W, T, B, R, E> {
    /// Puts something on the desk, and tells those who wait.
    fn tell(&self, put: impl FnOnce(&mut Desk<C, T, B, R, E>)) {
        if let Ok(mut desk) = self.desk.lock() {
            put(&mut desk);
            if desk.idle > 0 {
                self.news.notify_all();
            }
        }
    }
}

/// Ends the work of all where one of them panics: they would wait for what it took with it.
struct Alarm<'r, C, W, T, B, R, E>(&'r Relay<C, W, T, B, R, E>);

impl<C, W, T, B, R, E> Drop for Alarm<'_, C, W, T, B, R, E> {
    fn drop(&mut self) {
        self.0.tell(|desk| {
            desk.end.get_or_insert(Ok(false));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Serial;
    use proptest::prelude::*;

    /// A host that lends threads, a careless one that calls parts twice and last first, and one that forgets them all.
    struct Threads;
    struct Careless;
    struct Forgetful;

    impl Exec for Threads {
        #[expect(clippy::disallowed_methods, reason = "the test plays the host that lends threads")]
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|s| (0..parts).for_each(|k| drop(s.spawn(move || job(k)))));
        }
    }

    impl Exec for Careless {
        fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..parts).chain(0..parts).rev().for_each(job);
        }
    }

    impl Exec for Forgetful {
        fn each(&self, _parts: usize, _job: &(dyn Fn(usize) + Sync)) {}
    }

    /// What is taken in of `n` numbers, of which `bad` fails, and how many rooms were new.
    fn run(exec: &dyn Exec, n: usize, most: usize, bad: usize) -> (Result<bool, usize>, Vec<usize>, usize) {
        let (mut next, mut seen, mut rooms) = (0, Vec::new(), 0);
        let come = |room: Vec<u8>| {
            rooms += usize::from(room.capacity() == 0);
            next += 1;
            (next <= n).then_some((next - 1, room))
        };
        let work = |(k, mut room): (usize, Vec<u8>)| {
            room.resize(9, 1);
            (k * k, room)
        };
        let take = |(square, room)| {
            seen.push(square);
            if square == bad * bad { Err(bad) } else { Ok(room) }
        };
        let end = relay(exec, most, come, work, take);
        (end, seen, rooms)
    }

    proptest! {
        #[test]
        fn everything_is_taken_in_once_and_in_order_by_any_host(
            n in 0usize..60, most in 0usize..9, bad in 0usize..200,
        ) {
            for exec in [&Serial as &dyn Exec, &Threads, &Careless, &Forgetful] {
                let (end, seen, rooms) = run(exec, n, most, bad);
                let want: Vec<usize> = (0..n.min(bad + 1)).map(|k| k * k).collect();
                prop_assert_eq!(seen, want);
                prop_assert_eq!(end, if bad < n { Err(bad) } else { Ok(true) });
                prop_assert!(rooms <= most.max(1) + 1, "rooms are used again: {} of {}", rooms, most);
            }
        }
    }

    #[test]
    fn a_panic_ends_the_work_of_all() {
        struct Caught;
        impl Exec for Caught {
            #[expect(clippy::disallowed_methods, reason = "the test plays the host that lends threads")]
            fn each(&self, parts: usize, job: &(dyn Fn(usize) + Sync)) {
                std::thread::scope(|s| {
                    let all: Vec<_> = (0..parts).map(|k| s.spawn(move || job(k))).collect();
                    all.into_iter().for_each(|one| drop(one.join()));
                });
            }
        }
        let mut next = 0;
        let come = |()| {
            next += 1;
            Some(next)
        };
        let work = |n: usize| if n == 5 { panic!("a fifth") } else { n };
        assert_eq!(relay(&Caught, 3, come, work, |_| Ok::<(), ()>(())), Ok(false));
    }
}
