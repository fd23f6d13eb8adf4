//! What everyone saw, and the program that reads it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use futures::StreamExt;

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The prediction was accepted under this id.
    Accepted(String),
    /// A server said that it is in this state.
    Saw(String),
}

#[derive(Clone, Default)]
pub struct History {
    events: Arc<Mutex<HashMap<usize, Vec<Event>>>>,
    /// How often each entry of the stream was announced as done.
    done: Arc<Mutex<HashMap<String, usize>>>,
}

/// What the record shows, if nothing is wrong with it.
pub struct Verdict {
    succeeded: usize,
    failed: usize,
    announced: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} succeeded, {} failed, {} ends announced", self.succeeded, self.failed, self.announced)
    }
}

impl History {
    /// A record that also hears which jobs are announced as done.
    pub async fn listen(url: &str) -> Self {
        let history = Self::default();
        let (done, url) = (Arc::clone(&history.done), url.to_owned());
        tokio::spawn(async move {
            loop {
                // While Redis is away nothing can be announced; what is missed then is not counted.
                if let Ok(mut listening) =
                    redis::Client::open(url.as_str()).expect("an address").get_async_pubsub().await
                    && listening.subscribe("{marquee}:moves").await.is_ok()
                {
                    let mut messages = listening.into_on_message();
                    while let Some(message) = messages.next().await {
                        let text: String = message.get_payload().expect("text");
                        let mut words = text.split(' ');
                        if words.next() == Some("D") {
                            let mut done = done.lock().expect("the record");
                            words.for_each(|entry| *done.entry(entry.to_owned()).or_default() += 1);
                        }
                    }
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        history
    }

    pub fn saw(&self, number: usize, event: Event) {
        self.events.lock().expect("the record").entry(number).or_default().push(event);
    }

    /// Numbers and ids of all that was accepted.
    pub fn accepted(&self) -> Vec<(usize, String)> {
        let events = self.events.lock().expect("the record");
        let ids = events.iter().flat_map(|(&number, events)| {
            events.iter().filter_map(move |event| match event {
                Event::Accepted(id) => Some((number, id.clone())),
                Event::Saw(_) => None,
            })
        });
        ids.collect()
    }

    /// Every prediction was accepted once, went forward only, and ended in one state that never changed.
    pub fn check(&self, expected: usize) -> Verdict {
        let events = self.events.lock().expect("the record");
        assert_eq!(events.len(), expected, "predictions without a record");
        let (mut succeeded, mut failed) = (0, 0);
        for (number, events) in events.iter() {
            assert!(matches!(events[0], Event::Accepted(_)), "{number}: {events:?}");
            let mut last = "PENDING";
            for event in &events[1..] {
                let Event::Saw(state) = event else { panic!("{number} was accepted twice: {events:?}") };
                let forward = rank(state) > rank(last) || state == last;
                assert!(forward, "{number} went from {last} to {state}: {events:?}");
                last = state;
            }
            match last {
                "SUCCESS" => succeeded += 1,
                "FAILURE" => failed += 1,
                other => panic!("{number} ended {other}: {events:?}"),
            }
        }
        let done = self.done.lock().expect("the record");
        for (entry, times) in done.iter() {
            assert_eq!(*times, 1, "{entry} was finished {times} times");
        }
        Verdict { succeeded, failed, announced: done.len() }
    }
}

fn rank(state: &str) -> u8 {
    match state {
        "PENDING" => 0,
        "STARTED" => 1,
        "SUCCESS" | "FAILURE" => 2,
        other => panic!("no state is called {other}"),
    }
}
