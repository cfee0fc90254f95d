# Flakes that know nothing of Steading.
{ lib, ... }:

let
  inherit (lib) mkOption types;
  adopt = import ../../lib/own/adopt.nix;

  evaluation =
    name: more:
    let
      it = lib.evalModules {
        modules = [
          {
            options = {
              assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; };
              warnings = mkOption { type = types.listOf types.str; default = [ ]; };
              system.build.toplevel = mkOption { type = types.raw; };
              deployment = mkOption { type = types.raw; default = { }; };
            };
            config.system.build.toplevel = derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };
          }
          more
        ];
      };
    in
    it // { activationPackage = it.config.system.build.toplevel; };

  fleet = adopt {
    nixosConfigurations = {
      gate = evaluation "gate" { warnings = [ "careful" ]; };
      far = throw "nobody asked for it";
    };
    colmenaHive.nodes = {
      gate = throw "the same once more";
      post = evaluation "post" { deployment = { targetHost = "10.0.0.2"; targetUser = null; targetPort = 2222; tags = [ "mail" ]; buildOnTarget = true; keys = { }; }; };
    };
    homeConfigurations = {
      "ada@desk" = evaluation "ada" { };
      gate = evaluation "gates" { };
      "!" = evaluation "odd" { assertions = [ { assertion = false; message = "never"; } ]; };
    };
    deploy = {
      sshOpts = [ "-A" "-p" "2200" ];
      sshUser = "deployer";
      nodes.gate = { hostname = "gate.example"; profiles.system.user = "root"; };
      nodes.far = { hostname = "far.example"; sshUser = "me"; sshOpts = [ ]; };
    };
  };
  brief = d: if d == null then null else "${d.targetUser}@${d.targetHost}:${toString d.targetPort}";
in
{
  "hosts, without evaluating any" = {
    expr = lib.mapAttrs (_: h: [ h.kind (brief h.deployment) ]) fleet.hosts;
    expected = {
      gate = [ "nixos" "deployer@gate.example:2200" ];
      far = [ "nixos" "me@far.example:22" ];
      post = [ "nixos" null ];
      ada-desk = [ "home" null ];
      home-gate = [ "home" null ];
      host = [ "home" null ];
    };
  };
  "systems" = {
    expr = map (name: fleet.host.${name}.toplevel.name) [ "gate" "post" "ada-desk" "home-gate" ];
    expected = [ "gate" "post" "ada" "gates" ];
  };
  "what colmena knows of a node" = {
    expr = fleet.host.post.deployment;
    expected = { targetHost = "10.0.0.2"; targetUser = "root"; targetPort = 2222; tags = [ "mail" ]; buildOn = "target"; after = [ ]; hostKeys = [ ]; };
  };
  "deploy-rs, where the host is evaluated too" = { expr = brief fleet.host.gate.deployment; expected = "deployer@gate.example:2200"; };
  "warnings and assertions" = { expr = [ fleet.host.gate.warnings fleet.host.host.assertions ]; expected = [ [ "careful" ] [ "never" ] ]; };
  "options" = {
    expr = (import ../../lib/own { evaluation = fleet.evaluations.post; host = "post"; inherit lib; }).names [ "system" ];
    expected = [ [ "system" "build" "toplevel" ] ];
  };
  "no outputs, no hosts" = { expr = (adopt { }).hosts; expected = { }; };
}
