# Provenance inside types: each is looked into as far as it has names, and what loses is told there.
{ lib, fleets }:
let
  inherit (lib) mkBefore mkDefault mkForce mkIf mkMerge mkOption mkOverride types;

  of = option: hosts: fleets.plain {
    global = { _file = "declares"; options.x.global.it = mkOption option; };
    hosts = lib.mapAttrs (name: it: { _file = "${name}.nix"; config.x.global.it = it; }) hosts;
  };
  # what is said of one option `it`; the module system must agree
  one = option: hosts:
    let fleet = of option hosts;
    in assert fleet.steading.selfCheck == [ ]; lib.mapAttrs (_: fleets.brief) (fleets.leaves fleet);

  int = mkOption { type = types.int; default = 0; };
  list = mkOption { type = types.listOf types.str; default = [ ]; };
  sub = types.submodule { options = { n = int; l = list; }; };
  n = said: [ "fleet: 1500 overridden default 0" ] ++ said;
  ints = types.attrsOf types.int;
in
{
  "attrsOf: properties in properties, around and inside a submodule" = {
    expr = one { type = types.attrsOf sub; } {
      a.x = mkIf true (mkMerge [ { n = mkIf true (mkForce 1); } (mkIf true { l = mkForce (mkBefore [ "a" ]); }) (mkIf false { n = 9; }) ]);
      b = mkMerge [ { x.n = mkOverride 70 2; } (mkIf true { x.l = mkMerge [ [ "b" ] (mkIf false [ "never" ]) ]; }) ];
    };
    expected = {
      "it.x.n" = n [ "a: 50 used 1" "a: 100 disabled" "b: 70 overridden 2" ];
      "it.x.l" = [ "fleet: 1500 overridden default []" "a: 50 order 500 used [\"a\"]" "b: 100 overridden [\"b\"]" "b: 100 disabled" ];
    };
  };
  "lazyAttrsOf: elements, one of them off" = {
    expr = one { type = types.lazyAttrsOf types.int; } { a = { x = 1; y = mkIf false 2; }; b.x = mkForce 3; };
    expected = { "it.x" = [ "a: 100 overridden 1" "b: 50 used 3" ]; "it.y" = [ "a: 100 disabled" ]; };
  };
  "listOf: of all hosts, in their order" = {
    expr = one { type = types.listOf types.int; default = [ ]; } { a = mkMerge [ [ 1 ] (mkBefore [ 0 ]) (mkIf false [ 9 ]) ]; b = lib.mkOrder 700 [ 5 ]; };
    expected.it = [ "fleet: 1500 overridden default []" "a: 100 used [1]" "a: 100 order 500 used [0]" "a: 100 disabled" "b: 100 order 700 used [5]" ];
  };
  "nullOr: of elements" = {
    expr = one { type = types.nullOr ints; default = null; } { a.x = 1; b.x = mkForce 2; };
    expected."it.x" = [ "a: 100 overridden 1" "b: 50 used 2" ];
  };
  "nullOr: null that loses stands beside what is inside" = {
    expr = one { type = types.nullOr sub; } { a = mkDefault null; b.n = 2; };
    expected = {
      "it.n" = n [ "b: 100 used 2" "a: 1000 overridden null" ];
      "it.l" = [ "fleet: 1500 used default []" "a: 1000 overridden null" ];
    };
  };
  "nullOr: null that wins" = {
    expr = one { type = types.nullOr sub; } { a = mkForce null; b.n = 2; };
    expected.it = [ "a: 50 used null" "b: 100 overridden {\"n\":2}" ];
  };
  "either: a submodule, a number that loses" = {
    expr = one { type = types.either types.int sub; default = 1; } { a.n = 5; b.l = [ "b" ]; c = mkDefault 7; };
    expected = {
      "it.n" = n [ "a: 100 used 5" "c: 1000 overridden 7" ];
      "it.l" = [ "fleet: 1500 overridden default []" "b: 100 used [\"b\"]" "c: 1000 overridden 7" ];
    };
  };
  "either: the number" = {
    expr = one { type = types.either types.int sub; } { a = 5; b = mkDefault { n = 1; }; };
    expected.it = [ "a: 100 used 5" "b: 1000 overridden {\"n\":1}" ];
  };
  "oneOf: the last of three" = {
    expr = one { type = types.oneOf [ types.int types.str (types.attrsOf sub) ]; } { a.www.n = 5; b.www = { n = mkForce 6; l = [ "x" ]; }; };
    expected = {
      "it.www.n" = n [ "a: 100 overridden 5" "b: 50 used 6" ];
      "it.www.l" = [ "fleet: 1500 overridden default []" "b: 100 used [\"x\"]" ];
    };
  };
  "coercedTo: to a submodule, with what the submodule defines" = {
    expr = one
      { type = types.attrsOf (types.coercedTo types.int (n: { n = mkForce n; }) (types.submodule { options = { n = int; l = list; }; config.l = [ "own" ]; })); }
      { a.x = 5; b.x = { n = 6; }; };
    expected = {
      "it.x.n" = n [ "a: 50 used 5" "b: 100 overridden 6" ];
      "it.x.l" = [ "fleet: 1500 overridden default []" "fleet: 100 used [\"own\"]" ];
    };
  };
  "coercedTo: to a list, which is a leaf" = {
    expr = one { type = types.coercedTo types.str (s: [ s ]) (types.listOf types.str); } { a = "x"; b = [ "y" ]; };
    expected.it = [ "a: 100 used \"x\"" "b: 100 used [\"y\"]" ];
  };
  "coercedTo: to a set" = {
    expr = one { type = types.coercedTo (types.listOf types.str) (l: lib.genAttrs l (_: 1)) ints; } { a = [ "x" "y" ]; b = { y = mkForce 2; }; };
    expected = { "it.x" = [ "a: 100 used 1" ]; "it.y" = [ "a: 100 overridden 1" "b: 50 used 2" ]; };
  };
  "uniq: of a submodule, of a set" = {
    expr = [ (one { type = types.uniq sub; } { a = { n = 1; }; }) (one { type = types.uniq ints; default = { }; } { a.x = 1; }) ];
    expected = [
      { "it.n" = n [ "a: 100 used 1" ]; "it.l" = [ "fleet: 1500 used default []" ]; }
      { "it.x" = [ "a: 100 used 1" ]; }
    ];
  };
  "freeform: values, sets, submodules" = {
    expr = map (freeformType: one { type = types.submodule { inherit freeformType; options.known = int; }; }
      { a = { known = mkForce 5; free = mkIf true { n = mkDefault 1; }; off = mkIf false { }; }; b.free.n = 2; }) [ (types.attrsOf ints) (types.attrsOf sub) (types.attrsOf types.anything) ];
    expected =
      let known = n [ "a: 50 used 5" ];
      in [
        { "it.known" = known; "it.free.n" = [ "a: 1000 overridden 1" "b: 100 used 2" ]; }
        { "it.known" = known; "it.free.n" = n [ "a: 1000 overridden 1" "b: 100 used 2" ]; "it.free.l" = [ "fleet: 1500 used default []" ]; }
        { "it.known" = known; "it.free" = [ "a: 100 used {\"n\":1}" "b: 100 used {\"n\":2}" ]; }
      ];
  };
  "apply: the value of a leaf, what it was made of where there are elements" = {
    expr = map
      (type: lib.mapAttrs (_: leaf: leaf.value) (fleets.leaves (of { inherit type; apply = _: "applied"; } { a = if type == types.int then 1 else { x = 1; }; })))
      [ types.int ints (types.nullOr ints) ];
    expected = [ { it = "applied"; } { "it.x" = 1; } { "it.x" = 1; } ];
  };
  "defaults that submodules compute: in the host, in the fleet" = {
    expr =
      let
        fleet = fleets.plain {
          global = { name, localEval, ... }:
            let
              host = name;
              sub = types.submodule ({ name, ... }: {
                _file = "type.nix";
                options = { by = mkOption { type = types.str; default = "nobody"; }; self = mkOption { type = types.str; }; };
                config = { self = mkDefault name; by = mkIf localEval (mkDefault host); };
              });
            in
            {
              _file = "declares";
              options.x.global = lib.mapAttrs (_: type: mkOption { inherit type; }) {
                attrs = types.attrsOf sub;
                maybe = types.nullOr sub;
                either = types.either types.int sub;
                left = types.either sub types.int;
                coerced = types.coercedTo types.int (_: { }) sub;
                deep = types.attrsOf (types.either types.str (types.coercedTo types.int (_: { }) sub));
              };
            };
          hosts.a = { _file = "a.nix"; x.global = { attrs.x = { }; maybe = { }; either = { }; left = { }; coerced = 1; deep.x = 1; }; };
        };
      in
      assert fleet.steading.selfCheck == [ ];
      lib.mapAttrs (_: leaf: [ leaf.value ] ++ fleets.brief leaf ++ map (d: d.file) leaf.definitions)
        (lib.filterAttrs (_: leaf: lib.last leaf.path == "by") (fleets.leaves fleet));
    expected = lib.genAttrs [ "attrs.x.by" "maybe.by" "either.by" "left.by" "coerced.by" "deep.x.by" ] (_: [
      "a"
      "fleet: 1500 overridden default \"nobody\""
      "fleet: 100 disabled"
      "a: 1000 used \"a\""
      "type.nix"
      "type.nix"
      "type.nix"
    ]);
  };
}
