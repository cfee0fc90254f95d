//! The thread that answers.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use tokio::sync::mpsc;

use super::{Answer, Narrowing, Question};

/// A thread that answers questions. Asking never waits for it. Dropping it ends the thread.
#[derive(Debug)]
pub struct Worker(Arc<Desk>);

/// Where questions lie until the thread takes them up.
#[derive(Debug, Default)]
struct Desk {
    waiting: Mutex<Waiting>,
    news: Condvar,
    /// Changes with `waiting`, and can be looked at without the lock.
    changes: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    /// One question a list: the latest.
    questions: BTreeMap<u32, Question>,
    ended: bool,
}

impl Worker {
    /// Starts the thread; what it finds out goes to `answers`. It ends when nobody takes them any more.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(answers: mpsc::Sender<Answer>) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let worker = Self(Arc::clone(&desk));
        thread::Builder::new().name("filter".to_owned()).spawn(move || work(&desk, &answers))?;
        Ok(worker)
    }

    /// Asks. An older question about the same list is forgotten, even when it is being worked on.
    pub fn ask(&self, question: Question) {
        self.0.lock().questions.insert(question.list, question);
        self.0.tell();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.tell();
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // What is on the desk is whole whenever the lock is free.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changes.fetch_add(1, Ordering::Release);
        self.news.notify_one();
    }

    /// Waits for a question; `None`: there will be no more.
    fn take(&self) -> Option<Question> {
        let mut waiting = self
            .news
            .wait_while(self.lock(), |waiting| waiting.questions.is_empty() && !waiting.ended)
            .unwrap_or_else(PoisonError::into_inner);
        if waiting.ended { None } else { waiting.questions.pop_first().map(|(_, question)| question) }
    }

    /// Whether a question about this list is still the latest.
    fn is_latest(&self, list: u32) -> bool {
        let waiting = self.lock();
        !waiting.ended && !waiting.questions.contains_key(&list)
    }
}

fn work(desk: &Desk, answers: &mpsc::Sender<Answer>) {
    let mut lists = BTreeMap::<u32, Narrowing>::new();
    while let Some(question) = desk.take() {
        let seen = std::cell::Cell::new(desk.changes.load(Ordering::Acquire).wrapping_sub(1));
        let wanted = || {
            let changes = desk.changes.load(Ordering::Acquire);
            changes == seen.replace(changes) || desk.is_latest(question.list)
        };
        let answer = lists.entry(question.list).or_default().answer(&question, wanted);
        if let Some(answer) = answer
            && answers.blocking_send(answer).is_err()
        {
            return;
        }
    }
}
