# Texts of the library's own errors: what is wrong, where, and what to do next. As in errors.nix.
{ lib, fleets }:
let
  inherit (fleets) steading plain discovered;
  inherit (lib) mkOption types mkForce;
  broken = name: (discovered (./fixtures/broken + "/${name}") { }).steading.hosts;
  meta = name: (import ../lib/meta.nix { inherit lib; }).deployment { name = "a"; file = ./fixtures/meta + "/${name}.nix"; };
  make = more: (steading.mkFleet ({ inherit lib; inputs = { }; } // more)).steading.hosts;
  it = type: hosts: (plain {
    global.options.x.global.it = mkOption { inherit type; };
    hosts = lib.mapAttrs (name: it: { _file = "${name}.nix"; config.x.global.it = it; }) hosts;
  }).globalConfig.it;
  # STEADING_TEST_OLD_LIB: a nixpkgs lib that is really old; without one, the lib under test is made to look so
  oldPath = builtins.getEnv "STEADING_TEST_OLD_LIB";
  old =
    if oldPath != "" then import (/. + oldPath)
    else lib // { modules = lib.modules // { mergeDefinitions = loc: type: defs: removeAttrs (lib.modules.mergeDefinitions loc type defs) [ "checkedAndMerged" ]; }; version = "25.05"; };
in
{
  "two hosts of one name" = {
    expr = broken "clash";
    says = [ "steading: two hosts are called `twin`: hosts/linux/twin and hosts/push/twin." "rename one, or switch it off by a name that ends in `.off`" ];
  };
  "two hosts of one name, one passed by hand" = {
    expr = (discovered ./fixtures/fleet { hosts.alpha.kind = "push"; }).steading.hosts;
    says = [ "steading: two hosts are called `alpha`: hosts/linux/alpha and mkFleet's `hosts.alpha`." ];
  };
  "two hosts whose names differ in letter case only" = {
    expr = (discovered ./fixtures/fleet { hosts.Alpha.kind = "push"; }).steading.hosts;
    says = [ "steading: the names of hosts `alpha` and `Alpha` differ in letter case only: hosts/linux/alpha and mkFleet's `hosts.Alpha`." ];
  };
  "a kind that there is not" = {
    expr = broken "kind";
    says = [ "steading: hosts/linx/a" "Did you mean `linux`?" ];
  };
  "a name that no host can have" = {
    expr = broken "name";
    says = [ "steading: hosts/linux/a.b: `a.b` can't be the name of a host" "deployment.targetHost" ];
  };
  "a name with odd characters, passed by hand" = {
    expr = make { hosts."a b$(x)" = { kind = "push"; }; };
    says = [ "mkFleet's `hosts.a b$(x)`: `a b$(x)` can't be the name of a host" ];
  };
  "a host that is a file" = {
    expr = broken "file";
    says = [ "steading: hosts/linux/a.nix is a file, but a host is a folder: move it to hosts/linux/a/default.nix." ];
  };
  "a folder of modules that is a slip of the pen" = {
    expr = (discovered ./fixtures/broken/modules { }).globalConfig;
    says = [ "steading: modules/globl is not a folder that is read. Did you mean `global`?" ];
  };
  "a kind of modules that there is not" = {
    expr = (steading.mkFleet { inherit lib; inputs = { }; modules.globals = [ ]; }).globalConfig;
    says = [ "`modules.globals` is no kind of module" "Did you mean `global`?" ];
  };
  "a ready-made set that there is not" = {
    expr = (steading.mkFleet { inherit lib; inputs = { }; readyMade = [ "netsvr" ]; }).globalConfig;
    says = [ "`readyMade` names `netsvr`" "Did you mean `netsrv`?" ];
  };
  "a host passed by hand without a kind" = {
    expr = make { hosts.a = { }; };
    says = [ "mkFleet's `hosts.a`: `kind` must be one of nixos, linux, darwin, home, push." ];
  };
  "a host passed by hand with more than there is" = {
    expr = make { hosts.a = { kind = "push"; module = [ ]; }; };
    says = [ "there is no `module` here, only kind, modules, system, deployment. Did you mean `modules`?" ];
  };
  "a darwin host without nix-darwin" = {
    expr = (steading.mkFleet { inherit lib; inputs = { }; hosts.mac.kind = "darwin"; }).steading.host.mac.deployment;
    says = [ "mkFleet's `hosts.mac` is of kind darwin, which needs nix-darwin's `lib.darwinSystem`: give the fleet's flake an input `nix-darwin` or `darwin`" ];
  };
  "a home without home-manager" = {
    expr = (steading.mkFleet { inherit lib; inputs = { }; hosts.ada = { kind = "home"; system = "x86_64-linux"; }; }).steading.host.ada.deployment;
    says = [ "`hosts.ada` is of kind home, which needs home-manager's `lib.homeManagerConfiguration`" ];
  };
  "a home of no system" = {
    expr = (steading.mkFleet { inherit lib; inputs.home-manager.lib.homeManagerConfiguration = given: builtins.seq given.pkgs given; hosts.ada.kind = "home"; }).steading.host.ada.deployment;
    says = [ "`hosts.ada` is of kind home, which needs to know whose packages it takes: write `system = \"x86_64-linux\";` into its meta.nix." ];
  };
  "meta.nix: a function" = { expr = meta "function"; says = [ "fixtures/meta/function.nix: this is a function, but meta.nix is plain data" ]; };
  "meta.nix: a list" = { expr = meta "list"; says = [ "this must be an attribute set" "but is a list" ]; };
  "meta.nix: something unknown" = { expr = meta "unknown"; says = [ "there is no `deploymnt` in a meta.nix, only `system` and `deployment`. Did you mean `deployment`?" ]; };
  "meta.nix: a system that is no string" = { expr = meta "system"; says = [ "`system` must be a string such as \"x86_64-linux\"." ]; };
  "meta.nix: a deployment that is no set" = { expr = meta "no-set"; says = [ "`deployment` must be an attribute set such as" ]; };
  "meta.nix: an option that there is not" = { expr = meta "no-option"; says = [ "The option `deployment.targetHots' does not exist." "fixtures/meta/no-option.nix': \"x\"" ]; };
  "meta.nix: a port that is none" = { expr = meta "port"; says = [ "A definition for option `deployment.targetPort' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)'" ]; };
  "meta.nix: a syntax error" = { expr = meta "syntax"; says = [ "syntax error" "fixtures/meta/syntax.nix" ]; };

  "a conflict names both hosts and files" = {
    expr = it types.int { a = 1; b = 2; };
    says = [ "The option `x.global.it' has conflicting definition values:" "- In `a.nix, host a': 1" "- In `b.nix, host b': 2" ];
  };
  "a conflict of two forces" = {
    expr = it types.str { a = mkForce "a"; b = mkForce "b"; };
    says = [ "- In `a.nix, host a': \"a\"" "- In `b.nix, host b': \"b\"" ];
  };
  "a conflict inside a submodule" = {
    expr = it (types.attrsOf (types.submodule { options.port = mkOption { type = types.port; }; })) { a.www.port = 80; b.www.port = 81; };
    says = [ "The option `x.global.it.www.port' has conflicting definition values:" "- In `a.nix, host a': 80" "- In `b.nix, host b': 81" ];
  };
  "a unique value said twice" = {
    expr = it (types.uniq types.int) { a = 1; b = 1; };
    says = [ "The option `x.global.it' is defined multiple times while it's expected to be unique." "- In `a.nix, host a': 1" "- In `b.nix, host b': 1" ];
  };
  "the wrong type" = {
    expr = it types.int { a = "x"; };
    says = [ "A definition for option `x.global.it' is not of type `signed integer'." "a.nix" ];
  };
  "a global that is not declared" = {
    expr = (plain { global.options.x.global.it = mkOption { default = 1; }; hosts.a = { _file = "a.nix"; x.global.ti = 2; }; }).globalConfig.it;
    says = [ "The option `x.global.ti' does not exist." "- In `a.nix': 2" ];
  };
  "the name of a host, in the fleet" = {
    expr = (plain { global = { name, ... }: { options.x.global.it = mkOption { default = name; }; }; hosts = { }; }).globalConfig.it;
    says = [ "steading: `name` is the name of a host: it has no value where the fleet's globals are evaluated." ];
  };
  "a system of a host whose assertion fails" = {
    expr = (plain { global = { }; hosts.a = { assertions = [ { assertion = false; message = "The disk is too small."; } ]; }; }).steading.host.a.toplevel.outPath;
    says = [ "mkFleet's `hosts.a`: failed assertions:" "- The disk is too small." ];
  };
  "a nixos host without nixpkgs" = {
    expr = (steading.mkFleet { lib = removeAttrs lib [ "nixosSystem" ]; inputs.nixpkgs.lib = { }; hosts.a.kind = "nixos"; }).steading.host.a.deployment;
    says = [ "mkFleet's `hosts.a` is of kind nixos, which needs `inputs.nixpkgs.lib.nixosSystem`" ];
  };
  "a nixpkgs that is too old" = {
    expr = (steading.mkFleet { lib = old; inputs = { }; hosts.a.kind = "push"; }).steading.globals;
    says = [
      "steading: this nixpkgs (${old.version}) is too old: Steading needs 25.11 or newer, or an unstable of autumn 2025 or later."
      "Name one in the fleet's `inputs.nixpkgs.url` and run `nix flake update nixpkgs`."
    ];
  };
  "a service of a host without an address" = {
    expr = (steading.mkFleet {
      inherit lib;
      inputs.self.outPath = toString ./fixtures/located;
      hosts.attic = { kind = "push"; modules = [ ./fixtures/located/attic.nix ]; };
    }).globalConfig.netsrv.services.files.address;
    says = [ "netsrv: service `files` (attic.nix:3) is on host `attic`, which has no address in netsrv.hosts." ];
  };
  "a service of two hosts" = {
    expr = (steading.mkFleet {
      inherit lib;
      inputs.self.outPath = toString ./fixtures/located;
      hosts = lib.genAttrs [ "attic" "twin" ] (name: { kind = "push"; modules = [ (./fixtures/located + "/${name}.nix") ]; });
      modules.globaldata = [ ./fixtures/located/globals.nix ];
    }).globalConfig.netsrv.services.wiki.address;
    says = [ "netsrv: service `wiki` is on several hosts: attic, twin (attic.nix:8 and twin.nix:2)." ];
  };
  "a service on a host without an address" = {
    expr = (steading.mkFleet {
      inherit lib;
      inputs.self.outPath = toString ./fixtures/located;
      hosts.attic = { kind = "push"; modules = [ ./fixtures/located/attic.nix ]; };
    }).globalConfig.netsrv.services.mirror.address;
    says = [ "netsrv: service `mirror` (attic.nix:5) is on host `gatr`, which has no address in netsrv.hosts." ];
  };
  "a nixpkgs that is too old, asked for a system" = {
    expr = (steading.mkFleet { lib = old; inputs = { }; hosts.a.kind = "linux"; }).steading.host.a.toplevel.outPath;
    says = [ "is too old: Steading needs 25.11 or newer" ];
  };
}
