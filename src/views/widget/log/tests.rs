use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    app::cursor::Move,
    backend::logstore::{Limits, RunLog, Scope},
    views::widget::testing::{ascii, drawn, mono, sixteen},
};

const LINES: [(bool, &str); 6] = [
    (false, "building nginx-1.26"),
    (true, "copying 12 paths"),
    (false, "\x1b[35mconfigure:\x1b[0m checking for zlib… \x1b[32myes\x1b[0m"),
    (false, "\x1b[1;31merror:\x1b[0m builder for nginx failed with exit code 2"),
    (false, "       > main.c:12:3: error: expected ‘;’ before ‘}’ token"),
    (true, "activating the configuration"),
];

fn failing(width: u16, height: u16) -> LogView {
    let log = RunLog::in_memory(Limits::default());
    let gate = LogKey::host_step("gate".parse().unwrap(), "copy");
    for (second, (of_gate, line)) in (0..).zip(LINES) {
        let key = if of_gate { gate.clone() } else { LogKey::step("build") };
        log.append_at(&key, line.as_bytes(), UNIX_EPOCH + Duration::from_secs(43_200 + second));
    }
    let mut view = LogView::new();
    view.resize(width, height);
    view.add(log);
    view.refresh();
    view
}

#[test]
fn merged_streams_have_their_names_and_errors_their_sign() {
    let mut view = failing(60, 6);
    view.toggle_times();
    insta::assert_snapshot!(drawn(60, 6, |buffer, area| log(buffer, area, sixteen(), &view, true)), @r"
    |  12:00:00 build     building nginx-1.26
    |  12:00:01 gate/copy copying 12 paths
    |  12:00:02 build     configure: checking for zlib… yes
    |✗ 12:00:03 build     error: builder for nginx failed with e⋯
    |✗ 12:00:04 build            > main.c:12:3: error: expected ⋯
    |  12:00:05 gate/copy activating the configuration
    0:2-9 DIM
    1:2-9 DIM
    1:11-19 LightBlue
    2:2-9 DIM
    2:21-30 Magenta
    2:51-53 Green
    3:0-0 Red BOLD
    3:2-9 DIM
    3:21-59 Red BOLD
    4:0-0 Red BOLD
    4:2-9 DIM
    4:21-59 Red BOLD
    5:2-9 DIM
    5:11-19 LightBlue
    ");
}

#[test]
fn what_is_found_is_seen_without_any_colour() {
    let mut view = failing(50, 5);
    view.search("nginx");
    insta::assert_snapshot!(drawn(50, 5, |buffer, area| log(buffer, area, mono(), &view, true)), @r"
    |  gate/copy copying 12 paths                     ╎
    |  build     configure: checking for zlib… yes    ▮
    |❯ build     error: builder for nginx failed with⋯▮
    |✗ build            > main.c:12:3: error: expecte⋯▮
    |  gate/copy activating the configuration         ▮
    0:49-49 DIM
    2:0-11 REVERSED
    2:12-30 BOLD | REVERSED
    2:31-35 BOLD | UNDERLINED | REVERSED
    2:36-48 BOLD | REVERSED
    3:0-0 BOLD | UNDERLINED
    3:12-48 BOLD
    ");
    insta::assert_snapshot!(log_status(mono(), &view).to_string(), @r"
    paused ∙ 6 lines ∙ 2 with nginx ∙ ✗ 2 errors
    ");
}

#[test]
fn long_lines_go_on_below() {
    let mut view = failing(30, 6);
    view.set_scope(Scope::Stream(LogKey::step("build")));
    view.toggle_wrap();
    view.first_error();
    insta::assert_snapshot!(drawn(30, 6, |buffer, area| log(buffer, area, ascii(), &view, false)), @r"
    |  … yes
    |> error: builder for nginx fai
    |  led with exit code 2
    |x        > main.c:12:3: error:
    |   expected ‘;’ before ‘}’ tok
    |  en
    0:4-6 Green
    1:0-0 UNDERLINED | REVERSED
    1:1-1 UNDERLINED
    1:2-29 Red BOLD | UNDERLINED
    2:0-1 UNDERLINED
    2:2-21 Red BOLD | UNDERLINED
    2:22-29 UNDERLINED
    3:0-0 Red BOLD
    3:2-29 Red BOLD
    4:2-29 Red BOLD
    5:2-3 Red BOLD
    ");
}

#[test]
fn what_is_missing_is_said() {
    let flood = RunLog::in_memory(Limits { lines: 2, ..Limits::default() });
    for number in 0..5000 {
        flood.append(&LogKey::step("build"), format!("line {number}").as_bytes());
    }
    let mut view = LogView::new();
    view.add(flood);
    view.refresh();
    insta::assert_snapshot!(drawn(60, 4, |buffer, area| log(buffer, area, sixteen(), &view, true)), @r"
    |  ⋯ 4998 lines before this are no longer in memory
    |  build line 4998
    |  build line 4999
    |
    0:2-49 DIM
    ");
    view.filter("!7");
    insta::assert_snapshot!(log_status(sixteen(), &view).to_string(), @r"
    ⠶ following ∙ 2 of 2 lines match !7 ∙ 4998 not in memory
    ");
}

#[test]
fn a_host_has_its_colour_whatever_it_does() {
    let role = |step: &str| stream_role(&LogKey::host_step("gate".parse().unwrap(), step));
    assert_eq!(role("copy"), role("activate"));
    let roles = (0..40).map(|number| stream_role(&LogKey::step(format!("step-{number}"))));
    assert_eq!(roles.collect::<std::collections::HashSet<_>>().len(), STREAMS.len());
}

proptest! {
    #[test]
    fn any_view_can_be_drawn_in_any_size(
        width in 0..90_u16,
        height in 0..9_u16,
        wrap: bool,
        left in 0..40_isize,
        up in 0..6_isize,
        search in "[a-z]{0,2}",
    ) {
        let mut view = failing(width, height);
        if wrap {
            view.toggle_wrap();
        }
        view.search(&search);
        view.go(Move::By(-up));
        view.scroll(left);
        drawn(width, height, |buffer, area| log(buffer, area, sixteen(), &view, true));
    }
}
