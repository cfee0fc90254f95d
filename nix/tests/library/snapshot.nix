# The merged globals as data, and hosts that are evaluated from it.
{ lib, fleets }:
let
  inherit (lib) mkOption types;
  snapshot = import ../../lib/snapshot.nix { inherit lib; };
  file = builtins.toFile "file" "x";
  loop = { inherit loop; n = 1; };

  # as its reader makes of it: `written` seen in front of the merged value
  read = written: merged:
    if written ? plain then written.plain
    else if written ? string then builtins.appendContext written.string written.context
    else if written ? list then map (item: read item (throw "an item is whole")) written.list
    else if written ? attributes then lib.mapAttrs (name: inner: read inner merged.${name}) written.attributes
    else merged;
  again = value: read (snapshot.write value) value;

  declared = names: { options.x.global = lib.genAttrs names (_: mkOption { type = types.raw; }); };
  fleet = fleets.plain {
    global = declared [ "one" "two" "three" "list" "lonely" ];
    hosts = {
      a = { globalConfig, ... }: { x.global.one = "one"; x.global.list = [ globalConfig.two ]; };
      b = { globalConfig, ... }: { x.global.two = globalConfig.one + "!"; x.global.lonely = 1; };
      c = { globalConfig, ... }: {
        x.global.three = lib.mkIf (globalConfig.one == "one") { deep.inside = globalConfig.two; beside = 3; };
        push.deploy = derivation { name = globalConfig.one; system = "x86_64-linux"; builder = "/bin/sh"; };
        nixpkgs.hostPlatform = "x86_64-linux";
      };
    };
  };
  system = hosts: hosts.c.toplevel.drvPath;
in
{
  "write: plain" = { expr = snapshot.write [ 1 (-2.5) null true "a" [ ] { } ]; expected.plain = [ 1 (-2.5) null true "a" [ ] { } ]; };
  "write: each attribute apart" = { expr = snapshot.write { a = 1; b = { }; }; expected.attributes = { a.plain = 1; b.attributes = { }; }; };
  "write: what can't be is left out by itself" = {
    expr = (snapshot.write { a = 1; f = x: x; p = ./.; t = throw "no"; g.__functor = self: self; }).attributes;
    expected = { a.plain = 1; f.unwritable = true; p.unwritable = true; t.unwritable = true; g.unwritable = true; };
  };
  "write: a list is whole or not at all" = { expr = map snapshot.write [ [ 1 (x: x) ] [ { a = throw "no"; } ] [ { a = 1; } ] ]; expected = [ { unwritable = true; } { unwritable = true; } { plain = [ { a = 1; } ]; } ]; };
  "write: a derivation" = { expr = snapshot.write (derivation { name = "n"; system = "s"; builder = "b"; }); expected.unwritable = true; };
  "write: what refers to itself ends" = { expr = builtins.deepSeq (snapshot.write loop) true; expected = true; };
  "read: the same" = { expr = let value = { a = [ { b = "c"; } ]; d.e = { }; f = null; }; in again value == value; expected = true; };
  "read: with its context" = {
    expr = map builtins.getContext [ (again "${file}") (lib.head (again { l = [ "a" "${file}" ]; }).l) (lib.last (again { l = [ "a" "${file}" ]; }).l) (lib.head (again [ { a = "${file}"; } ]) ).a ];
    expected = let context.${builtins.unsafeDiscardStringContext file}.path = true; in [ context { } context context ];
  };
  "read: lazily" = { expr = (again { a = 1; t = throw "no"; }).a; expected = 1; };
  "failing: paths, and nothing below them" = {
    expr = snapshot.failing { a = 1; b.c = throw "no"; d = throw "no"; e = [ 1 { f = throw "no"; } ]; g = x: throw "no"; };
    expected = [ [ "b" "c" ] [ "d" ] [ "e" ] ];
  };
  "hosts: the same system from the snapshot" = {
    expr = system (fleet.steading.hostSeeing (read fleet.steading.snapshot)) == system fleet.steading.host;
    expected = true;
  };
  "hosts: and another one where it sees something else" = {
    expr = system (fleet.steading.hostSeeing (_: { one = "another"; })) == system fleet.steading.host;
    expected = false;
  };
  "hosts: without their neighbours" = { expr = (fleet.steading.hostSeeing (_: { one = "one"; })).c.toplevel.name; expected = "one"; };
  "made of: by way of others" = { expr = fleet.steading.madeOf [ "one" ]; expected = [ [ "list" ] [ "three" ] [ "two" ] ]; };
  "made of: directly, inside a value" = { expr = fleet.steading.madeOf [ "two" ]; expected = [ [ "list" ] [ "three" "deep" "inside" ] ]; };
  "made of: nothing" = { expr = map fleet.steading.madeOf [ [ "lonely" ] [ "no" "such" ] ]; expected = [ [ ] [ ] ]; };
}
