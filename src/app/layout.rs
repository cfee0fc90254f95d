//! Where things are on the screen: from its size and the focus alone, so that keys and drawing agree.

use ratatui::layout::Rect;

use super::state::{Part, State};

/// From this many columns on there are three columns of panes.
pub const THREE: u16 = 160;
/// From this many columns on there are two.
pub const TWO: u16 = 100;
/// The smallest screen that is drawn, in columns and rows.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The rectangles of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The whole screen.
    pub screen: Rect,
    /// The line at the top.
    pub header: Rect,
    /// The names of the panes.
    pub tabs: Rect,
    /// The parts of the pane that are shown, with their frames.
    pub parts: Vec<(Part, Rect)>,
    /// What is going on, beside a pane that is not the deployment's; only on a wide screen.
    pub activity: Option<Rect>,
    /// The line at the bottom.
    pub footer: Rect,
}

impl Layout {
    /// Where things are; `None`: the screen is too small.
    #[must_use]
    pub fn of(state: &State) -> Option<Self> {
        let (width, height) = state.size;
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return None;
        }
        let line = |y| Rect::new(0, y, width, 1);
        let body = Rect::new(0, 2, width, height - 3);
        let (parts, activity) = columns(state, body);
        Some(Self {
            screen: Rect::new(0, 0, width, height),
            header: line(0),
            tabs: line(1),
            parts,
            activity,
            footer: line(height - 1),
        })
    }

    /// The rows inside the frame of a part; 0 where it isn't shown.
    #[must_use]
    pub fn rows(&self, part: Part) -> usize {
        self.part(part).map_or(0, |area| usize::from(area.height.saturating_sub(2)))
    }

    /// Where a part is, with its frame.
    #[must_use]
    pub fn part(&self, part: Part) -> Option<Rect> {
        self.parts.iter().find(|(shown, _)| *shown == part).map(|(_, area)| *area)
    }
}

fn columns(state: &State, body: Rect) -> (Vec<(Part, Rect)>, Option<Rect>) {
    let has_log = state.has_log(state.pane);
    if body.width >= THREE {
        // A log is wide; so is what there is to say of a host.
        let [list, detail, third] = split(body, if has_log { [36, 28, 36] } else { [36, 36, 28] });
        let mut parts = vec![(Part::List, list), (Part::Detail, detail)];
        if has_log {
            parts.push((Part::Log, third));
            return (parts, None);
        }
        return (parts, Some(third));
    }
    if body.width >= TWO {
        let [list, second] = split(body, [50, 50]);
        let part = if has_log { state.second() } else { Part::Detail };
        return (vec![(Part::List, list), (part, second)], None);
    }
    (vec![(state.part, body)], None)
}

/// Side by side, in hundredths of the width; the last takes what is left.
fn split<const N: usize>(body: Rect, shares: [u16; N]) -> [Rect; N] {
    let mut x = body.x;
    let mut at = 0;
    shares.map(|share| {
        at += 1;
        let width = if at == N { body.right() - x } else { body.width * share / 100 };
        let area = Rect { x, width, ..body };
        x += width;
        area
    })
}
