//! Every limit of a sandbox, by name. Who runs a host sets one as `NAME=NUMBER`
//! ([`Limits::set`]); what an error or a profile says of it has the same name.

use std::time::Duration;

/// What a module may use. The default is what the embedded module needs, many times over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a module's file, at most; more is not compiled. Default: 8 MiB.
    pub module_bytes: usize,
    /// Bytes of a request, at most. Default: 1 MiB (ABI.md, "Requests").
    pub request_bytes: usize,
    /// Bytes of a response, at most. Default: 4 MiB (ABI.md, "Requests").
    pub response_bytes: usize,
    /// Fuel of one call, instantiation included: about one unit for each instruction, the same
    /// on every machine. Default: 2,000,000,000; the dearest request of 1 MiB that we know, a
    /// `preview` of `${a}` from end to end, takes a quarter of it, and a send a few ten thousand.
    pub fuel: u64,
    /// Time of one call by the wall clock, instantiation included; measured to 10 ms.
    /// Default: 2 s.
    pub wall: Duration,
    /// Bytes of linear memory, at most. Default: 16 MiB (ABI.md, "Exports").
    pub memory_bytes: usize,
    /// Entries of the function table, at most. Default: 4,096.
    pub table_entries: usize,
    /// Bytes of the host's stack that the guest's frames may take. Default: 256 KiB.
    pub stack_bytes: usize,
    /// Calls of `twilio_create_message`, `opt_out_lookup`, `opt_out_record` and `log` together.
    /// Each also costs the fuel of 10,000 instructions. Default: 256.
    pub host_calls: u32,
    /// Bytes that one such call may hand over. Default: 64 KiB.
    pub host_call_bytes: usize,
    /// Lines that one call may log; further ones are dropped. Default: 16.
    pub log_lines: u32,
    /// Characters of a logged line; the rest is cut off. Default: 500.
    pub log_line_chars: usize,
    /// Calls at the same time; a further one waits for a place. Default: 64.
    pub concurrent_calls: u32,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        module_bytes: 8 << 20,
        request_bytes: 1 << 20,
        response_bytes: 4 << 20,
        fuel: 2_000_000_000,
        wall: Duration::from_secs(2),
        memory_bytes: 16 << 20,
        table_entries: 4096,
        stack_bytes: 256 << 10,
        host_calls: 256,
        host_call_bytes: 64 << 10,
        log_lines: 16,
        log_line_chars: 500,
        concurrent_calls: 64,
    };

    /// Sets one limit as it is written where a host is set up: `fuel=1000000`. Its name is the
    /// field's; the wall clock's is `wall_ms`, in milliseconds.
    ///
    /// # Errors
    /// No limit has this name, or it cannot have this value; the message says which can.
    pub fn set(&mut self, setting: &str) -> Result<(), NotALimit> {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let Some(limit) = TABLE.iter().find(|limit| limit.name == name) else {
            return Err(NotALimit::Name { found: name.to_owned() });
        };
        // `2_000_000_000` and `2,000,000,000` are how people write what they can read.
        let digits: String = value.chars().filter(|c| !matches!(c, '_' | ',')).collect();
        match digits.parse() {
            Ok(number) if limit.from <= number && number <= limit.to => {
                (limit.put)(self, number);
                Ok(())
            }
            Ok(_) | Err(_) => Err(NotALimit::Value {
                name: limit.name,
                from: limit.from,
                to: limit.to,
                found: value.to_owned(),
            }),
        }
    }

    /// Every limit's name with its value, in the order of the fields.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        TABLE.iter().map(|limit| (limit.name, (limit.get)(self)))
    }
}

/// What is no setting of a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALimit {
    /// No limit has this name.
    #[error("expected a limit as NAME=NUMBER, found `{found}`; the names are {}", names())]
    Name {
        /// What stands in its place.
        found: String,
    },
    /// The limit cannot have this value.
    #[error(
        "expected {name} as a number from {} to {}, found `{found}`",
        grouped(*.from),
        grouped(*.to)
    )]
    Value {
        /// The limit's name.
        name: &'static str,
        /// The least value.
        from: u64,
        /// The greatest.
        to: u64,
        /// What was given.
        found: String,
    },
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A number as people read it: `2,000,000,000`.
pub(crate) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn names() -> String {
    TABLE.map(|limit| limit.name).join(", ")
}

/// A limit as a setting: its name, the values that a sandbox can be made with, and its place.
#[derive(Clone, Copy)]
struct Named {
    name: &'static str,
    from: u64,
    to: u64,
    get: fn(&Limits) -> u64,
    put: fn(&mut Limits, u64),
}

/// The longest that is worth waiting for, and short enough for every clock.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What counts host calls and lines counts to.
const NUMBERS: u64 = 0xffff_ffff;

/// What the module's 32-bit addresses reach.
const ADDRESSES: u64 = 4 << 30;

