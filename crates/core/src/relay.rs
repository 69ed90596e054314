//! Work in four steps: things come one after the other, are worked on side by side, and are taken in and finished one after
//! the other in the order in which they came. One may be taken in while another is finished, and nobody waits as long as
//! there is something to do.
//!
//! ```
//! use naata_core::{Serial, relay};
//!
//! let (mut next, mut sum, mut text) = (0u64, 0, String::new());
//! let come = |_room: ()| (next < 4).then(|| { next += 1; next });
//! let take = |square: u64| { sum += square; Ok::<_, ()>(sum) };
//! let finish = |sum: u64| { text += &format!("{sum} "); Ok(()) };
//! assert_eq!(relay(&Serial, 2, come, |n| n * n, take, finish), Ok(true));
//! assert_eq!(text, "1 5 14 30 ");
//! ```

use crate::Exec;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex};

/// Has everything that `come` gives worked on by `work`, taken in by `take` and finished by `finish`, these two in order,
/// until `come` gives none or one of them fails. At most `most` are on their way at once.
///
/// `come` is handed a room that `finish` gave back, or a new one: what is used again need not be asked of the system. The
/// answer is whether all were finished; not where one who worked panicked and the host went on. Of several failures it
/// is the one that a single worker would have met.
pub fn relay<R: Default + Send, A, B: Send, C: Send, E: Send>(
    exec: &dyn Exec,
    most: usize,
    come: impl FnMut(R) -> Option<A> + Send,
    work: impl Fn(A) -> B + Sync,
    take: impl FnMut(B) -> Result<C, E> + Send,
    finish: impl FnMut(C) -> Result<R, E> + Send,
) -> Result<bool, E> {
    let most = most.max(1);
    let desk = Desk {
        come: Some(come),
        take: Some(take),
        finish: Some(finish),
        came: 0,
        taken: 0,
        finished: 0,
        all: None,
        ready: BTreeMap::new(),
        due: VecDeque::new(),
        rooms: Vec::new(),
        idle: 0,
        failed: None,
        end: None,
    };
    let relay = Relay { most, work, desk: Mutex::new(desk), news: Condvar::new() };
    exec.each(most, &|_| relay.on());
    // A host that forgets its parts must not lose anything.
    relay.on();
    relay.desk.into_inner().ok().and_then(|desk| desk.end).unwrap_or(Ok(false))
}

/// What those who work share.
struct Relay<W, D> {
    most: usize,
    work: W,
    desk: Mutex<D>,
    /// There is something to do again, or nothing any more.
    news: Condvar,
}

/// How far the work is. What somebody works with is not here meanwhile.
struct Desk<I, T, F, B, C, R, E> {
    come: Option<I>,
    take: Option<T>,
    finish: Option<F>,
    /// How many came, how many of them are taken in, and how many of those are finished.
    came: usize,
    taken: usize,
    finished: usize,
    /// How many there are to be finished, once that is known.
    all: Option<usize>,
    /// What waits to be taken in, by number.
    ready: BTreeMap<usize, B>,
    /// What waits to be finished.
    due: VecDeque<C>,
    rooms: Vec<R>,
    /// How many wait for something to do.
    idle: usize,
    /// Why no more than `all` are taken in.
    failed: Option<E>,
    /// How it ended.
    end: Option<Result<bool, E>>,
}

/// What is to do next.
enum Job<I, T, F, B, C, R> {
    Finish(F, C),
    Take(T, B),
    Come(I, usize, R),
}

impl<I, T, F, B, C, R: Default, E> Desk<I, T, F, B, C, R, E> {
    /// The next job, where there is one; what is nearest to its end goes first.
    fn job(&mut self, most: usize) -> Option<Job<I, T, F, B, C, R>> {
        if self.end.is_some() {
            return None;
        }
        if let Some(finish) = self.finish.take_if(|_| !self.due.is_empty()) {
            return self.due.pop_front().map(|one| Job::Finish(finish, one));
        }
        if self.failed.is_some() {
            return None;
        }
        if let Some(take) = self.take.take_if(|_| self.ready.contains_key(&self.taken)) {
            return self.ready.remove(&self.taken).map(|one| Job::Take(take, one));
        }
        let come = self.come.take_if(|_| self.came < self.finished + most)?;
        self.came += 1;
        Some(Job::Come(come, self.came - 1, self.rooms.pop().unwrap_or_default()))
    }

    fn end_where_all_are_finished(&mut self) {
        if self.all == Some(self.finished) && self.end.is_none() {
            self.end = Some(self.failed.take().map_or(Ok(true), Err));
        }
    }
}

