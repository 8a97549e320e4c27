//! The two faces of one file, in Node: `JSON.stringify` of what the JavaScript face gives equals
//! the bytes of the plain one (ABI.md), on the fast way of `segments` as on the long one. And each
//! number that a host may answer becomes what ABI.md says.

use std::fs;
use std::process::Command;

#[test]
fn both_faces_answer_with_the_same_bytes_and_take_each_number_for_what_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("a file in it");
    };
    write("verbatim.mjs", verbatim_module::GLUE_JS.as_bytes());
    write("verbatim_bg.wasm", verbatim_module::BYTES);
    write("faces.mjs", include_bytes!("faces.mjs"));
    let output = Command::new("node").arg("faces.mjs").current_dir(folder.path()).output();
    let output = output.expect("Node 20 or later is needed for this test; install it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0 of 16 differ", "{said}");
}
