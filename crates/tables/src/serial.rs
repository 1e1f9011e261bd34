//! A spreadsheet's numbers and dates as text. Both workbook formats store dates as days since an epoch and tell them
//! from numbers by the cell's number format alone (ECMA-376 part 1, 18.8.30 and 18.17.4).

use std::fmt::Write as _;

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NumberFormat {
    /// A number.
    #[default]
    Plain,
    /// A date, a time of day or both.
    Date,
    /// A length of time, `[h]:mm`.
    Duration,
}

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;
/// Days from the 1900 system's zero (1899-12-30) to 1970-01-01.
const UNIX_EPOCH_SERIAL: i64 = 25_569;
/// Days between the zeros of the 1900 and the 1904 system.
const SERIAL_1904: f64 = 1_462.0;
/// The 1900 system counts a 29 February 1900 that never was; serials before it are a day behind.
const FIRST_TRUE_SERIAL: i64 = 60;
/// 9999-12-31, the last day a spreadsheet knows.
const SERIAL_MAX: f64 = 2_958_466.0;
/// Numbers this large or small keep their exponent.
const PLAIN_RANGE: std::ops::Range<f64> = 1e-7..1e21;

impl NumberFormat {
    /// By the number of a built-in format, the East Asian dates included.
    pub(crate) fn built_in(id: u16) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::Plain,
        }
    }

    /// By a format's code, such as `dd.mm.yyyy` or `#,##0 "days"`.
    pub(crate) fn of_code(code: &str) -> Self {
        let mut characters = code.chars();
        while let Some(character) = characters.next() {
            match character {
                // Literal text: quoted, escaped, or as wide as a character.
                '"' => {
                    characters.by_ref().find(|c| *c == '"');
                }
                '\\' | '_' | '*' => {
                    characters.next();
                }
                '[' => {
                    let inner: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    if !inner.is_empty()
                        && inner
                            .chars()
                            .all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'))
                    {
                        return Self::Duration;
                    }
                }
                // Only the first section, for positive numbers, counts.
                ';' => return Self::Plain,
                'y' | 'Y' | 'd' | 'D' | 'm' | 'M' | 'h' | 'H' | 's' | 'S' => return Self::Date,
                'G' | 'g'
                    if characters
                        .as_str()
                        .to_ascii_lowercase()
                        .starts_with("eneral") =>
                {
                    characters.nth("eneral".len() - 1);
                }
                _ => {}
            }
        }
        Self::Plain
    }
}

/// Writes a number that a file holds as text. Whole numbers keep every digit; others get the 15 significant digits
/// that a spreadsheet shows, so that the 1.1 someone typed does not come out as 1.1000000000000001.
pub(crate) fn write_decimal(written: &str, out: &mut String) {
    let written = written.trim();
    let digits = written.strip_prefix('-').unwrap_or(written);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        out.push_str(written);
        return;
    }
    match written.parse::<f64>() {
        Ok(value) if value.is_finite() => write_number(value, out),
        _ => out.push_str(written),
    }
}

/// Writes a number that a file holds in binary.
pub(crate) fn write_number(value: f64, out: &mut String) {
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    // A whole number that a double holds exactly needs no rounding.
    let shown = if value.fract() == 0.0 { value } else { rounded };
    let result = if shown == 0.0 {
        out.push('0');
        Ok(())
    } else if PLAIN_RANGE.contains(&shown.abs()) {
        write!(out, "{shown}")
    } else {
        write!(out, "{shown:e}")
    };
    result.expect("writing to a string does not fail");
}

/// Writes a number as its format shows it, in ISO 8601: `2024-03-01`, `2024-03-01 14:30:00`, `14:30:00`.
pub(crate) fn write_formatted(value: f64, format: NumberFormat, is_1904: bool, out: &mut String) {
    let offset = if is_1904 { SERIAL_1904 } else { 0.0 };
    let result = match format {
        NumberFormat::Date if value >= 0.0 && value + offset < SERIAL_MAX => {
            let seconds = (value * DAY_SECONDS as f64).round() as i64;
            let (days, time) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
            if value < 1.0 && time > 0 {
                write_time(time, out)
            } else {
                let (year, month, day) = civil(days + offset as i64);
                write!(out, "{year:04}-{month:02}-{day:02}").and_then(|()| {
                    if time == 0 {
                        return Ok(());
                    }
                    out.push(' ');
                    write_time(time, out)
                })
            }
        }
        NumberFormat::Duration if (0.0..SERIAL_MAX).contains(&value) => {
            write_time((value * DAY_SECONDS as f64).round() as i64, out)
        }
        _ => {
            write_number(value, out);
            Ok(())
        }
    };
    result.expect("writing to a string does not fail");
}

fn write_time(seconds: i64, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Year, month and day of a 1900-system serial. Years are counted from March within eras of 400 years, so that the leap
/// day comes last.
fn civil(serial: i64) -> (i64, i64, i64) {
    const ERA_DAYS: i64 = 146_097;
    /// Days from 0000-03-01 to 1970-01-01.
    const UNIX_EPOCH_DAYS: i64 = 719_468;
    let serial = if serial < FIRST_TRUE_SERIAL {
        serial + 1
    } else {
        serial
    };
    let days = serial - UNIX_EPOCH_SERIAL + UNIX_EPOCH_DAYS;
    let era = days.div_euclid(ERA_DAYS);
    let day_of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(value: f64, format: NumberFormat, is_1904: bool) -> String {
        let mut out = String::new();
        write_formatted(value, format, is_1904, &mut out);
        out
    }

    fn decimal(written: &str) -> String {
        let mut out = String::new();
        write_decimal(written, &mut out);
        out
    }

    #[test]
    fn serials_are_iso_dates() {
        for (value, expected) in [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (61.0, "1900-03-01"),
            (25569.0, "1970-01-01"),
            (45351.0, "2024-02-29"),
            (45351.604166666664, "2024-02-29 14:30:00"),
            (45351.999999, "2024-03-01"),
            (0.5, "12:00:00"),
            (2958465.0, "9999-12-31"),
            (2958466.0, "2958466"),
            (-1.0, "-1"),
        ] {
            assert_eq!(date(value, NumberFormat::Date, false), expected);
        }
        assert_eq!(date(0.0, NumberFormat::Date, true), "1904-01-01");
        assert_eq!(date(1.5, NumberFormat::Duration, false), "36:00:00");
    }

    #[test]
    fn numbers_stay_as_written() {
        for (written, expected) in [
            ("42", "42"),
            ("42.0", "42"),
            ("-7", "-7"),
            ("12345678901234567890", "12345678901234567890"),
            ("1.1000000000000001", "1.1"),
            ("0.30000000000000004", "0.3"),
            ("1.5E3", "1500"),
            ("9.7150123456699997E+11", "971501234567"),
            ("1E+30", "1e30"),
            ("0.000001", "0.000001"),
            ("-0.0", "0"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(decimal(written), expected, "{written}");
        }
    }

    #[test]
    fn format_codes_tell_dates_from_numbers() {
        use NumberFormat::*;
        for (code, expected) in [
            ("General", Plain),
            ("0.00", Plain),
            ("#,##0 \"days\"", Plain),
            ("[Red]0.00;[Blue]-0.00", Plain),
            ("0\\d", Plain),
            ("_-* #,##0.00_-", Plain),
            ("dd/mm/yyyy", Date),
            ("[$-409]d-mmm-yy;@", Date),
            ("hh:mm AM/PM", Date),
            ("[h]:mm:ss", Duration),
        ] {
            assert_eq!(NumberFormat::of_code(code), expected, "{code}");
        }
    }
}
