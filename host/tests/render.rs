//! `verbatim render`, as it is run: what it writes and tells, how it ends, and that a long CSV takes
//! no more memory than a short one.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};

use serde_json::Value;
use verbatim_core::{Kind, Missing, Policy, compose, count};

const BODY: &str = "Hi ${name}, your code is {{vrbl:CODE}}";

fn verbatim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verbatim"));
    command.arg("render").args(arguments).stdin(Stdio::null());
    command
}

/// The status, standard output and standard error of rendering this CSV.
fn run(csv: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = verbatim(&["--template", BODY, "--csv", "-"]);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let (mut input, csv) = (child.stdin.take().expect("its input"), csv.to_owned());
    // Beside what reads the output: neither pipe holds all. It may have refused the header before
    // it read on.
    let writer = std::thread::spawn(move || drop(input.write_all(csv.as_bytes())));
    let ended = read(child.wait_with_output().expect("its end"));
    writer.join().expect("a writer");
    ended
}

fn read(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

/// The summary, without its time.
fn summary(told: &str) -> &str {
    told.lines().last().and_then(|line| line.split_once(';')).map_or(told, |(before, _)| before)
}

#[test]
fn each_row_is_a_line_with_its_place_its_text_and_its_cost() {
    let csv = "name,CODE\nZoë,QX7\n\"a \"\"b\"\"\",\"1\n2\"\nBo,3\n";
    let (status, out, told) = run(csv, &[]);
    let expected = r#"{"row":1,"line":2,"text":"Hi Zoë, your code is QX7","encoding":"UCS-2","segments":1}
{"row":2,"line":3,"text":"Hi a \"b\", your code is 1\n2","encoding":"GSM-7","segments":1}
{"row":3,"line":5,"text":"Hi Bo, your code is 3","encoding":"GSM-7","segments":1}
"#;
    assert_eq!((status, out.as_str()), (0, expected), "{told}");
    assert_eq!(summary(&told), "3 rows, 3 rendered, 0 refused, 3 segments");

    let csv = "to;CODE;${name}\n+1;7;\"x;y\"\n";
    let arguments = ["--format", "csv", "--copy", "to", "--delimiter", ";"];
    let (status, out, told) = run(csv, &arguments);
    let expected = "row,line,text,encoding,segments,to\n\
                    1,2,\"Hi x;y, your code is 7\",GSM-7,1,+1\n";
    assert_eq!((status, out.as_str()), (0, expected));
    assert_eq!(told.lines().count(), 1, "a copied column is asked for: {told}");
}

#[test]
fn every_row_says_what_native_core_says_with_one_job_and_with_several() {
    let values = ["x", "Zoë", "[€]", "👋", "a ’quoted’ one", "{{vrbl:CODE}}"];
    let mut csv = String::from("CODE,name\r\n");
    let mut expected = Vec::new();
    for at in 0..3000_usize {
        let name = values[at % values.len()].repeat(1 + at % 40);
        let code = format!("{}{at}", values[at / 7 % values.len()]);
        csv += &format!("{code},{name}\r\n");
        let values = [(Kind::Variant, "name", &*name), (Kind::Variable, "CODE", &*code)];
        let text = compose(BODY, &values[..], Missing::Refuse).expect("it has all values");
        let cost = count(&text, Policy::Standard);
        expected.push((at + 1, at + 2, text, cost.encoding.as_str(), cost.segments));
    }
    for jobs in ["1", "2", "7"] {
        let (status, out, told) = run(&csv, &["--jobs", jobs]);
        assert_eq!((status, out.lines().count()), (0, expected.len()), "{told}");
        for (line, (row, at, text, encoding, segments)) in out.lines().zip(&expected) {
            let found: Value = serde_json::from_str(line).expect("JSON");
            let wanted = serde_json::json!({"row": row, "line": at, "text": text,
                "encoding": encoding, "segments": segments});
            assert_eq!(found, wanted);
        }
    }
}

const BAD: &str = "name,CODE\nZoë,1\n,2\nBo\nMax,\nLu,4\n";

#[test]
fn a_bad_row_is_told_by_its_line_and_left_out() {
    let (status, out, told) = run(BAD, &[]);
    assert_eq!((status, out.lines().count()), (1, 2));
    let expected = "line 3: error[V020]: no value for `${name}`; the cell is empty\n\
        line 4: error: expected 2 fields, as the header has, found 1\n\
        line 5: error[V020]: no value for `{{vrbl:CODE}}`; the cell is empty\n\
        5 rows, 2 rendered, 3 refused, 2 segments;";
    assert!(told.starts_with(expected), "{told}");

    let long = format!("name,CODE\n{},1\n", "é".repeat(1601));
    let (status, out, told) = run(&long, &[]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(
        told.starts_with("line 2: error[V022]: a message has at most 1600 characters"),
        "{told}"
    );
    let huge = format!("name,CODE\n{},1\nBo,2\n", "a".repeat((1 << 20) - 50));
    let (status, out, told) = run(&huge, &[]);
    assert_eq!((status, out.lines().count()), (1, 1));
    assert!(told.starts_with("line 2: error: its values are longer than a request"), "{told}");
}

#[test]
fn a_bad_row_ends_it_if_that_is_asked_with_the_rows_before_it() {
    for jobs in ["1", "3"] {
        let many = format!("{BAD}{}", "x,y\n".repeat(5000));
        let (status, out, told) = run(&many, &["--bad-rows", "fail", "--jobs", jobs]);
        assert_eq!((status, out.lines().count()), (1, 1));
        assert_eq!(told.lines().count(), 2);
        let expected = "stopped at a bad row, nothing after it was rendered: 2 rows, 1 rendered, 1 \
                        refused, 1 segments";
        assert_eq!(summary(&told), expected);
    }
}

#[test]
fn an_empty_cell_is_an_empty_text_if_that_is_asked() {
    let (status, out, _) = run("name,CODE\n,1\n", &["--empty-cells", "blank"]);
    assert_eq!(status, 0);
    assert!(out.contains(r#""text":"Hi , your code is 1""#), "{out}");
}

#[test]
fn machines_are_told_in_json() {
    let csv = "name,CODE,x\nZoë,1,\n,2,\nBo\nMax,,\nLu,4,\n";
    let (_, _, told) = run(csv, &["--json"]);
    let told: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told[0]["warning"]["unknown_columns"][0], "x");
    assert_eq!(told[1]["bad_row"]["line"], 3);
    assert_eq!(told.last().expect("a summary")["summary"]["refused"], 3);
    assert_eq!(told.last().expect("a summary")["summary"]["ended"], "with_input");
}

#[test]
fn columns_that_do_not_fit_are_refused_by_name_before_any_row() {
    for (csv, arguments, expected) in [
        ("name\nZoë\n", &[][..], "no column for `{{vrbl:CODE}}`"),
        ("name,CODE,name\n", &[], "columns 1 and 3 are both for `${name}`"),
        ("name,CODE,x\n", &["--strict"], "no token asks for column 3 (`x`); name its token"),
        ("name,CODE\n", &["--copy", "to"], "no column `to` to copy; found `name`, `CODE`"),
        ("", &[], "expected a CSV whose first line names the columns"),
        ("name,CODE\na,\"b\n", &["--bad-rows", "fail"], ""),
    ] {
        let (status, out, told) = run(csv, arguments);
        if expected.is_empty() {
            assert_eq!(status, 0, "the end of the file closes a quote: {told}");
            continue;
        }
        assert_eq!((status, out.as_str()), (1, ""), "{csv}");
        assert!(told.contains(expected), "{told}");
    }
    let (status, out, told) = run("name,CODE,x\nZoë,1,2\n", &[]);
    assert_eq!((status, out.lines().count()), (0, 1));
    assert!(
        told.starts_with("warning: no token asks for column 3 (`x`); it is ignored\n"),
        "{told}"
    );
}

#[test]
fn a_template_comes_from_a_text_a_file_or_one_of_several_by_title() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let csv = file("rows.csv", "name\nBo\n");
    let body = file("body.txt", "Hi ${name}\n");
    let yaml = file(
        "all.yaml",
        "sms_templates:\n- name: a\n  text: A ${name}\n- name: b\n  text: B ${name}\n",
    );
    for (arguments, expected) in [
        (&["--template", &*body][..], Ok("Hi Bo")),
        (&["--template", &yaml, "--title", "b"], Ok("B Bo")),
        (&["--template", &yaml], Err("expected one template, found 2; name one by `--title`")),
        (&["--template", &yaml, "--title", "c"], Err("no template `c`; found `a`, `b`")),
        (&["--template", "missing.yaml"], Err("no such file: `missing.yaml`")),
    ] {
        let mut command = verbatim(arguments);
        let (status, out, told) = read(command.args(["--csv", &csv]).output().expect("its end"));
        match expected {
            Ok(text) => assert!(status == 0 && out.contains(text), "{out}{told}"),
            Err(error) => assert!(status == 2 && told.contains(error), "{told}"),
        }
    }
    let (status, _, told) =
        read(verbatim(&["--template", "{{x}}", "--csv", &csv]).output().expect("its end"));
    assert!(status == 1 && told.contains("(V012)"), "{told}");
    let none = verbatim(&["--template", "x", "--csv", "/no/such.csv"]).output().expect("its end");
    assert_eq!(read(none).0, 2);
    let both = verbatim(&["--template", "-", "--csv", "-"]).output().expect("its end");
    assert_eq!(read(both).0, 2);
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_has_its_name_only_once_all_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.jsonl");
    let out = path.to_str().expect("UTF-8");
    let failed = run(BAD, &["--bad-rows", "fail", "--out", out]);
    assert_eq!((failed.0, names(folder.path())), (1, vec![]));
    let (status, stdout, _) = run(BAD, &["--out", out]);
    assert_eq!((status, stdout.as_str()), (1, ""), "some rows were refused");
    assert_eq!(names(folder.path()), ["out.jsonl"]);
    assert_eq!(fs::read_to_string(&path).expect("the file").lines().count(), 2);
    let nowhere = run(BAD, &["--out", "/no/such/folder/out.jsonl"]);
    assert_eq!(nowhere.0, 2, "{}", nowhere.2);
}

/// A program that is fed rows.
struct Fed {
    child: Child,
    input: Option<ChildStdin>,
}

impl Fed {
    fn start(arguments: &[&str]) -> Self {
        let mut command = verbatim(&["--template", BODY, "--csv", "-"]);
        let command = command.args(arguments).stdin(Stdio::piped());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(b"name,CODE\n").expect("it reads");
        Self { child, input: Some(input) }
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Rows of a chunk: so many come out without waiting for more.
const CHUNK: usize = 512;

#[cfg(target_os = "linux")]
#[test]
fn a_long_csv_takes_no_more_memory_than_a_short_one() {
    for jobs in ["1", "2"] {
        let mut fed = Fed::start(&["--jobs", jobs]);
        let mut input = fed.input.take().expect("its input");
        let out = fed.child.stdout.take().expect("its output");
        // It may be gone before it has read all.
        std::thread::spawn(move || {
            let rows = "Philippa,QX7-4410\n".repeat(CHUNK);
            while input.write_all(rows.as_bytes()).is_ok() {}
        });
        let mut lines = BufReader::new(out).lines();
        // The peak of its memory in KiB, after so many rows.
        let mut peak = |rows: usize| {
            assert_eq!(lines.by_ref().take(rows).count(), rows);
            let status = fs::read_to_string(format!("/proc/{}/status", fed.child.id()));
            let status = status.expect("it runs");
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
            line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number")
        };
        let (short, long) = (peak(10_000), peak(200_000));
        assert!(long <= short + 4096, "{short} KiB after 10,000 rows, {long} KiB after 210,000");
    }
}

#[test]
fn it_ends_quietly_when_its_reader_has_read_enough() {
    let mut fed = Fed::start(&[]);
    let rows = "Philippa,QX7-4410\n".repeat(CHUNK);
    let mut input = fed.input.take().expect("its input");
    input.write_all(rows.as_bytes()).expect("it reads");
    let mut out = BufReader::new(fed.child.stdout.take().expect("its output"));
    out.read_line(&mut String::new()).expect("a line");
    drop(out);
    // It ends at the next chunk that it cannot write.
    while input.write_all(rows.as_bytes()).is_ok() {}
    let status = fed.child.wait().expect("its end");
    let mut told = String::new();
    fed.child.stderr.take().expect("its errors").read_to_string(&mut told).expect("text");
    assert_eq!((status.code(), told.as_str()), (Some(1), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_clear_sentence() {
    let (status, _, told) = run("name,CODE\nBo,1\n", &["--out", "/dev/full"]);
    assert_eq!(status, 1);
    assert!(told.starts_with("verbatim: could not write the output: No space left"), "{told}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_after_whole_rows_with_its_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.jsonl");
    let out = path.to_str().expect("UTF-8");
    let interrupt = |fed: &Fed| {
        let kill = Command::new("kill").args(["-INT", &fed.child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
    };
    let told = |fed: &mut Fed| {
        let mut told = String::new();
        fed.child.stderr.take().expect("its errors").read_to_string(&mut told).expect("text");
        told
    };
    // It listens to signals before it makes its file.
    let start = || {
        let fed = Fed::start(&["--out", out]);
        while names(folder.path()).is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        fed
    };
    let rows = "Philippa,QX7-4410\n".repeat(CHUNK);

    let mut fed = start();
    let mut input = fed.input.take().expect("its input");
    input.write_all(rows.as_bytes()).expect("it reads");
    interrupt(&fed);
    // It goes on until a chunk is whole.
    while input.write_all(rows.as_bytes()).is_ok() {}
    assert_eq!(fed.child.wait().expect("its end").code(), Some(1));
    let told = told(&mut fed);
    assert!(told.starts_with("interrupted: "), "{told}");
    assert_eq!(names(folder.path()), Vec::<String>::new());

    // An input that does not come: it waits for no row.
    let mut fed = start();
    interrupt(&fed);
    assert_eq!(fed.child.wait().expect("its end").code(), Some(130));
    assert_eq!(names(folder.path()), ["out.jsonl.unfinished"]);

    // Whoever reads along gets whole rows.
    let mut fed = Fed::start(&[]);
    let mut input = fed.input.take().expect("its input");
    let mut lines = BufReader::new(fed.child.stdout.take().expect("its output")).lines();
    input.write_all(rows.as_bytes()).expect("it reads");
    let mut count = usize::from(lines.next().is_some_and(|line| line.is_ok()));
    interrupt(&fed);
    let writer = std::thread::spawn(move || while input.write_all(rows.as_bytes()).is_ok() {});
    count += lines.take_while(|line| line.as_ref().is_ok_and(|line| line.ends_with('}'))).count();
    writer.join().expect("a writer");
    assert_eq!((fed.child.wait().expect("its end").code(), count % CHUNK), (Some(1), 0));
}
