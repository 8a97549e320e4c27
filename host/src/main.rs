//! The binary `verbatim`.

/// A message is some hundred small allocations that one thread makes and another frees. Without huge
/// pages (`no_thp`), of which a host under load would hold 70 MiB more that it does not use.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    verbatim_host::cli::run()
}
