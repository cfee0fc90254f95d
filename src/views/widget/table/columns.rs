//! How wide columns are, and which of them there is no room for.

use std::ops::Range;

/// Blanks between two columns.
pub(super) const GAP: u16 = 2;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    /// The narrowest it may be, in columns of the terminal.
    pub min: u16,
    /// The widest it may be.
    pub max: u16,
    /// Where there is no room for all, columns with small numbers go first; without a number it stays.
    pub expendable: Option<u8>,
    /// Whether what is in it stands at its right edge, as numbers do.
    pub right: bool,
    /// Whether it is worth nothing cut: then others go before it is.
    pub whole: bool,
}

impl Column {
    /// A column that is as wide as what is in it, between these.
    #[must_use]
    pub const fn new(title: &'static str, min: u16, max: u16) -> Self {
        Self { title, min, max, expendable: None, right: false, whole: false }
    }

    /// A column of just this width.
    #[must_use]
    pub const fn fixed(title: &'static str, width: u16) -> Self {
        Self::new(title, width, width)
    }

    /// The same column, which goes where there is no room: those with small numbers first.
    #[must_use]
    pub const fn expendable(self, order: u8) -> Self {
        Self { expendable: Some(order), ..self }
    }

    /// The same column, which is not cut while another one can go instead.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same column for numbers.
    #[must_use]
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// Where each column is within `room`, `natural` being the widths of what is in them; `None`: there is no room for it.
///
/// Every column gets its minimum, or all that it needs where it would be worth nothing cut; then the columns from the left what they need.
pub(super) fn lay_out(columns: &[Column], natural: &[u16], room: u16) -> Vec<Option<Range<u16>>> {
    let mut kept = vec![true; columns.len()];
    let widths = columns.iter().zip(natural).map(|(column, natural)| {
        if column.whole { (*natural).min(column.max).max(column.min) } else { column.min }
    });
    let mut least = widths.collect::<Vec<_>>();
    let needed = |kept: &[bool], least: &[u16]| {
        let shown = least.iter().zip(kept).filter(|(_, kept)| **kept);
        shown.map(|(least, _)| u32::from(*least) + u32::from(GAP)).sum::<u32>()
    };
    while needed(&kept, &least) > u32::from(room) + u32::from(GAP) {
        let candidates = columns.iter().enumerate().filter(|(at, _)| kept[*at]);
        let expendable = candidates.filter_map(|(at, column)| Some((column.expendable?, at)));
        let Some((_, first)) = expendable.min_by_key(|(order, at)| (*order, usize::MAX - at)) else {
            // Those that stay have to be cut.
            least = columns.iter().map(|column| column.min).collect();
            break;
        };
        kept[first] = false;
    }
    let mut spare = (u32::from(room) + u32::from(GAP)).saturating_sub(needed(&kept, &least));
    let mut start = 0;
    let mut places = Vec::with_capacity(columns.len());
    for (((column, natural), least), kept) in columns.iter().zip(natural).zip(least).zip(kept) {
        if !kept || start >= room {
            places.push(None);
            continue;
        }
        let more = natural.min(&column.max).saturating_sub(least);
        let more = u16::try_from(spare.min(more.into())).unwrap_or(0);
        spare -= u32::from(more);
        let end = start.saturating_add(least + more).min(room);
        places.push(Some(start..end));
        start = end.saturating_add(GAP);
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::new("Host", 4, 20),
        Column::fixed("Age", 4).expendable(2).right(),
        Column::new("Tags", 4, 30).expendable(1),
        Column::new("Status", 8, u16::MAX),
    ];

    fn places(room: u16) -> Vec<Option<Range<u16>>> {
        lay_out(&COLUMNS, &[8, 4, 12, 10], room)
    }

    #[test]
    fn columns_are_as_wide_as_needed_and_the_least_needed_go_first() {
        assert_eq!(places(80), [Some(0..8), Some(10..14), Some(16..28), Some(30..40)]);
        assert_eq!(places(32), [Some(0..8), Some(10..14), Some(16..22), Some(24..32)]);
        assert_eq!(places(26), [Some(0..4), Some(6..10), Some(12..16), Some(18..26)]);
        assert_eq!(places(25), [Some(0..8), Some(10..14), None, Some(16..25)]);
        assert_eq!(places(18), [Some(0..8), None, None, Some(10..18)]);
        assert_eq!(places(10), [Some(0..4), None, None, Some(6..10)], "those that stay are cut");
        assert_eq!(places(3), [Some(0..3), None, None, None]);
    }

    #[test]
    fn what_is_worth_nothing_cut_is_whole_or_not_there() {
        let columns = [Column::new("Host", 4, 20).whole(), Column::new("Kind", 4, 9).whole().expendable(0)];
        let places = |room| lay_out(&columns, &[8, 6], room);
        assert_eq!(places(16), [Some(0..8), Some(10..16)]);
        assert_eq!(places(15), [Some(0..8), None]);
        assert_eq!(places(6), [Some(0..6), None], "nothing is left that could go instead");
    }

    proptest! {
        #[test]
        fn columns_never_meet_nor_leave_the_room(
            widths in prop::collection::vec((0..40_u16, 0..40_u16, any::<Option<u8>>(), 0..90_u16, any::<bool>()), 0..9),
            room in 0..120_u16,
        ) {
            let columns = widths.iter().map(|(min, more, expendable, _, whole)| {
                Column { title: "", min: *min, max: min + more, expendable: *expendable, right: false, whole: *whole }
            }).collect::<Vec<_>>();
            let natural = widths.iter().map(|(.., natural, _)| *natural).collect::<Vec<_>>();
            let places = lay_out(&columns, &natural, room);
            prop_assert_eq!(places.len(), columns.len());
            let shown = places.iter().flatten().collect::<Vec<_>>();
            for pair in shown.windows(2) {
                prop_assert!(pair[0].end + GAP <= pair[1].start);
            }
            prop_assert!(shown.iter().all(|place| place.start <= place.end && place.end <= room));
        }
    }
}