impl<W, I, T, F, A, B, C, R, E> Relay<W, Desk<I, T, F, B, C, R, E>>
where
    I: FnMut(R) -> Option<A>,
    W: Fn(A) -> B,
    T: FnMut(B) -> Result<C, E>,
    F: FnMut(C) -> Result<R, E>,
    R: Default,
{
    /// Works until everything is done.
    fn on(&self) {
        let end = || {
            self.tell(|desk| {
                desk.end.get_or_insert(Ok(false));
            });
        };
        let _alarm = Alarm(&end);
        while let Some(job) = self.job() {
            match job {
                Job::Finish(mut finish, one) => {
                    let finished = finish(one);
                    self.tell(|desk| {
                        desk.finish = Some(finish);
                        desk.finished += 1;
                        match finished {
                            Ok(room) => desk.rooms.push(room),
                            Err(e) => desk.end = Some(Err(e)),
                        }
                        desk.end_where_all_are_finished();
                    });
                }
                Job::Take(mut take, one) => {
                    let taken = take(one);
                    self.tell(|desk| {
                        desk.take = Some(take);
                        match taken {
                            Ok(one) => {
                                desk.taken += 1;
                                desk.due.push_back(one);
                            }
                            // Those before it are finished first: one of them may fail too.
                            Err(e) => (desk.all, desk.failed) = (Some(desk.taken), Some(e)),
                        }
                        desk.end_where_all_are_finished();
                    });
                }
                Job::Come(mut come, number, room) => match come(room) {
                    Some(one) => {
                        self.tell(|desk| desk.come = Some(come));
                        let done = (self.work)(one);
                        self.tell(|desk| drop(desk.ready.insert(number, done)));
                    }
                    None => self.tell(|desk| {
                        desk.all.get_or_insert(number);
                        desk.end_where_all_are_finished();
                    }),
                },
            }
        }
    }

    /// The next job, as soon as there is one; `None` when everything is done.
    fn job(&self) -> Option<Job<I, T, F, B, C, R>> {
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

impl<W, I, T, F, B, C, R, E> Relay<W, Desk<I, T, F, B, C, R, E>> {
    /// Puts something on the desk, and tells those who wait.
    fn tell(&self, put: impl FnOnce(&mut Desk<I, T, F, B, C, R, E>)) {
        if let Ok(mut desk) = self.desk.lock() {
            put(&mut desk);
            if desk.idle > 0 {
                self.news.notify_all();
            }
        }
    }
}

/// Does something when it goes: where one who works panics, the work of all is to end, as they would wait for what it took
/// with it.
struct Alarm<'a>(&'a dyn Fn());

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        (self.0)();
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

    type Ran = (Result<bool, usize>, Vec<usize>, Vec<usize>, usize);

    /// What is taken in and finished of `n` numbers, of which one fails to be taken in and one to be finished, and how
    /// many rooms were new.
    fn run(exec: &dyn Exec, n: usize, most: usize, (bad, worse): (usize, usize)) -> Ran {
        let (mut next, mut seen, mut done, mut rooms) = (0, Vec::new(), Vec::new(), 0);
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
            if square == bad * bad { Err(bad) } else { Ok((square, room)) }
        };
        let finish = |(square, room)| {
            done.push(square);
            if square == worse * worse { Err(1_000 + worse) } else { Ok(room) }
        };
        let end = relay(exec, most, come, work, take, finish);
        (end, seen, done, rooms)
    }

    proptest! {
        #[test]
        fn everything_is_taken_in_and_finished_once_and_in_order_by_any_host(
            n in 0usize..60, most in 0usize..9, bad in 0usize..200, worse in 0usize..200,
        ) {
            for exec in [&Serial as &dyn Exec, &Threads, &Careless, &Forgetful] {
                let (end, seen, done, rooms) = run(exec, n, most, (bad, worse));
                // What fails to be taken in is not finished.
                let finished = n.min(bad).min(worse + 1);
                prop_assert_eq!(done, (0..finished).map(|k| k * k).collect::<Vec<_>>());
                let want = if worse < n.min(bad) { Err(1_000 + worse) } else if bad < n { Err(bad) } else { Ok(true) };
                prop_assert_eq!(end, want);
                // Others may be taken in meanwhile.
                prop_assert!(seen.len() >= finished && seen.len() <= n.min(bad + 1));
                prop_assert!(seen.iter().copied().eq((0..seen.len()).map(|k| k * k)));
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
        assert_eq!(relay(&Caught, 3, come, work, |_| Ok::<(), ()>(()), Ok), Ok(false));
    }

    #[test]
    fn of_two_failures_the_one_is_told_that_comes_first_in_order() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let later = AtomicBool::new(false);
        let mut next = 0;
        let come = |()| {
            next += 1;
            (next < 9).then_some(next)
        };
        let take = |n: usize| {
            later.fetch_or(n == 3, Ordering::SeqCst);
            if n == 3 { Err("the third, to be taken in") } else { Ok(n) }
        };
        let finish = |n: usize| {
            // Until the third has failed, and somewhat longer.
            while !later.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            if n == 2 { Err("the second, to be finished") } else { Ok(()) }
        };
        assert_eq!(relay(&Threads, 3, come, |n| n, take, finish), Err("the second, to be finished"));
    }
}
