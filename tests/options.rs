//! A host's own options, by the real Nix: of the example, and of a host as large as real ones are.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(clippy::print_stdout, reason = "what was measured belongs into the test's output")]

mod common;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use common::{
    check_schema,
    inside::on_operator,
    lab::{Fleet as Example, Lab, copy},
};
use serde_json::json;
use steading::backend::{
    error::{Error, ErrorKind},
    fleet::{Browser, Fleet},
    model::{HostName, OptionNode, OptionPath, OptionsAnswer, OptionsQuestion, SetOption},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

#[test]
fn what_is_set_on_a_host_of_the_example() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Example::example();
    let document = check_schema("options", &lab.run(&fleet.path(), &["options", "gate", "--json"]).well());
    assert_eq!(document["host"], "gate");
    let set = document["set"].as_array().unwrap();
    let of = |path: &[&str]| set.iter().find(|option| option["path"] == json!(path)).unwrap();
    assert_eq!(of(&["roles", "dns", "enable"])["value"], true);
    assert_eq!(of(&["systemd", "services"]).get("value"), None, "long ones are left out");
    assert!(set.len() < 60, "{} are set", set.len());

    let names = lab.run(&fleet.path(), &["options", "gate", "--search", "FIREWALL tcp"]).well();
    assert_eq!(names, "networking.firewall.allowedTCPPorts\n");
    check_schema("options", &lab.run(&fleet.path(), &["options", "router", "--all", "--json"]).well());
}

#[test]
fn one_option_with_everything_that_was_said_about_it() {
    let Some(lab) = Lab::take() else { return };
    let fleet = Example::example();
    fleet.write(
        "hosts/linux/gate/default.nix",
        "{ lib, ... }:\n{\n  networking.hostName = lib.mkForce \"gateway\";\n  roles.dns.enable = lib.mkIf false true;\n}\n",
    );
    let look = |path: &str| {
        let ran = lab.run(&fleet.path(), &["options", "gate", path, "--json"]);
        check_schema("options", &ran.well())["look"].clone()
    };
    let name = look("networking.hostName");
    let option = &name["option"];
    assert_eq!((&option["value"], &option["priority"]), (&json!("gateway"), &json!(50)));
    let mine = option["definitions"].as_array().unwrap().iter().find(|d| d["state"] == "used").unwrap();
    assert_eq!(
        (&mine["file"], &mine["line"], &mine["host"]),
        (&json!("hosts/linux/gate/default.nix"), &json!(3), &json!("gate"))
    );
    let dns = look("roles.dns.enable");
    assert_eq!(dns["option"]["definitions"][1]["state"], "disabled", "{dns:#}");
    let files = look("environment.etc");
    assert!(files["children"].as_array().unwrap().contains(&json!("hosts")), "{files:#}");
    let mode = look("environment.etc.hosts.mode");
    assert_eq!(mode["option"]["path"], json!(["environment", "etc", "hosts", "mode"]));

    lab.run(&fleet.path(), &["options", "gate", "networking.hostNme"])
        .fails(2, &["gate has no option networking.hostNme", "did you mean networking.hostName?"]);
    lab.run(&fleet.path(), &["options", "gat"])
        .fails(2, &["there is no host \"gat\"", "did you mean \"gate\"?"]);
    let ran = lab.run(&fleet.path(), &["options", "gate", "x.y", "--json"]);
    ran.fails(2, &["gate has no option x.y"]);
    check_schema("error", &ran.stdout);
}

/// A fleet whose one host is as large as real ones are.
fn large(modules: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&source.join("nix/testing/lib"), &folder.path().join("lib"));
    fs::copy(source.join("nix/tests/large.nix"), folder.path().join("large.nix")).unwrap();
    let flake = format!(
        "{{ outputs = {{ self }}: {{ steading = {{ schema = 1; sources = [ {{ input = null; path = \"${{self}}\"; }} ]; \
         hosts.large = {{ kind = \"nixos\"; system = null; folder = \".\"; deployment = null; }}; \
         evaluations.large = import ./large.nix {{ lib = import ./lib; modules = {modules}; }}; }}; }}; }}"
    );
    fs::write(folder.path().join("flake.nix"), flake).unwrap();
    folder
}

struct Host {
    browser: Browser,
    name: HostName,
    _folders: (TempDir, TempDir),
}

impl Host {
    async fn large(modules: usize) -> Self {
        let (fleet, cache) = (large(modules), TempDir::new().unwrap());
        let opened = Fleet::open(fleet.path().to_str().unwrap(), &CancellationToken::new()).await.unwrap();
        let browser = opened.browser(cache.path()).unwrap();
        Self { browser, name: "large".parse().unwrap(), _folders: (fleet, cache) }
    }

