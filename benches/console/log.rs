//! Logs under a flood of 100,000 lines a second, and what a million of them leave in memory.

use std::{
    fs,
    hint::black_box,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use ratatui::{buffer::Buffer, layout::Rect};
use steading::{
    app::{cursor::Move, glyph::Glyphs, logview::LogView, theme::Theme},
    backend::logstore::{Limits, LogKey, RunLog},
    views::widget::{Look, log, log_status},
};

use crate::measure::{FRAME, Times};

const LINES_A_SECOND: u64 = 100_000;
const FRAMES: usize = 120;

/// Lines whose time is taken together.
const BATCH: u64 = 1000;

/// What a key does.
type Press = fn(&mut LogView);

/// What compilers say, some of it in colour, some of it an error.
fn line(number: u64) -> String {
    match number % 50 {
        0 => format!("\x1b[1;31merror:\x1b[0m src/file{number}.c:12:3: expected ';' before '}}' token"),
        1..10 => format!(
            "\x1b[32m[{number}/999999]\x1b[0m Building CXX object lib/CMakeFiles/x.dir/file{number}.cpp.o"
        ),
        _ => format!(
            "gcc -O2 -Wall -I/nix/store/5gmmdb83n9ykjajgq7dz19g8abwhdv06-zlib-1.3/include -c src/file{number}.c"
        ),
    }
}

fn keys(count: usize) -> Vec<LogKey> {
    let key = |number: usize| LogKey::host_step(format!("host-{number}").parse().unwrap(), "build");
    (0..count).map(key).collect()
}

fn view(log: &RunLog, area: Rect) -> LogView {
    let mut view = LogView::new();
    view.resize(area.width, area.height);
    view.add(log.clone());
    view
}

fn draw(buffer: &mut Buffer, area: Rect, view: &LogView) {
    let theme = Theme::default();
    let look = Look { theme: &theme, glyphs: Glyphs::Unicode };
    log(buffer, area, look, view, true);
    black_box((log_status(look, view), buffer));
}

pub fn flood() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunLog::begin(folder.path(), Limits { disk: 4 << 30, ..Limits::default() });
    let keys = keys(8);
    let texts = (0..10_000).map(line).collect::<Vec<_>>();
    let (ended, said) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                // As many as the clock says, however late this thread got its turn.
                let due = start.elapsed().as_micros() * u128::from(LINES_A_SECOND) / 1_000_000;
                let due = u64::try_from(due).unwrap();
                for number in said.load(Ordering::Relaxed)..due {
                    let at = usize::try_from(number).unwrap();
                    run.append(&keys[at / 7 % keys.len()], texts[at % texts.len()].as_bytes());
                    said.store(number + 1, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        // A view that is opened in the middle of it.
        thread::sleep(Duration::from_millis(300));
        let area = Rect::new(0, 0, 120, 40);
        let mut buffer = Buffer::empty(area);
        let mut opened = Times::default();
        let mut open = || {
            opened.take(|| {
                let mut view = view(&run, area);
                view.refresh();
                draw(&mut buffer, area, &view);
            });
        };
        (0..10).for_each(|_| open());
        opened.against_limit("a view opened", FRAME);
        for (name, prepare) in [
            ("followed", (|_| ()) as Press),
            ("followed, lines going on below", |view| view.toggle_wrap()),
            ("followed, filtered, with a search", |view| {
                view.filter("!object");
                view.search("file9");
                view.follow();
            }),
            ("paused", LogView::pause),
        ] {
            let mut view = view(&run, area);
            view.refresh();
            prepare(&mut view);
            let mut buffer = Buffer::empty(area);
            let mut times = Times::default();
            for _ in 0..FRAMES {
                let frame = Instant::now();
                times.take(|| {
                    view.refresh();
                    draw(&mut buffer, area, &view);
                });
                thread::sleep(FRAME.saturating_sub(frame.elapsed()));
            }
            times.against_limit(&format!("a frame, {name}"), FRAME);
            if name == "followed" {
                keys_of(&mut view, &mut buffer, area);
            }
        }
        ended.store(true, Ordering::Relaxed);
    });
    let (said, seconds) = (said.into_inner(), start.elapsed().as_secs_f64());
    println!(
        "  {said} lines were said in {seconds:.1} s, {:.0} a second",
        f64::from(u32::try_from(said).unwrap()) / seconds
    );
}

/// Keys on a view that holds all it can.
fn keys_of(view: &mut LogView, buffer: &mut Buffer, area: Rect) {
    let presses: [(&str, Press); 5] = [
        ("up", |view| view.go(Move::By(-1))),
        ("first error", |view| _ = view.first_error()),
        ("a search", |view| _ = view.search("file77")),
        ("a filter", |view| view.filter("zlib")),
        ("the end", |view| view.go(Move::Bottom)),
    ];
    let held = view.counts().held;
    for (name, press) in presses {
        let mut times = Times::default();
        for _ in 0..30 {
            times.take(|| {
                press(view);
                draw(buffer, area, view);
            });
        }
        times.against_limit(&format!("a key on {held} lines: {name}"), FRAME);
    }
    view.filter("");
    view.clear_search();
}

pub fn memory() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { disk: 4 << 30, ..Limits::default() };
    let before = resident();
    let run = RunLog::begin(folder.path(), limits);
    let keys = keys(64);
    let area = Rect::new(0, 0, 120, 40);
    let mut view = view(&run, area);
    let mut times = Times::default();
    for batch in 0..1_000_000 / BATCH {
        let texts =
            (batch * BATCH..(batch + 1) * BATCH).map(|number| (number, line(number))).collect::<Vec<_>>();
        times.take(|| {
            for (number, text) in &texts {
                run.append(&keys[usize::try_from(*number).unwrap() % keys.len()], text.as_bytes());
            }
        });
        if batch % 3 == 0 {
            view.refresh();
        }
    }
    view.refresh();
    let grown = resident().saturating_sub(before);
    // What a view may hold besides: 16 MiB of text, and what 30,000 lines cost besides their text.
    let limit = limits.memory + (16 << 20) + 30_000 * 128;
    let mib = |bytes: usize| bytes >> 20;
    println!(
        "  after a million lines of 64 streams: {} MiB more resident, {} % of the limits' {} MiB; {} lines in the view, {} counted as missing",
        mib(grown),
        grown * 100 / limit,
        mib(limit),
        view.counts().held,
        view.counts().missing,
    );
    let limit = Duration::from_micros(BATCH * 1_000_000 / LINES_A_SECOND);
    times.against_limit("a thousand lines appended, to disk too", limit);
}

/// Bytes of this process in memory (`proc_pid_status(5)`).
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}
