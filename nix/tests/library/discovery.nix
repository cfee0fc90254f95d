# What a fleet's folder says: hosts, modules, packages, recipes.
{ lib, fleets }:
let
  fleet = fleets.discovered ../fixtures/fleet { };
  discover = import ../../lib/discover.nix { inherit lib; root = ../fixtures/fleet; };
  names = import ../../lib/names.nix { inherit lib; };
in
{
  "hosts: names and kinds, without evaluating any" = {
    expr = lib.mapAttrs (_: h: [ h.kind h.folder h.system ]) fleet.steading.hosts;
    expected = {
      alpha = [ "linux" "hosts/linux/alpha" "x86_64-linux" ];
      gamma = [ "push" "hosts/push/gamma" null ];
    };
  };
  "hosts: the deployment in meta.nix, completed" = {
    expr = fleet.steading.hosts.alpha.deployment;
    expected = {
      targetHost = "10.0.0.1"; targetUser = "root"; targetPort = 22; tags = [ "home" ]; buildOn = "operator"; after = [ "gamma" ];
      healthCheck = null; rollback = "host"; hostKeys = [ ];
    };
  };
  "hosts: no meta.nix, no deployment without evaluating" = { expr = fleet.steading.hosts.gamma.deployment; expected = null; };
  "hosts: the deployment that the host itself says" = { expr = fleet.steading.host.gamma.deployment.targetHost; expected = "10.0.0.3"; };
  "hosts: one that can't be evaluated" = { expr = fleet.steading.host.alpha.deployment; throws = true; };
  "hosts: passed by hand, beside" = {
    expr = lib.mapAttrs (_: h: [ h.kind h.folder ]) (fleets.discovered ../fixtures/fleet { hosts.delta = { kind = "push"; system = "aarch64-linux"; }; }).steading.hosts;
    expected = { alpha = [ "linux" "hosts/linux/alpha" ]; gamma = [ "push" "hosts/push/gamma" ]; delta = [ "push" "." ]; };
  };
  "hosts: without any" = { expr = (fleets.steading.mkFleet { inherit lib; inputs = { }; }).steading.hosts; expected = { }; };

  "modules: files by kind, folders with a default.nix as one" = {
    expr = lib.mapAttrs (_: map (p: lib.removePrefix "${toString ../fixtures/fleet}/" (toString p))) discover.modules;
    expected = {
      global = [ "modules/global/count.nix" "modules/global/nested/data.nix" "modules/global/whole/default.nix" ];
      globaldata = [ "modules/globaldata/data.nix" ];
      push = [ "modules/push/all.nix" ];
      nixos = [ ]; linux = [ ]; darwin = [ ]; home = [ ];
    };
  };
  "modules: all of them take part" = {
    expr =
      let
        # without the host that can't be evaluated
        gamma = lib.head (lib.filter (h: h.name == "gamma") discover.hosts);
        f = fleets.steading.mkFleet { inherit lib; inputs = { }; readyMade = false; inherit (discover) modules; hosts.gamma = { kind = "push"; inherit (gamma) modules; }; };
      in f.globalConfig;
    expected = { count = { gamma = 2; of-gamma = 1; }; seen = 42; fromData = 40; part = "once"; };
  };

  "packages: by folder and file, given what they ask for" = {
    expr = lib.mapAttrs (_: p: [ p.name p.system ]) fleet.packages.aarch64-linux;
    expected = { tool = [ "tool" "aarch64-linux" ]; helper = [ "helper" "aarch64-linux" ]; };
  };
  "packages: dev shells" = { expr = lib.mapAttrs (_: p: p.name) fleet.devShells.x86_64-linux; expected.tool = "tool-shell"; };
  "packages: in the contract" = { expr = fleet.steading.packages; expected = [ { name = "helper"; hasShell = false; } { name = "tool"; hasShell = true; } ]; };
  "recipes" = { expr = fleet.steading.recipes; expected = [ { name = "greet"; file = "recipes/greet.sh"; } ]; };

  "names: of hosts" = {
    expr = lib.filter names.isHostName [ "a" "web-1" "A_b" "1a" "" "-a" "_a" "a.b" "a b" "ä" "a\nb" "$(x)" (lib.fixedWidthString 63 "x" "") (lib.fixedWidthString 64 "x" "") ];
    expected = [ "a" "web-1" "A_b" "1a" (lib.fixedWidthString 63 "x" "") ];
  };
  "names: guesses" = {
    expr = map (names.nearest [ "nixos" "linux" "push" ]) [ "nixso" "linx" "darwin" "pushh" "" ];
    expected = [ "nixos" "linux" null "push" null ];
  };
  "names: distances are those of lib" = {
    expr = map (pair: names.editDistance (lib.head pair) (lib.last pair) == lib.strings.levenshtein (lib.head pair) (lib.last pair)) [ [ "" "" ] [ "kitten" "sitting" ] [ "a" "" ] [ "" "ab" ] [ "nixso" "nixos" ] ];
    expected = [ true true true true true ];
  };
}
