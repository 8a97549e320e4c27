//! What a row of a batch costs through the sandbox, all limits on, beside engines that run natively
//! and count nothing; and what a row of a CSV costs from bytes to bytes.

use std::hint::black_box;
use std::io;
use std::num::NonZeroUsize;

use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{Slots, Template, Weighed};
use verbatim_host::batch::{self, BadRow, BadRows, Columns, EmptyCells, Settings, Summary, Watch};
use verbatim_host::sandbox::{Batch, Limits, Row as Rendered, Sandbox};

use crate::engine::{self, BODY, TEXT, VALUES};
use crate::goal::Goal;
use crate::row::{Row, row};
use crate::timing::Contender;

/// Rows of a call, as `verbatim render` asks them.
const ROWS: usize = 512;
/// Rows of a CSV.
const CSV_ROWS: usize = 20 * ROWS;
/// The engines beside it, which take their values by map.
const PEERS: [&str; 4] = ["handlebars", "minijinja", "upon", "ramhorns"];
const NATIVE: &str = "native core";

pub fn rows() -> [Row; 2] {
    let sandbox = Sandbox::embedded(Limits::default()).expect("loads");
    [in_the_sandbox(&sandbox), from_csv(&sandbox)]
}

/// Text, deliverable or not, encoding and segments of each row.
fn in_the_sandbox(sandbox: &Sandbox) -> Row {
    let values = VALUES.map(|(_, _, value)| Some(value));
    let mut asked = Batch::new(BODY, VALUES.len());
    let mut ask = || {
        asked.clear();
        (0..ROWS).for_each(|_| assert!(asked.push(black_box(values))));
        let rendered = sandbox.render_batch(&asked).expect("renders");
        for row in rendered.rows() {
            black_box(row);
        }
        rendered
    };
    let expected = Rendered::Message { text: TEXT, encoding: "GSM-7", segments: 1 };
    assert!(ask().rows().all(|row| row == expected));

    let template = Template::new(BODY).expect("parses");
    let slots = Slots::of(&template);
    let mut room = [0; MESSAGE_BYTES];
    let natively = || {
        let values = black_box(values).map(|value| value.map(Weighed::new));
        slots.message_into(&mut room, &values).expect("may leave")
    };
    let mut contenders = vec![
        Contender::of_many("verbatim, in the sandbox", ROWS as u64, ask),
        Contender::new(NATIVE, natively),
    ];
    let peers = engine::render().into_iter().filter(|one| PEERS.contains(&one.name.as_str()));
    contenders.extend(peers);
    let faster = PEERS.map(|peer| Goal::TimesFasterThan(1.0, peer));
    let goals = [Goal::AtMostTimes(2.0, NATIVE)].into_iter().chain(faster).collect();
    row("a row of a batch: render, check and count", goals, contenders)
}

fn from_csv(sandbox: &Sandbox) -> Row {
    let template = batch::Template::new(sandbox, BODY.to_owned()).expect("has no errors");
    let settings = Settings {
        format: batch::Format::Jsonl,
        delimiter: b',',
        empty: EmptyCells::Missing,
        bad_rows: BadRows::Skip,
        copied: Vec::new(),
        jobs: NonZeroUsize::MIN,
    };
    let names = VALUES.map(|(_, name, _)| name).join(",");
    let values = VALUES.map(|(_, _, value)| value).join(",");
    let csv = format!("{names}\n{}", format!("{values}\n").repeat(CSV_ROWS));
    let render = || {
        let csv = black_box(csv.as_bytes());
        let done = batch::render(sandbox, &template, &settings, csv, io::sink(), &mut Nobody);
        assert_eq!(done.expect("renders").rendered, CSV_ROWS as u64);
    };
    row(
        "a row of a CSV to a line of JSON, one core",
        // 500,000 rows a second.
        vec![Goal::AllUnder(2_000.0)],
        vec![Contender::of_many("verbatim, in the sandbox", CSV_ROWS as u64, render)],
    )
}

struct Nobody;

impl Watch for Nobody {
    fn columns(&mut self, _: &Columns) -> Result<(), String> {
        Ok(())
    }
    fn bad_row(&mut self, _: &BadRow) {}
    fn progress(&mut self, _: &Summary, _: u64) {}
    fn wants_to_stop(&self) -> bool {
        false
    }
}
