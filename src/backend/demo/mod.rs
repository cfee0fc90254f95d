//! A backend that plays: a fleet that isn't there, for trying the console out and for its tests. No Nix, no host and no file is touched.
//!
//! What the fleet is, what its hosts say and what comes of a deployment stands in the files beside this one; [`Player`] lets it happen, [`start`] in the time that it takes.

mod data;
mod globals;
mod options;
mod player;
mod reads;
mod scenes;
mod secrets;
mod step;
mod vault;
mod world;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

pub use self::player::Player;
use super::{
    error::Result,
    job::{Backend, CAPACITY},
};

/// What is played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The time at which it begins. The default is always the same, so that pictures are.
    pub begins: SystemTime,
    /// Whether the fleet was looked at before.
    pub remembers: bool,
    /// Whether the second evaluation meets an error in the fleet.
    pub evaluation_fails: bool,
}

impl Default for Script {
    fn default() -> Self {
        // 2026-11-23 09:12 UTC.
        let begins = UNIX_EPOCH + Duration::from_secs(1_795_425_120);
        Self { begins, remembers: true, evaluation_fails: false }
    }
}

/// How fast it is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// So many times as fast as it would be; 1 is life.
    Live(f64),
    /// Without any waiting: a job is over before the next order is read.
    Instant,
}

/// Begins to play. It ends when nobody orders any more.
pub fn start(script: Script, pace: Pace) -> Result<Backend> {
    let mut player = Player::new(script)?;
    let (orders, mut ordered) = mpsc::channel(CAPACITY);
    let (reporting, reports) = mpsc::channel(CAPACITY);
    tokio::spawn(async move {
        let began = Instant::now();
        loop {
            let due = player.due();
            tokio::select! {
                biased;
                () = wait(began, due, pace) => {
                    if let Some(report) = player.step() && reporting.send(report).await.is_err() {
                        return;
                    }
                }
                order = ordered.recv() => {
                    let Some(order) = order else { return };
                    if let Pace::Live(speed) = pace {
                        player.pass(began.elapsed().mul_f64(speed));
                    }
                    player.order(order);
                }
            }
        }
    });
    Ok(Backend { orders, reports })
}

/// Waits until the next step is due; for ever where there is none.
async fn wait(began: Instant, due: Option<Duration>, pace: Pace) {
    match (due, pace) {
        (None, _) => std::future::pending().await,
        (Some(_), Pace::Instant) => {}
        (Some(due), Pace::Live(speed)) => sleep_until(began + due.div_f64(speed.max(0.01))).await,
    }
}

#[cfg(test)]
mod tests;