    async fn ask(
        &mut self,
        what: &str,
        question: OptionsQuestion,
    ) -> Result<(OptionsAnswer, Duration), Error> {
        let since = Instant::now();
        let answer = self.browser.answer(&self.name, &question, &CancellationToken::new()).await;
        println!("{what}: {:.1} ms", since.elapsed().as_secs_f64() * 1000.0);
        answer.map(|answer| (answer, since.elapsed()))
    }

    async fn look(&mut self, path: &str) -> Result<(OptionNode, Duration), Error> {
        let path = path.parse::<OptionPath>().unwrap();
        match self.ask(&format!("look {path}"), OptionsQuestion::Look(path)).await? {
            (OptionsAnswer::Look(node), took) => Ok((*node, took)),
            other => panic!("{other:?}"),
        }
    }

    async fn set(&mut self) -> Vec<SetOption> {
        match self.ask("set", OptionsQuestion::Set).await.unwrap() {
            (OptionsAnswer::Set(set), _) => set,
            other => panic!("{other:?}"),
        }
    }

    async fn names(&mut self) -> Vec<OptionPath> {
        match self.ask("names", OptionsQuestion::Names).await.unwrap() {
            (OptionsAnswer::Names(names), _) => names,
            other => panic!("{other:?}"),
        }
    }

    /// The most memory that the evaluator ever had, in MiB.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.browser.process().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }
}

#[test]
fn a_host_of_thirteen_thousand_options_is_browsed() {
    on_operator("a_host_of_thirteen_thousand_options_is_browsed", || async {
        let mut host = Host::large(1500).await;
        let names = host.names().await;
        assert_eq!(names.len(), 12_326);
        assert!(!names.iter().any(|name| name.0.iter().any(|part| part == "formerly" || part == "hidden")));
        let set = host.set().await;
        let option = |path: &str| set.iter().find(|option| option.path.to_string() == path);
        assert_eq!(option("group-0.service-0.option-1").unwrap().value, Some(json!("forced")));
        // 300 services with `enable`, 150 with `option-1`, 75 with `instances`; two that abort in each 300th; `warnings`.
        assert_eq!(set.len(), 300 + 150 + 75 + 5 * 2 + 1);
        let aborts = option("group-0.service-0.aborting").unwrap().error.as_deref().unwrap();
        assert!(aborts.contains("service-0 can't say"), "{aborts}");
        let undecided = option("group-20.service-300.undecided").unwrap().error.as_deref().unwrap();
        assert!(undecided.contains("service-300 can't decide"), "{undecided}");

        host.look("group-0").await.unwrap();
        let (first, _) = host.look("group-3.service-3.option-2").await.unwrap();
        assert_eq!(first.option.unwrap().leaf.value, Some(json!(80)));
        // A frame or two, in a debug build on a machine that is busy; some 2 ms by itself.
        let (again, took) = host.look("group-3.service-3.option-4").await.unwrap();
        assert_eq!(again.option.unwrap().leaf.value, Some(json!({ "a": "b" })));
        assert!(took < Duration::from_millis(66), "{took:?}");
        let (instances, _) = host.look("group-20.service-20.instances").await.unwrap();
        assert_eq!(instances.children, ["one", "two"]);
        let (port, _) = host.look("group-20.service-20.instances.one.port").await.unwrap();
        assert_eq!(port.option.unwrap().leaf.value, Some(json!(1)));
        let (warnings, _) = host.look("warnings").await.unwrap();
        let warnings = warnings.option.unwrap();
        assert_eq!((warnings.leaf.definitions.len(), warnings.folded), (40, 1611));
        println!("peak: {} MiB", host.peak());
        assert!(host.peak() < 1000);
    });
}

#[test]
fn what_fails_costs_its_own_answer_alone() {
    on_operator("what_fails_costs_its_own_answer_alone", || async {
        let mut host = Host::large(400).await;
        let error = |node: OptionNode| node.option.unwrap().leaf.error.unwrap();
        let (throwing, _) = host.look("group-20.service-100.throwing").await.unwrap();
        let throwing = error(throwing);
        assert!(throwing.contains("service-100.nix"), "{throwing}");
        let pid = host.browser.process();
        let (aborting, _) = host.look("group-0.service-0.aborting").await.unwrap();
        assert_eq!(aborting.option.as_ref().unwrap().leaf.type_description, "string");
        let aborting = error(aborting);
        assert!(aborting.contains("large.nix") && aborting.contains("service-0 can't say"), "{aborting}");
        let (renamed, _) = host.look("group-10.service-10.formerly").await.unwrap();
        assert!(error(renamed).contains("stands for another option"));
        assert_eq!(host.browser.process(), pid, "one evaluator bore all of it");
        let error = host.look("group-1.servce-1").await.unwrap_err();
        assert_eq!(
            (error.kind, error.hint.as_deref()),
            (ErrorKind::Usage, Some("did you mean group-1.service-1?"))
        );
        let error = host.look("group-1.service-1.enable.x").await.unwrap_err();
        assert!(error.what.contains("large has no option"), "{error}");
    });
}

