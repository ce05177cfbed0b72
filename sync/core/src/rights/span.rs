//! Stretches of time in whole minutes, and sets of them.

/// Whole minutes since 1970-01-01T00:00Z.
pub type Minute = i64;

/// Minutes of a day that no clock change makes longer or shorter.
pub const DAY_MIN: i64 = 24 * 60;

/// A stretch of time, half open: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The first minute.
    pub from: Minute,
    /// The minute past the last.
    pub to: Minute,
}

impl Span {
    /// From `from` to `to`; empty if `to` is not later.
    pub fn new(from: Minute, to: Minute) -> Self {
        Self { from, to }
    }

    /// `length_min` minutes from `from`.
    pub fn of(from: Minute, length_min: i64) -> Self {
        Self { from, to: from.saturating_add(length_min) }
    }

    /// Minutes; zero if the span is empty.
    pub fn length_min(self) -> i64 {
        self.to.saturating_sub(self.from).max(0)
    }

    /// Whether no minute belongs to it.
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// Whether a minute belongs to both.
    pub fn overlaps(self, other: Self) -> bool {
        !self.common(other).is_empty()
    }

    /// Whether every minute of `other` belongs to it.
    pub fn covers(self, other: Self) -> bool {
        other.is_empty() || self.from <= other.from && other.to <= self.to
    }

    /// What belongs to both; may be empty.
    pub fn common(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }

    /// With what a booking keeps free around it.
    pub fn widened(self, before_min: i64, after_min: i64) -> Self {
        Self { from: self.from.saturating_sub(before_min), to: self.to.saturating_add(after_min) }
    }
}

/// A set of minutes, kept as spans in order: none is empty, none touches the next.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Every minute of the spans, in whatever order they come. O(n log n).
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        all.sort_unstable();
        Self::of_sorted(all)
    }

    /// The spans must be in order of their beginnings.
    fn of_sorted(sorted: impl IntoIterator<Item = Span>) -> Self {
        let mut out: Vec<Span> = Vec::new();
        for span in sorted.into_iter().filter(|span| !span.is_empty()) {
            match out.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => out.push(span),
            }
        }
        Self(out)
    }

    /// In order.
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// Whether no minute belongs to it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Minutes in all.
    pub fn total_min(&self) -> i64 {
        self.iter().map(Span::length_min).sum()
    }

    /// The spans that share a minute with the window, whole. O(log n).
    pub fn touching(&self, window: Span) -> &[Span] {
        if window.is_empty() {
            return &[];
        }
        let begin = self.0.partition_point(|span| span.to <= window.from);
        let end = self.0.partition_point(|span| span.from < window.to);
        self.0.get(begin..end).unwrap_or_default()
    }

    /// Whether every minute of the span belongs to the set. O(log n).
    pub fn covers(&self, span: Span) -> bool {
        span.is_empty() || self.touching(span).first().is_some_and(|one| one.covers(span))
    }

    /// Whether a minute of the span belongs to the set. O(log n).
    pub fn touches(&self, span: Span) -> bool {
        !self.touching(span).is_empty()
    }

    /// What belongs to either. O(n).
    pub fn union(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        let mut merged = Vec::with_capacity(self.0.len() + other.0.len());
        while let Some(next) = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if b < a => right.next(),
            (None, _) => right.next(),
            _ => left.next(),
        } {
            merged.push(next);
        }
        Self::of_sorted(merged)
    }

    /// What belongs to both. O(n).
    pub fn intersect(&self, other: &Self) -> Self {
        Self(common(&self.0, &other.0))
    }

    /// What belongs to this alone. O(n).
    pub fn minus(&self, other: &Self) -> Self {
        Self(without(&self.0, &other.0))
    }

    /// What of it lies in the window.
    pub fn within(&self, window: Span) -> Self {
        let cut = self.touching(window).iter().map(|span| span.common(window));
        Self(cut.filter(|span| !span.is_empty()).collect())
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        Self::new(spans)
    }
}

/// What belongs to both of two ordered, disjoint lists. O(n).
pub fn common(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut out = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let both = a.common(**b);
        if !both.is_empty() {
            out.push(both);
        }
        if a.to <= b.to {
            left.next();
        } else {
            right.next();
        }
    }
    out
}

/// What belongs to the first alone of two ordered, disjoint lists. O(n).
fn without(from: &[Span], cut: &[Span]) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = 0;
    for span in from {
        while cut.get(at).is_some_and(|gone| gone.to <= span.from) {
            at += 1;
        }
        let mut rest = *span;
        for gone in cut.get(at..).unwrap_or_default().iter().take_while(|gone| gone.from < span.to) {
            let kept = Span::new(rest.from, gone.from);
            if !kept.is_empty() {
                out.push(kept);
            }
            rest.from = gone.to;
        }
        if !rest.is_empty() {
            out.push(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn minutes(spans: &Spans) -> BTreeSet<i64> {
        spans.iter().flat_map(|span| span.from..span.to).collect()
    }

    fn any_spans() -> impl Strategy<Value = Vec<Span>> {
        proptest::collection::vec((-20_i64..60, -3_i64..15), 0..12)
            .prop_map(|all| all.into_iter().map(|(from, length)| Span::of(from, length)).collect())
    }

    fn assert_tidy(spans: &Spans) {
        assert!(spans.iter().all(|span| !span.is_empty()), "{spans:?}");
        assert!(spans.as_slice().windows(2).all(|pair| pair[0].to < pair[1].from), "{spans:?}");
    }

    proptest! {
        #[test]
        fn sets_of_spans_are_sets_of_minutes(a in any_spans(), b in any_spans(), from in -25_i64..70, length in 0_i64..20) {
            let naive = |spans: &[Span]| spans.iter().flat_map(|s| s.from..s.to).collect::<BTreeSet<i64>>();
            let (left, right) = (naive(&a), naive(&b));
            let (a, b) = (Spans::new(a), Spans::new(b));
            for (got, expected) in [
                (a.clone(), left.clone()),
                (a.union(&b), &left | &right),
                (a.intersect(&b), &left & &right),
                (a.minus(&b), &left - &right),
            ] {
                assert_tidy(&got);
                prop_assert_eq!(minutes(&got), expected);
            }
            let window = Span::of(from, length);
            prop_assert_eq!(minutes(&a.within(window)), left.iter().copied().filter(|m| (window.from..window.to).contains(m)).collect());
            prop_assert_eq!(a.covers(window), (window.from..window.to).all(|m| left.contains(&m)));
            prop_assert_eq!(a.touches(window), (window.from..window.to).any(|m| left.contains(&m)));
            prop_assert_eq!(a.total_min(), i64::try_from(left.len()).unwrap());
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let all = Span::new(i64::MIN, i64::MAX);
        assert_eq!(all.length_min(), i64::MAX);
        assert_eq!(all.widened(5, 5), all);
        assert!(Spans::new([all]).covers(Span::new(0, 1)) && Span::of(i64::MAX - 1, 5).to == i64::MAX);
    }
}
