# A small fleet with an option of every awkward sort: the merged values, and where each comes from.
{ lib, fleets }:
let
  at = name: ../fixtures/edge + "/${name}.nix";
  fleet = fleets.plain { global = at "globals"; hosts = lib.genAttrs [ "a" "b" "c" ] at; };
  inherit (fleet) globalConfig;
  leaves = fleets.leaves fleet;
in
{
  "values" = {
    expr = removeAttrs globalConfig [ "f" ] // { f = globalConfig.f "x"; };
    expected = {
      deep.p = { q.v = "v"; r.v = "w"; };
      e.q = 5;
      en = true;
      f = "hi x";
      free = { extra = "from a"; known = 2; };
      from = { full.n = 9; plain.n = 3; };
      hostdef = "fleet default";
      lines = "b\na";
      list = [ { n = 2; } { n = 1; } ];
      m.only = 1;
      maybe.n = 4;
      one = { p = 2; q = 3; };
      owned = { mail = { host = "b"; port = 25; }; wiki = { host = "elsewhere"; port = 8080; }; };
      s = { x = { a = 1; l = [ 1 2 9 ]; }; y = { a = 5; l = [ ]; }; };
      u = "a";
    };
  };
  "values: every host is given the same" = {
    expr = lib.mapAttrs (_: host: host.warnings) (fleets.plain {
      global = at "globals";
      hosts = lib.genAttrs [ "a" "b" "c" ] (n: [ (at n) ({ globalConfig, ... }: { warnings = [ (builtins.toJSON [ globalConfig.s globalConfig.hostdef ]) ]; }) ]);
    }).steading.host;
    expected = lib.genAttrs [ "a" "b" "c" ] (_: [ (builtins.toJSON [ globalConfig.s "fleet default" ]) ]);
  };
  "definitions: who, how strong, which hold" = {
    expr = lib.mapAttrs (_: fleets.brief) leaves;
    expected = {
      "deep.p.q.v" = [ "a: 100 used \"v\"" ];
      "deep.p.r.v" = [ "b: 100 used \"w\"" ];
      "e.q" = [ "fleet: 1500 overridden default 7" "a: 100 used 5" ];
      en = [ "fleet: 1500 overridden default false" "c: 100 used true" ];
      f = [ "a: 100 used \"<function>\"" ];
      "free.extra" = [ "a: 100 used \"from a\"" ];
      "free.known" = [ "fleet: 1500 overridden default 0" "c: 100 used 2" ];
      "from.full.n" = [ "fleet: 1500 overridden default 0" "c: 100 used 9" ];
      "from.plain.n" = [ "fleet: 1500 overridden default 0" "a: 100 used 3" ];
      hostdef = [ "fleet: 1500 used default \"fleet default\"" ];
      lines = [ "fleet: 1500 overridden default \"\"" "a: 100 used \"a\"" "b: 100 order 500 used \"b\"" ];
      list = [ "fleet: 1500 overridden default []" "a: 100 used [{\"n\":1}]" "b: 100 order 500 used [{\"n\":2}]" ];
      "m.only" = [ "a: 50 used 1" ];
      "m.other" = [ "b: 100 overridden 2" ];
      "maybe.n" = [ "fleet: 1500 overridden default 0" "a: 100 used 4" ];
      "one.p" = [ "fleet: 1500 overridden default 1" "a: 100 used 2" ];
      "one.q" = [ "fleet: 1500 overridden default 1" "c: 50 used 3" ];
      "owned.mail.host" = [ "b: 1000 used \"b\"" ];
      "owned.mail.port" = [ "fleet: 1500 overridden default 80" "b: 100 used 25" ];
      "owned.wiki.host" = [ "c: 100 used \"elsewhere\"" "a: 1000 overridden \"a\"" "b: 1000 overridden \"b\"" "c: 1000 overridden \"c\"" ];
      "owned.wiki.port" = [ "fleet: 1500 overridden default 80" "b: 100 used 8080" ];
      "s.x.a" = [ "fleet: 1500 overridden default 0" "a: 100 used 1" "c: 1000 overridden 7" ];
      "s.x.l" = [ "fleet: 1500 overridden default []" "a: 100 order 1500 used [9]" "b: 100 used [1,2]" ];
      "s.y.a" = [ "fleet: 1500 overridden default 0" "c: 1000 used 5" ];
      "s.y.l" = [ "fleet: 1500 used default []" ];
      u = [ "fleet: 1500 overridden default \"none\"" "a: 100 used \"a\"" ];
    };
  };
  "self-check: provenance and the module system name the same files" = {
    expr = map (fleet: fleet.steading.selfCheck) [ fleet fleets.homelab ];
    expected = [ [ ] [ ] ];
  };
  "self-check: finds what provenance lost, and what it made up" = {
    expr =
      let
        check = import ../../lib/selfcheck.nix { inherit lib; adapter = import ../../lib/adapter.nix { inherit lib; }; };
        used = host: file: { inherit host file; state = "used"; };
        agrees = files: definitions: map (c: c.agrees) (check.one { path = [ "it" ]; inherit files definitions; });
      in
      [
        (agrees [ "a.nix, host a" "globals.nix" ] [ (used "a" "a.nix") (used null "globals.nix") ])
        (agrees [ "a.nix, host a" "b.nix, host b" ] [ (used "a" "a.nix") ])
        (agrees [ "a.nix, host a" ] [ (used "a" "a.nix") (used "b" "b.nix") ])
        (agrees [ "a.nix, host a" ] [ (used "b" "a.nix") ])
        (agrees [ "a.nix, host a" ] [ (used "a" "a.nix") (used "b" "b.nix" // { state = "overridden"; }) ])
        (agrees null [ (used "a" "a.nix") ])
      ];
    expected = [ [ true ] [ false ] [ false ] [ false ] [ true ] [ ] ];
  };
  # recorded: the same with nixpkgs' lib, as with the stand-in
  "leaves, with types, values, files and lines" = { expr = leaves; };
}
