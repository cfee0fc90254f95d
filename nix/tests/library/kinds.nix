# Hosts of the kinds darwin and home, by small stand-ins of nix-darwin and home-manager that are called and answer as those do.
{ lib, fleets }:

let
  inherit (lib) mkOption types;

  base = {
    options = {
      assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; };
      warnings = mkOption { type = types.listOf types.str; default = [ ]; };
    };
  };

  # the stand-in of nixpkgs' lib can't be extended
  extensible = lib // { extend = overlay: lib // overlay lib lib; };

  darwin = {
    outPath = "/nowhere/nix-darwin";
    lib.darwinSystem =
      { modules, specialArgs }:
      let
        evaluation = lib.evalModules {
          class = "darwin";
          inherit specialArgs;
          modules = modules ++ [
            base
            ({ config, ... }: {
              _file = "/nowhere/nix-darwin/modules/system.nix";
              options.nixpkgs.hostPlatform = mkOption { type = types.str; };
              options.system.defaults.dock = mkOption { type = types.attrsOf types.str; default = { }; description = "The dock."; };
              options.system.build.toplevel = mkOption { type = types.raw; };
              config.system.build.toplevel = derivation { name = "darwin-system"; system = config.nixpkgs.hostPlatform; builder = "/bin/sh"; };
            })
          ];
        };
      in
      evaluation // { system = evaluation.config.system.build.toplevel; };
  };

  # its modules get a library of their own, and what it returns is checked before it can be looked at
  home-manager = {
    outPath = "/nowhere/home-manager";
    lib.homeManagerConfiguration =
      { modules, pkgs, lib ? pkgs.lib, extraSpecialArgs }:
      let
        extended = lib.extend (_: _: { hm.mkGreeting = name: "hello ${name}"; });
        evaluation = extended.evalModules {
          class = "homeManager";
          specialArgs = extraSpecialArgs // { lib = extended; };
          modules = modules ++ [
            base
            ({ config, ... }: {
              _file = "/nowhere/home-manager/modules/home.nix";
              options.home.greeting = mkOption { type = types.str; };
              options.home.packages = mkOption { type = types.listOf types.raw; default = [ ]; };
              options.home.activationPackage = mkOption { type = types.raw; internal = true; };
              config.home.activationPackage = pkgs.make "home-manager-generation";
            })
          ];
        };
        failed = builtins.filter (a: !a.assertion) evaluation.config.assertions;
        checked = if failed == [ ] then evaluation else throw "Failed assertions: ${(builtins.head failed).message}";
      in
      checked // { inherit (checked.config.home) activationPackage; };
  };

  nixpkgs = {
    lib = extensible;
    outPath = "/nowhere/nixpkgs";
    legacyPackages.x86_64-linux.lib = extensible;
    legacyPackages.x86_64-linux.make = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
  };

  fleet = make { };
  make = changes: fleets.steading.mkFleet {
    inherit lib;
    inputs = { inherit nixpkgs darwin home-manager; };
    readyMade = false;
    modules.global = [ { options.x.global.people = mkOption { type = types.attrsOf types.str; default = { }; }; } ];
    hosts = lib.recursiveUpdate {
      mac = {
        kind = "darwin";
        system = "aarch64-darwin";
        modules = [ ({ globalConfig, ... }: {
          x.global.people.mac = "m";
          system.defaults.dock.orientation = lib.mkForce globalConfig.people.ada;
        }) ];
      };
      ada = {
        kind = "home";
        system = "x86_64-linux";
        deployment.targetHost = "desk";
        modules = [ ({ lib, globalConfig, ... }: {
          # what nobody can know before everybody has spoken
          assertions = [ { assertion = globalConfig.people ? mac; message = "no mac"; } ];
          x.global.people.ada = "left";
          home.greeting = lib.hm.mkGreeting "ada";
        }) ];
      };
    } changes;
  };

  own = host: import ../../lib/own { evaluation = fleet.steading.evaluations.${host}; inherit host; };
  look = host: path: ((own host).look path).option;
in
{
  "their globals are everybody's" = { expr = fleet.globalConfig.people; expected = { ada = "left"; mac = "m"; }; };
  "their systems" = {
    expr = lib.mapAttrs (_: host: [ host.toplevel.name host.toplevel.system ]) fleet.steading.host;
    expected = { mac = [ "darwin-system" "aarch64-darwin" ]; ada = [ "home-manager-generation" "x86_64-linux" ]; };
  };
  "what meta.nix says" = { expr = fleet.steading.host.ada.deployment.targetHost; expected = "desk"; };
  "a home that fails its assertions says so, and its globals stand" = {
    expr =
      let
        failing = make { ada.modules = [ { assertions = [ { assertion = false; message = "never"; } ]; x.global.people.ada = "x"; home.greeting = ""; } ]; };
      in
      [
        failing.globalConfig.people
        failing.steading.host.ada.assertions
        (builtins.tryEval failing.steading.host.ada.toplevel).success
        (builtins.tryEval failing.homeConfigurations.ada.activationPackage).success
      ];
    expected = [ { ada = "x"; mac = "m"; } [ "never" ] false false ];
  };
  "what home-manager reads is what home-manager made" = {
    expr = fleet.homeConfigurations.ada.activationPackage == fleet.steading.host.ada.toplevel;
    expected = true;
  };
  "the outputs that their tools read" = {
    expr = map lib.attrNames [ fleet.nixosConfigurations fleet.darwinConfigurations fleet.homeConfigurations ];
    expected = [ [ ] [ "mac" ] [ "ada" ] ];
  };
  "options of a darwin host" = {
    expr = {
      inherit (look "mac" [ "system" "defaults" "dock" ]) value description;
      definitions = map (d: [ d.priority d.state d.host ]) (look "mac" [ "system" "defaults" "dock" "orientation" ]).definitions;
    };
    expected = { value.orientation = "left"; description = "The dock."; definitions = [ [ 50 "used" "mac" ] ]; };
  };
  "options of a home, whose modules have more than nixpkgs' library" = {
    expr = { inherit (look "ada" [ "home" "greeting" ]) value priority; };
    expected = { value = "hello ada"; priority = 100; };
  };
  "names" = {
    expr = map lib.showOption ((own "ada").names [ "home" ]);
    expected = [ "home.greeting" "home.packages" ];
  };
}
