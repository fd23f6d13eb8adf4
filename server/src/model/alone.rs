use std::cell::OnceCell;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// What candle reads before every matrix product; where it is not set, candle counts the machine's cores instead, by
/// reading all of /proc/cpuinfo, which takes longer than most of our products.
const THREADS: &str = "RAYON_NUM_THREADS";

/// Tells candle how many threads a matrix product may use, unless the environment has said so already. To be called at
/// the very start of a process, while it has one thread.
#[allow(unsafe_code, reason = "no other thread is there that could read the environment meanwhile")]
pub fn set_candle_threads(threads: usize) {
    if std::env::var_os(THREADS).is_none() {
        // SAFETY: the caller promises that this is the only thread.
        unsafe { std::env::set_var(THREADS, threads.max(1).to_string()) };
    }
}

thread_local! {
    static POOL: OnceCell<ThreadPool> = const { OnceCell::new() };
}

/// Lets everything that this thread computes from now on stay on this thread.
///
/// Matrix products spread over rayon's global pool, one thread for each core. A worker must not: several of them would
/// fight for the same cores, and those cores have pages to send. Makes the calling thread the only member of a pool of
/// its own; for the thread's whole life, so not for a thread that also trains. Calling it again changes nothing.
pub fn compute_alone() -> Result<(), ThreadPoolBuildError> {
    POOL.with(|pool| {
        if pool.get().is_none() {
            let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
            // Only this thread can have set it meanwhile, and it has not.
            let _ = pool.set(alone);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rayon::prelude::*;

    use super::compute_alone;

    fn threads_used() -> HashSet<std::thread::ThreadId> {
        (0..1_000).into_par_iter().map(|_| std::thread::current().id()).collect()
    }

    #[test]
    fn a_thread_that_computes_alone_uses_no_other() {
        std::thread::spawn(|| {
            compute_alone().unwrap();
            compute_alone().unwrap();
            assert_eq!(threads_used(), HashSet::from([std::thread::current().id()]));
        })
        .join()
        .unwrap();
    }

    #[test]
    fn several_threads_can_each_compute_alone() {
        let alone = || {
            compute_alone().unwrap();
            assert_eq!(threads_used().len(), 1);
        };
        let threads = [alone; 3].map(std::thread::spawn);
        assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
    }
}
