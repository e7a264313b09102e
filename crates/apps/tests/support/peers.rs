//! Programs that others wrote, on this machine.

use std::process::{Command, Stdio};

/// Whether this program can be started. One that is missing is told, and under `CI=true` an error.
pub fn present(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{program} is not installed");
        println!("skipped: {program} is not installed");
    }
    found
}
