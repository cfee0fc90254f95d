# Messages that name the lines to go to: `definedAt`, and the assertions of the ready-made globals.
{ lib, fleets }:
let
  folder = ../fixtures/located;
  device = { push.deploy = derivation { name = "deploy"; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  fleet = more: fleets.steading.mkFleet {
    inherit lib;
    # where the flake is: what a message takes off
    inputs.self.outPath = toString folder;
    hosts = lib.genAttrs [ "attic" "gate" ] (name: { kind = "push"; modules = [ device (folder + "/${name}.nix") ] ++ more; });
    modules.globaldata = [ (folder + "/globals.nix") ];
  };
  located = fleet [ ];
in
{
  "a host, its line and the nearest name" = {
    expr = located.steading.host.attic.assertions;
    expected = [
      "prometheus.scrapeConfigs.all: target files (attic.nix:12) has no port called `http`. Did you mean `https`?"
      "netsrv: service `mirror` (attic.nix:5) is on host `gatr`, which is not in netsrv.hosts (it has attic, gate). Did you mean `gate`?"
      "netsrv: access (globals.nix:10) to service `files` is given to host `gat`, which is not in netsrv.hosts (it has attic, gate). Did you mean `gate`?"
      "netsrv: port 443/tcp of host attic is taken twice: by services.files.ports.https (attic.nix:3) and services.web.ports.web (gate.nix:5). Give one another port, or set `shared = true` on all of them."
    ];
  };
  "what belongs to no host is checked by the host that it is about" = {
    expr = located.steading.host.gate.assertions;
    expected = [
      "netsrv: access (gate.nix:9) is given to service `fils`, which does not exist (there are files, mirror, web, wiki). Did you mean `files`?"
      "netsrv: access (globals.nix:9) is given to service `file`, which does not exist (there are files, mirror, web, wiki). Did you mean `files`?"
      "agenix: secret `key` has more than one way of generation: random (gate.nix:13), script (gate.nix:14). Keep one, or none for a secret that is entered by hand."
      "agenix: mount `key` (gate.nix:11) is on host `gate`, which has no key in agenix.publicKeys. `steading adopt gate` records it."
    ];
  };
  "definedAt" = {
    expr = (fleet [ (folder + "/asks.nix") ]).steading.host.gate.warnings;
    expected = [
      "globals.nix:3"
      "globals.nix:6"
      # nobody defines it: what is around it
      "globals.nix:4"
      "attic.nix:3"
      "attic.nix:3"
      # defaults of the library lead to what they belong to
      "attic.nix:3"
      "attic.nix:3"
      "gate.nix:4"
      "gate.nix:9"
      # made by a function: the line that calls it is in the same file
      "attic.nix:9"
      "gate.nix:7"
      # no option, and nothing
      "a place unknown"
      "a place unknown"
    ];
  };
  "definedAt: no string context, in the fleet's own evaluation too" = {
    expr = (fleets.steading.mkFleet {
      inherit lib;
      inputs.self.outPath = toString folder;
      readyMade = [ "netsrv" ];
      modules.globaldata = [ (folder + "/globals.nix") ];
      modules.global = [ ({ definedAt, ... }: { options.x.global.place = lib.mkOption { default = definedAt [ "netsrv" "hosts" "attic" ]; }; }) ];
    }).globalConfig.place;
    expected = "globals.nix:5";
  };
}
