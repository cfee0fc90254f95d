//! Fleets of any size, made up.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// How big.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Hosts.
    pub hosts: usize,
    /// Options of each host beside those of the library; each is set somewhere, and part of the host's system.
    pub options: usize,
    /// Services that each host offers in the globals, each of five values. Every host reads its own and its neighbour's.
    pub globals: usize,
}

/// Options that one module declares.
const OPTIONS_A_MODULE: usize = 4;

const FLAKE: &str = r#"{
  inputs = { steading.url = "path:./nix"; nixpkgs.url = "path:./nixpkgs"; };
  outputs = inputs: inputs.steading.lib.mkFleet { inherit inputs; root = ./.; };
}
"#;

const GLOBALS: &str = r"{ lib, ... }: {
  options.x.global.bench = lib.mkOption {
    default = { };
    type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
      options = {
        host = lib.mkOption { type = lib.types.str; };
        port = lib.mkOption { type = lib.types.port; default = 80; };
        title = lib.mkOption { type = lib.types.str; default = name; };
        tags = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        limit = lib.mkOption { type = lib.types.nullOr lib.types.int; default = null; };
      };
    }));
  };
}
";

/// Writes a fleet. `lib` is nixpkgs' library; without, the stand-in of the tests is taken.
pub fn write(size: Size, lib: Option<&Path>) -> TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fleet = TempDir::new().unwrap();
    let at = |file: &str| fleet.path().join(file);
    copy(&root.join("nix"), &at("nix")).unwrap();
    copy(lib.unwrap_or(&root.join("nix/testing/lib")), &at("nixpkgs/lib")).unwrap();
    put(at("nixpkgs/flake.nix"), "{ outputs = _: { lib = import ./lib; }; }\n");
    put(at("flake.nix"), FLAKE);
    put(at("modules/global/bench.nix"), GLOBALS);
    for module in 0..size.options / OPTIONS_A_MODULE {
        put(at(&format!("modules/linux/m{module}.nix")), &options_module(module));
    }
    for host in 0..size.hosts {
        let folder = format!("hosts/linux/h{host}");
        let meta = format!(
            "{{ system = \"x86_64-linux\"; deployment.targetHost = \"10.{}.{}.1\"; }}\n",
            host / 256,
            host % 256
        );
        put(at(&format!("{folder}/meta.nix")), &meta);
        put(at(&format!("{folder}/default.nix")), &host_module(host, size));
    }
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).current_dir(fleet.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("git", &["init", "--quiet"]);
    run("git", &["add", "--all"]);
    run("nix", &["--extra-experimental-features", "nix-command flakes", "flake", "lock"]);
    run("git", &["add", "--all"]);
    fleet
}

/// A module with options, which it sets itself, and which are part of the system.
fn options_module(module: usize) -> String {
    let mut text = String::from("{ config, lib, ... }: {\n");
    for option in 0..OPTIONS_A_MODULE {
        let _ = writeln!(
            text,
            "  options.bench.m{module}.o{option} = lib.mkOption {{ type = lib.types.str; default = \"d\"; description = \"One of many.\"; }};"
        );
    }
    let values = (0..OPTIONS_A_MODULE)
        .map(|option| format!("${{config.bench.m{module}.o{option}}}"))
        .collect::<Vec<_>>()
        .concat();
    let _ = writeln!(
        text,
        "  config = {{ bench.m{module}.o1 = lib.mkDefault \"set\"; environment.etc.\"bench/m{module}\".text = \"{values}\"; }};\n}}"
    );
    text
}

/// A host that says some globals, and reads its own and those of its neighbour.
fn host_module(host: usize, size: Size) -> String {
    let neighbour = (host + 1) % size.hosts;
    let mut text = format!(
        "{{ globalConfig, lib, name, ... }}: {{\n  x.global.netsrv.hosts.h{host} = \"10.0.{}.{}\";\n",
        host / 250,
        host % 250 + 1
    );
    for service in 0..size.globals {
        let _ = writeln!(
            text,
            "  x.global.bench.s{host}-{service} = {{ host = name; port = {}; tags = [ \"a\" name ]; limit = lib.mkDefault {service}; }};",
            1000 + service
        );
    }
    for from in [host, neighbour] {
        let used = (0..size.globals)
            .map(|service| format!("${{globalConfig.bench.s{from}-{service}.host}} ${{toString globalConfig.bench.s{from}-{service}.port}}\\n"))
            .collect::<Vec<_>>()
            .concat();
        let _ = writeln!(
            text,
            "  environment.etc.\"bench/of-{}\".text = \"{used}\";",
            if from == host { "mine" } else { "next" }
        );
        if host == neighbour {
            break;
        }
    }
    text.push_str("}\n");
    text
}

fn put(file: PathBuf, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if entry.is_dir() { copy(&entry, &target)? } else { fs::copy(entry, target).map(drop)? }
    }
    Ok(())
}