#[test]
fn a_question_given_up_leaves_what_was_evaluated() {
    on_operator("a_question_given_up_leaves_what_was_evaluated", || async {
        let mut host = Host::large(1500).await;
        let cancel = CancellationToken::new();
        let name = host.name.clone();
        let names = host.browser.answer(&name, &OptionsQuestion::Names, &cancel);
        let given_up = async {
            tokio::task::yield_now().await;
            cancel.cancel();
        };
        let (names, ()) = tokio::join!(names, given_up);
        assert_eq!(names.unwrap_err().kind, ErrorKind::Cancelled);
        let pid = host.browser.process();
        assert!(pid.is_some());
        host.look("group-0").await.unwrap();
        assert_eq!(host.browser.process(), pid);
    });
}

/// A flake as people have them, with nothing of Steading's in it.
fn foreign() -> TempDir {
    let folder = TempDir::new().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&source.join("nix/testing"), &folder.path().join("nixpkgs"));
    let files = [
        (
            "flake.nix",
            "{\n  inputs.nixpkgs.url = \"path:./nixpkgs\";\n  outputs = { nixpkgs, ... }: let\n    inherit (nixpkgs) lib;\n    \
             system = modules: lib.evalModules { modules = [ ./base.nix ] ++ modules; };\n  in {\n    \
             nixosConfigurations.gate = system [ ./gate.nix ];\n    nixosConfigurations.broken = system [ ./broken.nix ];\n    \
             homeConfigurations.\"ada@desk\" = let it = system [ ]; in it // { activationPackage = it.config.system.build.toplevel; };\n    \
             deploy.nodes.gate = { hostname = \"10.77.0.11\"; sshUser = \"root\"; };\n  };\n}\n",
        ),
        (
            "base.nix",
            "{ lib, config, ... }:\n{\n  options = {\n    networking.hostName = lib.mkOption { type = lib.types.str; default = \"nixos\"; description = \"The name.\"; };\n    \
             assertions = lib.mkOption { default = [ ]; };\n    warnings = lib.mkOption { default = [ ]; };\n    \
             system.build.toplevel = lib.mkOption { };\n  };\n  config.system.build.toplevel = derivation { name = \"system-${config.networking.hostName}\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"echo done > $out\" ]; };\n}\n",
        ),
        (
            "gate.nix",
            "{ lib, ... }:\n{\n  imports = [ { networking.hostName = \"loses\"; } ];\n  networking.hostName = lib.mkForce \"gate\";\n}\n",
        ),
        ("broken.nix", "{\n  networking.hostName = nothing;\n}\n"),
    ];
    for (file, text) in files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

#[test]
fn a_flake_that_knows_nothing_of_steading() {
    let Some(lab) = Lab::take() else { return };
    let fleet = foreign();
    // `nix flake lock`, as everybody has done; the fleet is not in git.
    lab.call(&[
        "exec",
        "operator",
        "nix",
        "--extra-experimental-features",
        "nix-command flakes",
        "flake",
        "lock",
        fleet.path().to_str().unwrap(),
    ])
    .well();
    let run = |arguments: &[&str]| lab.run(fleet.path(), arguments);
    let hosts = check_schema("hosts", &run(&["hosts", "--json"]).well());
    let of = |name: &str| &hosts["hosts"][name];
    assert_eq!(
        (&of("gate")["kind"], &of("gate")["deployment"]["targetHost"]),
        (&json!("nixos"), &json!("10.77.0.11"))
    );
    assert_eq!(of("ada-desk")["kind"], "home");

    let look = run(&["options", "gate", "networking.hostName", "--json"]);
    let look = check_schema("options", &look.well())["look"]["option"].clone();
    assert_eq!(look["value"], "gate");
    let mut said = look["definitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["state"].clone(), d["line"].clone()))
        .collect::<Vec<_>>();
    said.sort_by_key(|said| format!("{said:?}"));
    assert_eq!(
        said,
        [(json!("overridden"), json!(3)), (json!("overridden"), json!(4)), (json!("used"), json!(4))]
    );
    let files = look["definitions"].as_array().unwrap().iter().map(|d| d["file"].clone()).collect::<Vec<_>>();
    assert!(files.contains(&json!("gate.nix")) && files.contains(&json!("base.nix")), "{files:?}");
    let set = check_schema("options", &run(&["options", "ada-desk", "--json"]).well());
    assert_eq!(set["set"].as_array().unwrap().len(), 1, "{set:#}");
    run(&["options", "broken", "networking.hostName"]).fails(3, &["broken.nix:2", "undefined variable"]);

    let built = check_schema("build", &run(&["build", "gate", "--json"]).well());
    assert!(built["hosts"]["gate"]["system"].as_str().unwrap().ends_with("-system-gate"), "{built:#}");
    for command in ["globals", "services", "secrets"] {
        run(&[command]).fails(3, &["does not use Steading's library, so it has no", command, "mkFleet"]);
    }
}
