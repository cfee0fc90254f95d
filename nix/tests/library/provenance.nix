# Provenance: where each definition stands, how strong it is, and whether it holds.
{ lib, fleets }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkForce mkIf mkMerge mkOption types;

  at = name: ../fixtures/places + "/${name}";
  fleet = fleets.plain { global = at "globals.nix"; hosts = { a = at "a.nix"; b = at "b.nix"; }; };
  leaves = fleets.leaves fleet;
  place = d: "${lib.removePrefix "${toString ../fixtures/places}/" d.file}:${toString d.line}:${toString d.column}${lib.optionalString (d ? via) " via ${place d.via}"}";
  places = leaf: map place leaf.definitions;

  # what is said of one option `it`
  one = option: hosts: lib.mapAttrs (_: fleets.brief) (fleets.leaves (fleets.plain {
    global = { _file = "declares"; options.x.global.it = mkOption option; };
    hosts = lib.mapAttrs (name: it: { _file = "${name}.nix"; config.x.global.it = it; }) hosts;
  }));
in
{
  "places: of plain and nested options" = {
    expr = lib.mapAttrs (_: places) { inherit (leaves) plain "nested.deep"; };
    expected = {
      plain = [ "globals.nix:7:5" "a.nix:5:3" "imported/default.nix:7:7" ];
      "nested.deep" = [ "imported/default.nix:9:7" "b.nix:4:18" ];
    };
  };
  "places: of elements and options of submodules" = {
    expr = lib.mapAttrs (_: places) { inherit (leaves) "set.one" "set.\"two words\"" "services.www.port" "services.www.tags"; };
    expected = {
      "set.one" = [ "a.nix:7:5" ];
      "set.\"two words\"" = [ "a.nix:8:5" ];
      "services.www.port" = [ "a.nix:11:5" ];
      "services.www.tags" = [ "globals.nix:14:9" "a.nix:12:5" "b.nix:5:7" ];
    };
  };
  "places: what a helper made has the line that calls it, and where it made that" = {
    expr = lib.mapAttrs (_: places) { inherit (leaves) "set.made" "services.mail.port"; };
    expected = {
      # nixpkgs' lib is no helper to speak of
      "set.made" = [ "imported/default.nix:12:7" ];
      "services.mail.port" = [ "imported/default.nix:11:7 via imported/default.nix:3:12" ];
    };
  };
  "places: by helpers in another file, above, around, in a merge, as a module" = {
    expr = lib.mapAttrs (_: places) (lib.filterAttrs (_: leaf: lib.head leaf.path == "services")
      (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.a = at "helped"; })));
    expected = {
      "services.above.port" = [ "helped/default.nix:9:3 via helped/default.nix:4:27" ];
      "services.above.tags" = [ "globals.nix:14:9" ];
      "services.around.port" = [ "helped/default.nix:11:5" ];
      "services.around.tags" = [ "globals.nix:14:9" "helped/default.nix:10:3 via helped/helpers.nix:4:23" ];
      "services.elsewhere.port" = [ "helped/default.nix:8:3 via helped/helpers.nix:2:29" ];
      "services.elsewhere.tags" = [ "globals.nix:14:9" ];
      "services.merged.port" = [ "helped/default.nix:13:3 via helped/default.nix:4:27" ];
      "services.merged.tags" = [ "globals.nix:14:9" "helped/default.nix:13:57" ];
      # a module that a helper made stands nowhere in the file that imports it
      "services.module.port" = [ "helped/default.nix:: via helped/helpers.nix:2:29" ];
      "services.module.tags" = [ "globals.nix:14:9" ];
    };
  };
  "places: of the items of a list, as far as they have attributes" = {
    expr = map (d: d.items or "none") (fleets.leaves (fleets.plain {
      global.options.x.global.it = mkOption { type = types.listOf types.anything; };
      hosts.a = at "items.nix";
    })).it.definitions;
    expected =
      let line = line: column: { file = toString (at "items.nix"); inherit line column; };
      in [ [ (line 4 7) null (line 7 7) null null ] "none" ];
  };
  "places: what stands in another file has the line that brings it in" = {
    expr = places (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.a = at "elsewhere"; })).plain;
    expected = [ "globals.nix:7:5" "elsewhere/default.nix:2:3 via elsewhere/values.nix:1:3" ];
  };
  "places: a folder without any line is its default.nix" = {
    expr = places (fleets.leaves (fleets.plain {
      global = at "globals.nix";
      hosts.a = { _file = toString (at "elsewhere"); config = lib.setAttrByPath [ "x" "global" "plain" ] 1; };
    })).plain;
    expected = [ "globals.nix:7:5" "elsewhere/default.nix::" ];
  };
  "modules: one that is imported twice says it once" = {
    expr = places (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.b.imports = [ (at "b.nix") { imports = [ (at "b.nix") ]; } ]; }))."nested.deep";
    expected = [ "b.nix:4:18" ];
  };
  "modules: one that is disabled says nothing" = {
    expr = map (disabledModules: places (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.a = { imports = [ (at "a.nix") ]; inherit disabledModules; }; })).plain)
      [ [ ] [ (at "imported") ] [ (at "a.nix") ] ];
    expected = [ [ "globals.nix:7:5" "a.nix:5:3" "imported/default.nix:7:7" ] [ "globals.nix:7:5" "a.nix:5:3" ] [ "globals.nix:7:5" ] ];
  };
  "places: of declarations" = {
    expr = map place (leaves.plain.declarations ++ leaves."services.www.port".declarations ++ leaves."set.one".declarations);
    expected = [ "globals.nix:7:5" "globals.nix:13:9" "globals.nix:9:5" ];
  };
  "types: of leaves" = {
    expr = lib.mapAttrs (_: leaf: leaf.type) leaves;
  };
  "order of leaves: by path" = {
    expr = map (leaf: lib.showOption leaf.path) fleet.steading.globals.leaves;
    expected = [ "nested.deep" "plain" "services.mail.port" "services.mail.tags" "services.www.port" "services.www.tags" "set.made" "set.one" "set.\"two words\"" ];
  };

  "states: overridden, disabled, used" = {
    expr = one { type = types.int; default = 9; } { a = mkMerge [ (mkDefault 1) (mkIf false 2) ]; b = mkIf true (mkForce 3); c = 4; };
    expected.it = [ "fleet: 1500 overridden default 9" "a: 1000 overridden 1" "a: 100 disabled" "b: 50 used 3" "c: 100 overridden 4" ];
  };
  "states: a losing definition that is broken" = {
    expr = one { type = types.int; } { a = mkDefault (throw "lost"); b = 3; };
    expected.it = [ "a: 1000 overridden" "b: 100 used 3" ];
  };
  "states: disabled ones are never looked at" = {
    expr = one { type = types.int; } { a = mkIf false (throw "off"); b = 3; };
    expected.it = [ "a: 100 disabled" "b: 100 used 3" ];
  };
  "states: in a set of elements" = {
    expr = one { type = types.attrsOf types.int; } { a = { x = 1; y = mkIf false 2; }; b = mkForce { x = mkDefault 3; }; };
    expected = { "it.x" = [ "a: 100 overridden 1" "b: 1000 used 3" ]; "it.y" = [ "a: 100 overridden 2" ]; };
  };
  "order: is told" = {
    expr = one { type = types.lines; } { a = mkBefore "a"; b = mkAfter "b"; c = mkForce (mkAfter "c"); };
    expected.it = [ "a: 100 order 500 overridden \"a\"" "b: 100 order 1500 overridden \"b\"" "c: 50 order 1500 used \"c\"" ];
  };
  "an empty set is a leaf" = {
    expr = one { type = types.attrsOf types.int; default = { }; } { a = { }; };
    expected.it = [ "fleet: 1500 overridden default {}" "a: 100 used {}" ];
  };
  "submodules: options that are called like parts of a module" = {
    expr = one { type = types.submodule { options = lib.genAttrs [ "config" "imports" ] (_: mkOption { type = types.int; }); }; } { a = { config = 1; imports = 2; }; };
    expected = { "it.config" = [ "a: 100 used 1" ]; "it.imports" = [ "a: 100 used 2" ]; };
  };
  "submodules: what their own modules define is said once" = {
    expr = one
      {
        type = types.attrsOf (types.submodule { options.l = mkOption { type = types.listOf types.str; }; config.l = mkBefore [ "own" ]; });
      }
      { a.x.l = [ "a" ]; b.x = { }; };
    expected."it.x.l" = [ "a: 100 used [\"a\"]" "fleet: 100 order 500 used [\"own\"]" ];
  };
  "submodules: a function, a module with imports" = {
    expr = one { type = types.submodule { options.n = mkOption { type = types.int; default = 0; }; }; }
      { a = { ... }: { n = mkForce 1; }; b = { ... }: { imports = [ { n = 2; } ]; }; };
    expected."it.n" = [ "fleet: 1500 overridden default 0" "a: 50 used 1" "b: 100 overridden 2" ];
  };
  "values: functions, derivations, paths" = {
    expr = one { type = types.attrsOf types.raw; } { a = { f = x: x; p = /etc/passwd; d = derivation { name = "d"; system = "s"; builder = "b"; }; l = [ (x: x) ]; }; };
    expected = {
      "it.f" = [ "a: 100 used \"<function>\"" ];
      "it.p" = [ "a: 100 used \"/etc/passwd\"" ];
      "it.d" = [ "a: 100 used \"<derivation d>\"" ];
      "it.l" = [ "a: 100 used [\"<function>\"]" ];
    };
  };
  "values: what refers to itself ends" = {
    expr = builtins.stringLength (toString (lib.head (one { type = types.raw; } { a = let loop = { inner = loop; }; in loop; }).it)) < 2000;
    expected = true;
  };

  "errors: a conflict names both places" = {
    expr = (fleets.leaves (fleets.plain {
      global = at "globals.nix";
      hosts = { a = at "a.nix"; c = { _file = "c.nix"; x.global.services.www.port = 81; }; };
    }))."services.www.port".error;
    expected = "the definitions conflict: 80 in ${toString ../fixtures/places}/a.nix:11 (host a), 81 in c.nix (host c)";
  };
  "errors: the wrong type" = {
    expr = (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.c = { _file = "c.nix"; x.global.plain = "x"; }; })).plain.error;
    expected = "\"x\" in c.nix (host c) is not of type signed integer";
  };
  "errors: no value" = {
    expr = (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.c = { }; }))."nested.deep".error;
    expected = "no value: it is not set";
  };
  "errors: a unique value said twice" = {
    expr = (fleets.leaves (fleets.plain {
      global = { _file = "declares"; options.x.global.it = mkOption { type = types.uniq types.int; }; };
      hosts = lib.genAttrs [ "a" "b" ] (name: { _file = "${name}.nix"; config = lib.setAttrByPath [ "x" "global" "it" ] 1; });
    })).it.error;
    expected = "only one definition is allowed: 1 in a.nix (host a), 1 in b.nix (host b)";
  };
  "no error: an element that nobody's definition counts for" = {
    expr = map (type: lib.mapAttrs (_: leaf: leaf ? error || leaf ? value) (fleets.leaves (fleets.plain {
      global = { _file = "declares"; options.x.global.it = mkOption { inherit type; }; };
      hosts.a.x.global.it = { x = 1; off = mkIf false 2; };
    }))) [ (types.attrsOf types.int) (types.lazyAttrsOf types.int) ];
    expected = [ { "it.x" = true; "it.off" = false; } { "it.x" = true; "it.off" = true; } ];
  };
  "errors: every definition switched off" = {
    expr = (fleets.leaves (fleets.plain { global = at "globals.nix"; hosts.c.x.global.nested.deep = mkIf false "x"; }))."nested.deep".error;
    expected = "no value: every definition is overridden or switched off";
  };
  "errors: a definition that throws spoils its leaf alone" = {
    expr = lib.mapAttrs (_: leaf: leaf.error or leaf.value) (fleets.leaves (fleets.plain {
      global = at "globals.nix";
      hosts.c = { _file = "c.nix"; x.global = { plain = throw "broken"; set.x = 1; nested.deep = "fine"; }; };
    }));
    expected = { plain = "the definition in c.nix (host c) can't be evaluated"; "set.x" = 1; "nested.deep" = "fine"; services = { }; };
  };
  "errors: a broken element spoils its set" = {
    expr = lib.mapAttrs (_: leaf: leaf ? error) (fleets.leaves (fleets.plain {
      global = at "globals.nix";
      hosts = { a = at "a.nix"; c = { _file = "c.nix"; x.global.set = throw "broken"; }; };
    }));
  };

  "option by option: the same leaves, but for values that don't hold" = {
    expr =
      let
        bare = leaf: leaf // { definitions = map (d: if d.state == "used" then d else removeAttrs d [ "value" "error" ]) leaf.definitions; };
      in
      lib.concatLists (lib.attrValues fleet.steading.globalsByOption) == map bare fleet.steading.globals.leaves;
    expected = true;
  };
  "option by option: each alone" = {
    expr = lib.mapAttrs (_: map (leaf: lib.showOption leaf.path)) fleet.steading.globalsByOption;
    expected = {
      "nested.deep" = [ "nested.deep" ];
      plain = [ "plain" ];
      services = [ "services.mail.port" "services.mail.tags" "services.www.port" "services.www.tags" ];
      set = [ "set.made" "set.one" "set.\"two words\"" ];
    };
  };
}
