//! What the console promises, measured: a key is answered within a frame, whatever floods in behind.
//!
//! `cargo bench` runs all of it, `cargo bench -- log` what has `log` in its name. Nothing is asserted: times depend on the machine, so each stands beside its limit or its peer from the same run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may fail loudly, and prints")]

mod app;
mod filter;
mod log;
mod measure;
mod options;
mod tree;

fn main() {
    // The harness's own arguments, such as `--bench`, are not meant for us.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let benches: [(&str, fn()); 7] =
        // Memory first: later it would be lost in what the others left.
        [
            ("log memory", log::memory),
            ("app key to frame", app::key_to_frame),
            ("app first frame", app::first_frame),
            ("options", options::run),
            ("log flood", log::flood),
            ("filter", filter::run),
            ("tree", tree::run),
        ];
    for (name, bench) in benches {
        if name.contains(&wanted) {
            println!("\n{name}");
            bench();
        }
    }
}
