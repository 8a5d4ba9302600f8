//! The figures in print; each table tells how many of its lines failed.

use std::collections::BTreeMap;

use crate::crowd;
use crate::flood::Turn;
use crate::one::Row;

/// Every fault, then the sums by group.
pub(crate) fn faults(rows: &[Row]) -> usize {
    println!(
        "\n{:27}{:11}{:15}{:11}{:>8}{:>9}{:>7}  reason",
        "fault", "group", "wanted", "got", "seconds", "MB above", "stored"
    );
    for row in rows {
        let reason: String = row.reason.chars().take(110).collect();
        println!(
            "{:27}{:11}{:15}{:11}{:8.2}{:9.1}{:7}  {}",
            row.name,
            row.group,
            row.wanted,
            row.got,
            row.seconds,
            megabytes(row.memory),
            row.stored,
            reason.replace('\n', " ")
        );
        if !row.as_wanted {
            println!("    FAILED: it is not as wanted");
        }
        for complaint in &row.complaints {
            println!("    FAILED: {complaint}");
        }
    }
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(&row.group).or_default().push(row);
        groups.entry("~ all").or_default().push(row);
    }
    println!(
        "\n{:12}{:>7}{:>9}{:>11}{:>8}  {:36}{:30}",
        "group", "faults", "bounded", "as wanted", "failed", "longest", "most memory"
    );
    for (group, rows) in groups {
        let count = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
        let longest = rows.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let largest = rows.iter().max_by_key(|row| row.memory);
        let (Some(longest), Some(largest)) = (longest, largest) else {
            continue;
        };
        println!(
            "{:12}{:7}{:9}{:11}{:8}  {:36}{:30}",
            group,
            rows.len(),
            count(|row| row.bounded),
            count(|row| row.as_wanted),
            count(failed),
            format!("{:.2} s ({})", longest.seconds, longest.name),
            format!("{:.1} MB ({})", megabytes(largest.memory), largest.name)
        );
    }
    rows.iter().filter(|row| failed(row)).count()
}

fn failed(row: &Row) -> bool {
    !row.bounded || !row.as_wanted || !row.complaints.is_empty()
}

/// The faults at once.
pub(crate) fn crowd(rows: &[crowd::Row]) -> usize {
    println!(
        "\n{:24}{:>8}{:>9}{:>8}{:>9}{:>15}{:>11}",
        "faults at once", "sources", "recorded", "seconds", "MB above", "healthy polls", "late, s"
    );
    for row in rows {
        println!(
            "{:24}{:8}{:9}{:8.1}{:9.1}{:15}{:11.3}",
            row.what,
            row.sources,
            row.recorded,
            row.seconds,
            megabytes(row.memory),
            row.polls,
            row.late
        );
        for complaint in &row.complaints {
            println!("    FAILED: {complaint}");
        }
    }
    rows.iter().filter(|row| !row.complaints.is_empty()).count()
}

/// New entries at each poll.
pub(crate) fn flood(turns: &[Turn]) -> usize {
    println!(
        "\n{:24}{:>7}{:>8}{:>7}   wanted",
        "new entries at poll", "first", "second", "third"
    );
    let mut failed = 0;
    for turn in turns {
        let [first, second, third] = turn.got;
        let [_, wanted_second, wanted_third] = turn.wanted;
        println!(
            "{:24}{first:7}{second:8}{third:7}   {wanted_second}, {wanted_third}",
            turn.name
        );
        if turn.got != turn.wanted {
            println!("    FAILED: {:?} were wanted", turn.wanted);
        }
        if turn.rewritten > 0 {
            println!(
                "    FAILED: {} files were rewritten without news",
                turn.rewritten
            );
        }
        failed += usize::from(turn.got != turn.wanted || turn.rewritten > 0);
    }
    failed
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
