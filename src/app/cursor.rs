//! Where one is in a list, and which part of it is in sight.

/// How far a scrolled list keeps its cursor from the edge, in rows.
const MARGIN: usize = 2;

/// A step in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// So many rows; negative: upwards.
    By(isize),
    /// So many halves of what is in sight.
    HalfPages(isize),
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// To this one.
    To(usize),
}

/// The selected row of a list, and the first row that is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The selected row; 0 in an empty list.
    pub selected: usize,
    /// The first row in sight.
    pub offset: usize,
}

impl Cursor {
    /// Makes a step in a list of `len` rows, of which `height` are in sight.
    pub fn go(&mut self, step: Move, len: usize, height: usize) {
        let by = |rows: isize| self.selected.saturating_add_signed(rows);
        self.selected = match step {
            Move::By(rows) => by(rows),
            Move::HalfPages(halves) => {
                let page = isize::try_from(height).unwrap_or(isize::MAX).max(2);
                by(halves.saturating_mul(page / 2))
            }
            Move::Top => 0,
            Move::Bottom => len,
            Move::To(row) => row,
        };
        self.fit(len, height);
    }

    /// Stays with its row after the rows changed: `at` is where that row is now. Where it is gone, the one that took its place is selected.
    pub fn stay(&mut self, at: Option<usize>, len: usize, height: usize) {
        let before = self.selected;
        self.selected = at.unwrap_or(before).min(len.saturating_sub(1));
        // The row keeps its distance to the upper edge: what is being read doesn't jump.
        self.offset = (self.offset + self.selected).saturating_sub(before);
        self.fit(len, height);
    }

    /// Keeps the selected row within the list and in sight.
    pub fn fit(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        if height == 0 {
            return;
        }
        let margin = MARGIN.min((height - 1) / 2);
        let highest = self.selected.saturating_sub(margin);
        let lowest = (self.selected + margin + 1).saturating_sub(height);
        // At the ends of the list there is no row to keep a margin from.
        self.offset = self.offset.clamp(lowest.min(highest), highest).min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step() -> impl Strategy<Value = Move> {
        prop_oneof![
            (-30isize..30).prop_map(Move::By),
            (-5isize..5).prop_map(Move::HalfPages),
            Just(Move::Top),
            Just(Move::Bottom),
            (0usize..200).prop_map(Move::To),
            Just(Move::By(isize::MAX)),
            Just(Move::HalfPages(isize::MIN)),
        ]
    }

    proptest! {
        #[test]
        fn the_selected_row_is_one_and_in_sight(steps in prop::collection::vec((step(), 0usize..100, 0usize..30), 1..30)) {
            let mut cursor = Cursor::default();
            for (step, len, height) in steps {
                cursor.go(step, len, height);
                prop_assert!(cursor.selected < len.max(1));
                if height > 0 {
                    prop_assert!(cursor.offset <= cursor.selected && cursor.selected < cursor.offset + height);
                    prop_assert!(cursor.offset + height <= len.max(height), "no empty rows while there are others");
                }
            }
        }
    }

    #[test]
    fn rows_that_come_before_the_selected_one_do_not_move_it_on_the_screen() {
        let mut cursor = Cursor { selected: 30, offset: 25 };
        cursor.stay(Some(40), 110, 10);
        assert_eq!(cursor, Cursor { selected: 40, offset: 35 });
        cursor.stay(None, 20, 10);
        assert_eq!(cursor, Cursor { selected: 19, offset: 10 }, "its row is gone: the next best one");
    }

    #[test]
    fn a_page_down_and_up_comes_back() {
        let mut cursor = Cursor::default();
        cursor.go(Move::HalfPages(2), 100, 20);
        assert_eq!(cursor.selected, 20);
        assert!(cursor.offset > 0);
        cursor.go(Move::HalfPages(-2), 100, 20);
        assert_eq!(cursor, Cursor::default());
    }
}
