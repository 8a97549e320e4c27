//! A module may answer what it likes; what the host then reads of it is an error, never a crash.

use verbatim_host::engine::{Ask, Engine, EngineError};
use verbatim_host::sandbox::Grant;
use verbatim_tests::hostile;

fn read(name: &str) -> EngineError {
    let module = hostile::one(name);
    let engine = Engine::new(module.load().expect("it loads"));
    engine.ask_here(&Ask::Describe {}, &Grant::default()).expect_err("it is no answer")
}

#[test]
fn an_answer_that_is_none_is_an_error_and_no_crash() {
    for name in ["response_of_nothing", "response_of_deep_json"] {
        let error = read(name);
        assert!(matches!(error, EngineError::Nonsense(_)), "{name}: {error}");
        assert!(error.to_string().starts_with("the module's answer is not what ABI.md says: "));
    }
}

#[test]
fn a_module_that_is_stopped_says_which_limit_it_reached() {
    for (name, limit) in [
        ("loop_in_call", Some("fuel")),
        ("loop_in_call_without_end_of_fuel", Some("wall_ms")),
        ("memory_bomb", Some("memory_bytes")),
        ("table_growth", Some("table_entries")),
        ("deep_recursion", Some("stack_bytes")),
        ("response_too_long", Some("response_bytes")),
        ("division_by_zero", None),
    ] {
        let EngineError::Call(error) = read(name) else { panic!("{name}") };
        assert_eq!(error.fault.limit(), limit, "{name}");
        assert!(error.to_string().ends_with(" in `describe`"), "{error}");
    }
}
