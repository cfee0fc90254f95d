# Fleets for tests, made by the library under test with the lib under test.
{ lib }:
let
  steading = import ../lib;
in
rec {
  inherit steading;

  # A fleet of devices that have nothing but globals: hosts as modules, `global` declares.
  plain = { global, hosts, data ? [ ], ... }@more:
    steading.mkFleet ({
      inherit lib;
      inputs = { };
      readyMade = false;
      modules = { global = [ global ]; globaldata = data; };
      hosts = lib.mapAttrs (_: module: { kind = "push"; modules = lib.toList module; }) hosts;
    } // removeAttrs more [ "global" "hosts" "data" ]);

  # A fleet in a folder.
  discovered = root: more: steading.mkFleet ({ inherit lib root; inputs = { }; readyMade = false; } // more);

  # The example fleet, as its flake has it, with the lib under test.
  homelab =
    let
      root = ../../examples/homelab;
      outputs = (import (root + "/flake.nix")).outputs {
        self = { outPath = toString root; };
        steading = { lib = steading; outPath = toString ../.; };
        nixpkgs = { inherit lib; outPath = "/nowhere/nixpkgs"; };
      };
    in
    outputs;

  # Leaves of a fleet by their path, as text.
  leaves = fleet: builtins.listToAttrs (map (leaf: lib.nameValuePair (lib.showOption leaf.path) leaf) fleet.steading.globals.leaves);

  # What there is to say of a leaf's definitions, without the place.
  brief = leaf: map
    (d: "${if d.host == null then "fleet" else d.host}: ${toString d.priority}${lib.optionalString (d.order != null) " order ${toString d.order}"} ${d.state}${lib.optionalString (d.kind == "default") " default"}${lib.optionalString (d ? value) " ${builtins.toJSON d.value}"}")
    leaf.definitions;
}
