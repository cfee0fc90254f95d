//! What the console shows at telling moments of the demo: text and styles, at several sizes, in several themes.
//!
//! Pictures that changed on purpose are taken anew with `INSTA_UPDATE=always cargo nextest run --test screens`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod anything;
mod console;
mod deploy;
mod hosts;
mod options;
mod picture;
mod readme;
mod rooms;
