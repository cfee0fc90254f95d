# The contract: each part fits its JSON Schema, and says what the fleet says.
{ lib, fleets }:
let
  validate = import ../schema.nix;
  schema = part: ../../schema + "/${part}.json";
  wrong = part: value: validate (schema part) value;

  at = name: ../fixtures/edge + "/${name}.nix";
  edge = fleets.plain { global = at "globals"; hosts = lib.genAttrs [ "a" "b" "c" ] at; };
  places = fleets.plain { global = ../fixtures/places/globals.nix; hosts.a = ../fixtures/places/a.nix; };
  folder = fleets.discovered ../fixtures/fleet { };
  homelab = fleets.homelab;
  broken = fleets.plain {
    global.options.x.global.it = lib.mkOption { type = lib.types.int; };
    hosts = { a.x.global.it = 1; b.x.global.it = throw "no"; };
  };

  # a host part has derivations in it: Nix writes their paths
  host = part: part // lib.mapAttrs (_: system: builtins.unsafeDiscardStringContext system.outPath) { inherit (part) toplevel unchecked; };
  device = { push.deploy = derivation { name = "deploy"; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  checked = modules: (fleets.plain { global = { }; hosts.a = [ device ] ++ modules; }).steading.host.a;
in
lib.mapAttrs (_: expr: { inherit expr; expected = [ ]; })
  {
    "schema: hosts" = wrong "hosts" folder.steading.hosts ++ wrong "hosts" edge.steading.hosts ++ wrong "hosts" homelab.steading.hosts;
    "schema: globals" = lib.concatMap (fleet: wrong "globals" fleet.steading.globals) [ edge places broken homelab ];
    "schema: globals by option" = lib.concatMap (fleet: wrong "globals-by-option" fleet.steading.globalsByOption) [ edge places broken homelab ];
    "schema: services" = wrong "services" homelab.steading.services ++ wrong "services" edge.steading.services;
    "schema: network" = wrong "network" homelab.steading.network;
    "schema: secrets" = wrong "secrets" homelab.steading.secrets ++ wrong "secrets" edge.steading.secrets;
    "schema: sources" = wrong "sources" homelab.steading.sources;
    "schema: host" = lib.concatMap (part: wrong "host" (host part)) (lib.attrValues homelab.steading.host ++ [ (checked [ ]) ]);
    "schema: snapshot" = lib.concatMap (fleet: wrong "snapshot" fleet.steading.snapshot) [ edge places broken homelab ];
    "schema: packages and recipes" = wrong "packages" folder.steading.packages ++ wrong "recipes" folder.steading.recipes;
  }
// {
  "schema: the check itself finds what is wrong" = {
    expr = map lib.length [
      (wrong "recipes" [ { name = "x"; } ])
      (wrong "recipes" [ { name = "x"; file = "y"; other = 1; } ])
      (wrong "recipes" { })
      (wrong "hosts" { a = { kind = "toaster"; system = null; folder = "."; deployment = null; }; })
      (wrong "hosts" (lib.mapAttrs (_: h: removeAttrs h [ "folder" ]) edge.steading.hosts))
      (wrong "globals" (edge.steading.globals // { namespace = [ ]; }))
      (wrong "globals" (edge.steading.globals // { leaves = map (leaf: leaf // { error = "both"; }) [ (lib.head edge.steading.globals.leaves) ]; }))
    ];
    expected = [ 1 1 1 1 3 1 1 ];
  };
  "schema 1" = { expr = edge.steading.schema; expected = 1; };
  "parts" = {
    expr = lib.attrNames edge.steading;
    expected = [ "evaluations" "globals" "globalsAt" "globalsByOption" "host" "hostSeeing" "hosts" "madeOf" "network" "packages" "recipes" "schema" "secretPrograms" "secrets" "selfCheck" "services" "snapshot" "sources" ];
  };
  "outputs" = {
    expr = lib.attrNames edge;
    expected = [ "checks" "darwinConfigurations" "devShells" "globalConfig" "homeConfigurations" "nixosConfigurations" "packages" "steading" ];
  };
  "sources: the fleet first, without string context" = {
    expr = let s = (fleets.discovered ../fixtures/fleet { inputs = { self.outPath = "/nix/store/self"; other.outPath = "/nix/store/other"; noPath = { }; }; }).steading.sources; in [ s (lib.any (x: builtins.hasContext x.path) s) ];
    expected = [ [ { input = null; path = "/nix/store/self"; } { input = "other"; path = "/nix/store/other"; } ] false ];
  };
  "contract texts carry no string context" = {
    expr = lib.any builtins.hasContext (lib.collect builtins.isString { inherit (homelab.steading) hosts globals services network secrets sources; });
    expected = false;
  };
  "host: assertions that failed, and warnings" = {
    expr = let h = checked [ { assertions = [ { assertion = true; message = "fine"; } { assertion = false; message = "not fine"; } ]; warnings = [ "careful" ]; } ]; in { inherit (h) assertions warnings; };
    expected = { assertions = [ "not fine" ]; warnings = [ "careful" ]; };
  };
  "host: after a host that there is not" = {
    expr = (checked [ { deployment.after = [ "nobody" "a" ]; } ]).assertions;
    expected = [ "deployment.after names `nobody`, but there is no host called so." ];
  };
  "host: no system while an assertion fails" = { expr = (checked [ { assertions = [ { assertion = false; message = "x"; } ]; } ]).toplevel.outPath; throws = true; };
  "host: its system" = { expr = (checked [ ]).toplevel.name; expected = "deploy"; };
  "globals: no functions of the library get in" = {
    expr = (lib.findFirst (leaf: leaf.path == [ "f" ]) null edge.steading.globals.leaves).value;
    expected = "<function>";
  };
}
