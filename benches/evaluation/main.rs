//! What evaluating a fleet costs, beside plain Nix: processor time and memory, on fleets that are made up.
//!
//! `cargo bench --bench evaluation -- --hosts 1,8,64 --options 1000 --globals 10 [--lib PATH]`, in the lab's operator, where a Nix is (`make bench-evaluation`). Nothing is asserted: each figure
//! stands beside its peer from the same run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may fail loudly, and prints")]

mod fleet;
mod measure;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use fleet::Size;
use measure::Cost;

const INSIDE: &str = "STEADING_BENCH_INSIDE";

fn main() {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    if env::var_os(INSIDE).is_none() {
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/lab");
        let mut inside = Command::new(lab);
        inside.args(["exec", "operator", "env", &format!("{INSIDE}=1")]).arg(env::current_exe().unwrap());
        assert!(inside.args(arguments).status().unwrap().success(), "is the lab up? `make lab`");
        return;
    }
    let option = |name: &str, otherwise: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map_or_else(|| otherwise.to_owned(), Clone::clone)
    };
    let number = |name: &str, otherwise| option(name, otherwise).parse::<usize>().unwrap();
    let lib = Some(option("--lib", "")).filter(|lib| !lib.is_empty()).map(PathBuf::from);
    println!(
        "CPU: all processes together. MiB: the most that one process had at a time. Last: from start to end."
    );
    for hosts in option("--hosts", "1,4,16,64").split(',') {
        let size = Size {
            hosts: hosts.parse().unwrap(),
            options: number("--options", "1000"),
            globals: number("--globals", "10"),
        };
        compare(size, lib.as_deref());
    }
}

fn compare(size: Size, lib: Option<&Path>) {
    let fleet = fleet::write(size, lib);
    let values = size.hosts * (size.globals * 5 + 1);
    println!("\n{} hosts, {} options each, {values} global values", size.hosts, size.options);
    let eval = |attribute: &str, apply: &str| nix(fleet.path(), attribute, apply);
    // The first evaluation copies the flake into the store.
    eval("steading.schema", "schema: schema");

    println!("  the globals");
    let plain = eval("globalConfig.bench", "globals: globals");
    plain.print("`nix eval` of the values", None);
    eval("steading.globals", "globals: globals").print("the values, and who said them", Some(plain));

    println!("  the hosts' systems");
    let derivation = "host: host.toplevel.drvPath";
    let all = eval("steading.host", &format!("builtins.mapAttrs (_: {derivation})"));
    all.print("`nix eval` of all in one process", None);
    let each = (0..size.hosts)
        .map(|host| eval(&format!("steading.host.h{host}"), derivation))
        .fold(Cost::default(), Cost::then);
    each.print("`nix eval`, a process a host", Some(all));
    println!("  all of it: globals, who said them, systems, who reads what");
    let cost = Cost::of(
        Command::new(env!("CARGO_BIN_EXE_steading"))
            .args(["globals", "--json", "--flake"])
            .arg(fleet.path())
            .env("XDG_STATE_HOME", fleet.path())
            .env("XDG_CACHE_HOME", fleet.path()),
    );
    cost.print("steading, beside one process for the systems", Some(all));
    cost.print("the same, beside a process a host", Some(each));
}

/// One `nix eval`, without its evaluation cache.
fn nix(fleet: &Path, attribute: &str, apply: &str) -> Cost {
    let mut command = Command::new("nix");
    command.current_dir(fleet).args([
        "--extra-experimental-features",
        "nix-command flakes",
        "--no-warn-dirty",
        "eval",
        "--json",
        "--no-write-lock-file",
        "--quiet",
        "--option",
        "eval-cache",
        "false",
        "--apply",
        apply,
    ]);
    Cost::of(command.arg(format!(".#{attribute}")))
}
