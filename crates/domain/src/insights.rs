//! The figures of the dashboard (contract 4.11), as counters that the writing transaction keeps.

use crate::clock::Timestamp;

/// A calendar month in UTC, counted from year 0, so that the previous month is one less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// The month of a moment.
    pub fn of(at: Timestamp) -> Self {
        let calendar = at.calendar();
        Self(calendar.year() * 12 + i32::from(u8::from(calendar.month())) - 1)
    }
}

/// Leads by the month of their creation, for the two months that the dashboard shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MonthlyLeads {
    /// The month that `current` counts.
    pub month: i32,
    /// Leads created in `month`.
    pub current: i64,
    /// Leads created in the month before.
    pub previous: i64,
}

impl MonthlyLeads {
    /// The same counters as they read in `now`, which may be a later month.
    pub fn rolled_to(self, now: Month) -> Self {
        match now.0 - self.month {
            ..=0 => self,
            1 => Self {
                month: now.0,
                current: 0,
                previous: self.current,
            },
            _ => Self {
                month: now.0,
                current: 0,
                previous: 0,
            },
        }
    }

    /// The counters after `count` leads of `created` came (or, negative, went).
    pub fn plus(self, created: Month, count: i64) -> Self {
        let mut next = self.rolled_to(created);
        match next.month - created.0 {
            0 => next.current += count,
            1 => next.previous += count,
            _ => {}
        }
        next
    }
}

/// What a write does to a tenant's counters; all zero where it touches none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CounterChange {
    /// Campaigns more or fewer.
    pub campaigns: i64,
    /// Active campaigns more or fewer.
    pub active_campaigns: i64,
    /// Leads more or fewer.
    pub leads: i64,
    /// Leads inserted, for the quota; deleting gives none back.
    pub leads_used: i64,
    /// Leads with an e-mail sent, more or fewer.
    pub emails_sent: i64,
    /// Leads that replied, more or fewer.
    pub replied: i64,
    /// Leads more or fewer by the month of their creation.
    pub by_month: Vec<(Month, i64)>,
}

/// The figures as the dashboard shows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Leads of all campaigns.
    pub total_leads: i64,
    /// Campaigns.
    pub total_campaigns: i64,
    /// Campaigns that are active.
    pub active_campaigns: i64,
    /// Leads that got an e-mail.
    pub emails_sent: i64,
    /// Leads created since the first of this month, UTC.
    pub leads_this_month: i64,
    /// Leads created in the month before.
    pub leads_last_month: i64,
    /// Replied leads per e-mailed lead, in percent with one decimal.
    pub response_rate: f64,
}

/// `part / whole × 100` with one decimal; 0.0 when the whole is 0.
pub fn percentage(part: i64, whole: i64) -> f64 {
    if whole <= 0 {
        return 0.0;
    }
    let exact = part as f64 * 100.0 / whole as f64;
    (exact * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_roll_over_and_old_ones_fall_out() {
        let start = MonthlyLeads {
            month: 100,
            current: 5,
            previous: 2,
        };
        assert_eq!(
            start.plus(Month(100), 3),
            MonthlyLeads {
                month: 100,
                current: 8,
                previous: 2
            }
        );
        assert_eq!(
            start.plus(Month(99), -1),
            MonthlyLeads {
                month: 100,
                current: 5,
                previous: 1
            }
        );
        assert_eq!(start.plus(Month(98), -1), start);
        assert_eq!(
            start.plus(Month(101), 1),
            MonthlyLeads {
                month: 101,
                current: 1,
                previous: 5
            }
        );
        assert_eq!(
            start.plus(Month(103), 1),
            MonthlyLeads {
                month: 103,
                current: 1,
                previous: 0
            }
        );
    }

    #[test]
    fn percentages_have_one_decimal() {
        assert_eq!(percentage(1, 3), 33.3);
        assert_eq!(percentage(0, 0), 0.0);
    }
}
