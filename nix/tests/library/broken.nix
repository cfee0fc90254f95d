# One broken definition: what is around it can still be asked for, place by place.
{ lib, fleets }:
let
  inherit (lib) mkForce mkIf mkMerge mkOption types;

  sub = types.submodule { options = { port = mkOption { type = types.port; }; name = mkOption { type = types.str; default = "x"; }; }; };
  fleet = fleets.plain {
    global = { _file = "declares"; options.x.global = {
      netsrv.services = mkOption { type = types.attrsOf sub; default = { }; };
      netsrv.mtu = mkOption { type = types.int; default = 1500; };
      a = mkOption { type = types.int; };
      b = mkOption { type = types.int; };
    }; };
    hosts = {
      # what nothing can catch
      bad = { _file = "bad.nix"; x.global.netsrv.services = { web.port = abort "no"; mail.port = 25; off = mkMerge [ (mkIf false (mkForce { port = abort "no"; })) { } ]; }; };
      good = { _file = "good.nix"; x.global.netsrv.services.web.name = "good"; x.global.netsrv.services.dns.port = 53; };
      loop = { globalConfig, ... }: { _file = "loop.nix"; config = mkMerge [ { x.global.a = globalConfig.b; } (mkIf (globalConfig.b == 1) { x.global.b = globalConfig.a; }) ]; };
    };
  };
  undeclared = fleets.plain {
    global = { _file = "declares"; options.x.global = { netsrv = { mtu = mkOption { default = 1500; }; services = mkOption { type = types.attrsOf (types.nullOr sub); default = { }; }; }; email = mkOption { default = 1; }; }; };
    data = [ { _file = "data.nix"; x.global.emial = 1; } ];
    hosts = {
      good = { _file = "good.nix"; x.global.netsrv.mtu = 1; };
      typo = { config, lib, ... }: { _file = "typo.nix"; config = lib.mkIf (config.x.global.netsrv.mtu == 0) { x.global.netsvr.mtu = 9000; x.global.netsrv.services.web.prot = 80; }; };
    };
  };
  ask = fleet.steading.globalsAt;
  paths = map (leaf: lib.showOption leaf.path);
in
{
  "names: of options, of elements, of options in them, of nothing" = {
    expr = map ask.names [ [ ] [ "netsrv" ] [ "netsrv" "services" ] [ "netsrv" "services" "web" ] [ "netsrv" "mtu" ] [ "netsvr" ] [ "netsrv" "services" "ftp" ] ];
    expected = [ [ "a" "b" "netsrv" ] [ "mtu" "services" ] [ "dns" "mail" "off" "web" ] [ "name" "port" ] [ ] null null ];
  };
  "leaves: beside what is broken" = {
    expr = map (path: paths (ask.leaves path)) [ [ "netsrv" "services" "dns" ] [ "netsrv" "services" "web" "name" ] [ "netsrv" "mtu" ] ];
    expected = [ [ "netsrv.services.dns.name" "netsrv.services.dns.port" ] [ "netsrv.services.web.name" ] [ "netsrv.mtu" ] ];
  };
  "outline: of what is broken, of what is a condition of itself" = {
    expr = map (asked: let leaf = ask.outline asked; in { inherit (leaf) type; said = fleets.brief leaf; }) [
      { path = [ "netsrv" "services" "web" "port" ]; conditions = true; }
      { path = [ "netsrv" "services" "off" "port" ]; conditions = true; }
      { path = [ "a" ]; conditions = true; }
      { path = [ "b" ]; conditions = false; }
    ];
    expected = [
      { type = "16 bit unsigned integer; between 0 and 65535 (both inclusive)"; said = [ "bad: 100 used" ]; }
      { type = "16 bit unsigned integer; between 0 and 65535 (both inclusive)"; said = [ "bad: 50 disabled" ]; }
      { type = "signed integer"; said = [ "loop: 100 used" ]; }
      { type = "signed integer"; said = [ "loop: 100 used" ]; }
    ];
  };
  "undeclared: who writes it, though it doesn't hold, and what is there" = {
    expr = map
      (path: let found = undeclared.steading.globalsAt.undeclared path; in { inherit (found) beside; written = map (d: "${toString d.host} in ${d.file}") found.written; })
      [ [ "netsvr" ] [ "emial" ] [ "netsrv" "services" "web" "prot" ] [ "nothing" "here" ] ];
    expected = [
      { beside = [ "email" "netsrv" ]; written = [ "typo in typo.nix" ]; }
      { beside = [ "email" "netsrv" ]; written = [ " in data.nix" ]; }
      { beside = [ "name" "port" ]; written = [ "typo in typo.nix" ]; }
      { beside = [ ]; written = [ ]; }
    ];
  };
}
