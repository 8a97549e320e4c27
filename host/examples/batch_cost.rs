//! What a row of a batch costs: through the sandbox with all limits on, and in native core.
//!
//! `cargo run --release -p verbatim-host --example batch_cost` prints nanoseconds for each row, by
//! the number of rows in a call: the median over many calls, taken in turns. A path after `--` names
//! another module.

use std::hint::black_box;
use std::time::Instant;

use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{Missing, Policy, Slots, Template, Weighed, count, deliverable};
use verbatim_host::sandbox::{Batch, Limits, Sandbox, Sha256};

const BODY: &str = "Hi ${guest_name}, your table at {{entity:restaurant}} is booked for \
    Friday at half past seven. Show the code {{vrbl:CONFIRMATION_CODE}} at the door. \
    Running late? Just call us. See you soon!";
const VALUES: [Option<&str>; 3] = [Some("Philippa"), Some("The Old Mill"), Some("QX7-4410")];
const CALLS: usize = 301;

/// Its name, its times and what is timed.
type Way<'a> = (&'static str, Vec<u128>, Box<dyn FnMut() + 'a>);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = match std::env::args_os().nth(1) {
        Some(path) => {
            let bytes = std::fs::read(path)?;
            Sandbox::load(&bytes, Sha256::of(&bytes), Limits::default())?
        }
        None => Sandbox::embedded(Limits::default())?,
    };
    let template = Template::new(BODY)?;
    let slots = Slots::of(&template);
    for rows in [1_u32, 64, 512, 4096] {
        let mut batch = Batch::new(BODY, VALUES.len());
        (0..rows).for_each(|_| assert!(batch.push(VALUES)));
        let (mut text, mut room) = (String::new(), [0; MESSAGE_BYTES]);
        let mut ways: [Way<'_>; 4] = [
            (
                "sandbox",
                vec![],
                Box::new(|| drop(black_box(sandbox.render_batch(black_box(&batch))))),
            ),
            (
                "sandbox and asking",
                vec![],
                Box::new(|| {
                    let mut batch = batch.clone();
                    batch.clear();
                    (0..rows).for_each(|_| assert!(batch.push(black_box(VALUES))));
                    let rendered = sandbox.render_batch(&batch).expect("renders");
                    rendered.rows().for_each(|row| {
                        black_box(row);
                    });
                }),
            ),
            (
                "core, text and count",
                vec![],
                Box::new(|| {
                    for _ in 0..rows {
                        text.clear();
                        let rendered =
                            slots.render_into(&mut text, black_box(&VALUES), Missing::Refuse);
                        assert!(rendered.is_ok() && deliverable(&text).is_ok());
                        black_box(count(&text, Policy::Standard));
                    }
                }),
            ),
            (
                "core, message",
                vec![],
                Box::new(|| {
                    for _ in 0..rows {
                        let values = black_box(VALUES).map(|value| value.map(Weighed::new));
                        let made = slots.message_into(&mut room, &values);
                        assert!(black_box(made).is_ok());
                    }
                }),
            ),
        ];
        for _ in 0..CALLS {
            for (_, times, call) in &mut ways {
                let begun = Instant::now();
                call();
                times.push(begun.elapsed().as_nanos());
            }
        }
        for (name, times, _) in &mut ways {
            times.sort_unstable();
            let median = times[CALLS / 2] as f64 / f64::from(rows);
            println!("{rows:>5} rows  {name:<22} {median:>8.1} ns a row");
        }
        let usage = sandbox.render_batch(&batch)?.usage;
        let (fuel, memory) = (usage.fuel / u64::from(rows), usage.memory_bytes >> 10);
        println!("            fuel {fuel} a row, memory {memory} KiB");
    }
    Ok(())
}
