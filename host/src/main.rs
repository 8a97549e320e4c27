//! The binary `verbatim`.

fn main() -> std::process::ExitCode {
    verbatim_host::cli::run()
}
