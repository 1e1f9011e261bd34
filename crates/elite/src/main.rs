//! The program `elite`.

use std::process::ExitCode;

use clap::Parser;
use elite::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc's header, which the bindings do not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> ExitCode {
    give_freed_memory_back();
    elite::run(Cli::parse())
}

/// Freed memory goes back to the system at once, not at a later allocation after a delay: an idle program makes none,
/// and would keep the 19 MiB of each password that was last checked.
#[expect(unsafe_code, reason = "the allocator's options are a C function")]
fn give_freed_memory_back() {
    // SAFETY: the option exists (see above), takes any number, and the allocator reads it atomically.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 0) };
}