fn wide(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

/// What does not fit was over the limit's greatest value already.
fn narrow<T: TryFrom<u64> + Default>(number: u64) -> T {
    T::try_from(number).unwrap_or_default()
}

/// In the order of the fields. A stack over 1 MiB would leave a thread of the host none.
const TABLE: [Named; 13] = [
    Named {
        name: "module_bytes",
        from: 8,
        to: ADDRESSES,
        get: |l| wide(l.module_bytes),
        put: |l, n| l.module_bytes = narrow(n),
    },
    Named {
        name: "request_bytes",
        from: 1,
        to: ADDRESSES - 1,
        get: |l| wide(l.request_bytes),
        put: |l, n| l.request_bytes = narrow(n),
    },
    Named {
        name: "response_bytes",
        from: 1,
        to: ADDRESSES - 1,
        get: |l| wide(l.response_bytes),
        put: |l, n| l.response_bytes = narrow(n),
    },
    Named { name: "fuel", from: 1, to: u64::MAX, get: |l| l.fuel, put: |l, n| l.fuel = n },
    Named {
        name: "wall_ms",
        from: 1,
        to: DAY_MS,
        get: |l| wide(l.wall.as_millis()),
        put: |l, n| l.wall = Duration::from_millis(n),
    },
    Named {
        name: "memory_bytes",
        from: 1 << 16,
        to: ADDRESSES,
        get: |l| wide(l.memory_bytes),
        put: |l, n| l.memory_bytes = narrow(n),
    },
    Named {
        name: "table_entries",
        from: 1,
        to: 1 << 20,
        get: |l| wide(l.table_entries),
        put: |l, n| l.table_entries = narrow(n),
    },
    Named {
        name: "stack_bytes",
        from: 16 << 10,
        to: 1 << 20,
        get: |l| wide(l.stack_bytes),
        put: |l, n| l.stack_bytes = narrow(n),
    },
    Named {
        name: "host_calls",
        from: 0,
        to: NUMBERS,
        get: |l| l.host_calls.into(),
        put: |l, n| l.host_calls = narrow(n),
    },
    Named {
        name: "host_call_bytes",
        from: 0,
        to: ADDRESSES - 1,
        get: |l| wide(l.host_call_bytes),
        put: |l, n| l.host_call_bytes = narrow(n),
    },
    Named {
        name: "log_lines",
        from: 0,
        to: NUMBERS,
        get: |l| l.log_lines.into(),
        put: |l, n| l.log_lines = narrow(n),
    },
    Named {
        name: "log_line_chars",
        from: 0,
        to: ADDRESSES - 1,
        get: |l| wide(l.log_line_chars),
        put: |l, n| l.log_line_chars = narrow(n),
    },
    Named {
        name: "concurrent_calls",
        from: 1,
        to: 1024,
        get: |l| l.concurrent_calls.into(),
        put: |l, n| l.concurrent_calls = narrow(n),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn set(setting: &str) -> Result<Limits, String> {
        let mut limits = Limits::default();
        limits.set(setting).map(|()| limits).map_err(|error| error.to_string())
    }

    #[test]
    fn every_limit_is_set_by_its_name_and_nothing_else_is() {
        for (name, value) in Limits::default().named() {
            let other = set(&format!("{name}={}", value - 1)).expect("a value below the default");
            for (at, (found, value_there)) in other.named().enumerate() {
                let (_, default) = Limits::default().named().nth(at).expect("as many");
                let expected = if found == name { value - 1 } else { default };
                assert_eq!(value_there, expected, "{name}: {found}");
            }
        }
        // A field that is added wants a name: this list of fields does not compile without it.
        let Limits {
            module_bytes: _,
            request_bytes: _,
            response_bytes: _,
            fuel: _,
            wall: _,
            memory_bytes: _,
            table_entries: _,
            stack_bytes: _,
            host_calls: _,
            host_call_bytes: _,
            log_lines: _,
            log_line_chars: _,
            concurrent_calls: _,
        } = Limits::default();
    }

    #[test]
    fn a_limit_takes_its_least_and_its_greatest_value_and_no_other() {
        for limit in TABLE {
            for (value, taken) in [
                (Some(limit.from), true),
                (Some(limit.to), true),
                (limit.from.checked_sub(1), false),
                (limit.to.checked_add(1), false),
            ] {
                let Some(value) = value else { continue };
                let found = set(&format!("{}={value}", limit.name));
                assert_eq!(found.is_ok(), taken, "{} = {value}: {found:?}", limit.name);
                if let Ok(found) = found {
                    assert_eq!((limit.get)(&found), value, "{}", limit.name);
                }
            }
        }
    }

    #[test]
    fn a_setting_that_is_none_is_told_what_would_be_one() {
        assert_eq!(set("wall_ms=1_500").map(|limits| limits.wall), Ok(Duration::from_millis(1500)));
        assert_eq!(set("fuel=2,000").map(|limits| limits.fuel), Ok(2000));
        for setting in ["fuel", "fuel=", "fuel=-1", "fuel=1e9", "fuel= 1"] {
            let error = set(setting).expect_err("it is none");
            let expected =
                "expected fuel as a number from 1 to 18,446,744,073,709,551,615, found `";
            assert!(error.starts_with(expected), "{error}");
        }
        let error = set("fule=1").expect_err("it is none");
        assert!(error.starts_with("expected a limit as NAME=NUMBER, found `fule`; the names are "));
        assert!(error.ends_with("log_line_chars, concurrent_calls"), "{error}");
    }

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        let all = [0_u64, 999, 1000, 16_777_216, 2_000_000_000].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "16,777,216", "2,000,000,000"]);
    }
}
