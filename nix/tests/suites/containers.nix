# Types with a type inside: laziness, properties of elements, what is told beside the value.
{ lib }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkForce mkIf mkMerge mkOption types evalModules;
  option = type: defs: (evalModules {
    modules = [ { _file = "decl"; options.it = mkOption { inherit type; }; } ]
      ++ lib.imap1 (n: it: { _file = "file ${toString n}"; config = { inherit it; }; }) defs;
  }).options.it;
  value = type: defs: (option type defs).value;
  # what valueMeta says of the shape
  shape = meta:
    if meta ? attrs then builtins.mapAttrs (_: shape) meta.attrs
    else if meta ? list then map shape meta.list
    else if meta ? configuration then { options = builtins.attrNames meta.configuration.options; config = meta.configuration.config; }
    else if meta ? _internal then "<${meta._internal.type.name}>"
    else builtins.attrNames meta;
  counted = types.submodule ({ name, ... }: {
    options.n = mkOption { type = types.int; default = 0; };
    options.name = mkOption { type = types.str; default = name; };
    options.l = mkOption { type = types.listOf types.int; default = [ ]; };
  });
in
{
  "attrsOf: elements have priorities of their own" = {
    expr = value (types.attrsOf types.int) [ { a = 1; b = mkDefault 1; } { a = mkForce 2; b = 2; c = mkIf false 3; } ];
    expected = { a = 2; b = 2; };
  };
  "attrsOf: properties above" = {
    expr = value (types.attrsOf types.int) [ (mkIf true { a = 1; }) (mkMerge [ { b = 2; } (mkIf false { c = 3; }) ]) (mkDefault { d = 4; }) ];
    expected = { a = 1; b = 2; };
  };
  "attrsOf: a priority above takes all" = {
    expr = value (types.attrsOf types.int) [ { a = 1; } (mkForce { b = 2; }) ];
    expected = { b = 2; };
  };
  "attrsOf: looks at every element" = { expr = builtins.attrNames (value (types.attrsOf types.int) [ { a = throw "looked"; } ]); throws = true; };
  "lazyAttrsOf: looks at none" = { expr = builtins.attrNames (value (types.lazyAttrsOf types.int) [ { a = throw "looked"; b = mkIf false 1; } ]); expected = [ "a" "b" ]; };
  "lazyAttrsOf: a switched-off element has the type's empty value" = {
    expr = value (types.lazyAttrsOf (types.listOf types.int)) [ { a = mkIf false [ 1 ]; } ];
    expected.a = [ ];
  };
  "lazyAttrsOf: or none" = { expr = value (types.lazyAttrsOf types.int) [ { a = mkIf false 1; } ]; throws = true; };
  "lazyAttrsOf: elements may depend on each other" = {
    expr = (evalModules {
      modules = [ ({ config, ... }: { options.it = mkOption { type = types.lazyAttrsOf types.int; }; config.it = { a = 1; b = config.it.a + 1; }; }) ];
    }).config.it;
    expected = { a = 1; b = 2; };
  };
  "listOf: elements may have properties" = {
    expr = value (types.listOf types.int) [ [ (mkIf false 1) (mkIf true 2) (mkForce 3) (mkMerge [ 4 ]) ] ];
    expected = [ 2 3 4 ];
  };
  "listOf: names its elements" = {
    expr = (builtins.head (value (types.listOf counted) [ [ { n = 1; } ] ])).name;
    expected = "[definition 1-entry 1]";
  };
  "nullOr: with an order" = {
    expr = value (types.nullOr types.lines) [ (mkAfter "z") "a" (mkBefore "0") ];
    expected = "0\na\nz";
  };
  "either: the first that takes all" = {
    expr = map (value (types.either (types.listOf types.int) (types.listOf types.str))) [ [ [ 1 ] ] ];
    expected = [ [ 1 ] ];
  };
  "either: only the outside decides" = {
    expr = value (types.either (types.listOf types.int) (types.listOf types.str)) [ [ "a" ] ];
    throws = true;
  };
  "either: merges as the one it is" = {
    expr = value (types.either types.int types.lines) [ "a" "b" ];
    expected = "b\na";
  };
  "either: of both sorts" = { expr = value (types.either types.int types.lines) [ "a" 1 ]; throws = true; };
  "coercedTo: each definition for itself" = {
    expr = value (types.coercedTo types.str (s: [ s ]) (types.listOf types.str)) [ "a" [ "b" "c" ] "d" ];
    expected = [ "d" "b" "c" "a" ];
  };
  "coercedTo: into submodules" = {
    expr = value (types.attrsOf (types.coercedTo types.int (n: { inherit n; }) counted)) [ { a = 5; b.l = [ 1 ]; } { b.l = [ 2 ]; } ];
    expected = { a = { n = 5; name = "a"; l = [ ]; }; b = { n = 0; name = "b"; l = [ 1 2 ]; }; };
  };
  "anything: sets merge deep, with properties" = {
    expr = value types.anything [ { a.b = 1; a.c = mkDefault 1; } { a.d = [ 1 ]; a.c = 2; } (mkIf false { x = 1; }) ];
    expected.a = { b = 1; c = 2; d = [ 1 ]; };
  };
  "anything: lists don't" = { expr = value types.anything [ [ 1 ] [ 2 ] ]; throws = true; };
  "anything: functions merge what they return" = {
    expr = value types.anything [ (x: { a = x; }) (x: { b = x; }) ] 3;
    expected = { a = 3; b = 3; };
  };
  "attrs: later definitions win, without a word" = {
    expr = value types.attrs [ { a = 1; b = 1; } { a = 2; } ];
    expected = { a = 1; b = 1; };
  };
  "functionTo: merges what functions return" = {
    expr = value (types.functionTo (types.listOf types.int)) [ (x: [ x ]) ({ ... }@x: [ 2 ]) ] { };
    throws = true;
  };
  "functionTo: properties in what they return" = {
    expr = value (types.functionTo types.int) [ (x: mkDefault 1) (x: mkIf (x > 1) x) ] 5;
    expected = 5;
  };
  "functionTo: arguments" = {
    expr = lib.functionArgs (value (types.functionTo types.int) [ ({ a, b ? 1 }: 1) ({ a ? 1, b ? 2, c }: 1) ]);
    expected = { a = false; b = true; c = false; };
  };
  "deferredModule: a module to use later" = {
    expr =
      let m = value types.deferredModule [ { options.x = mkOption { type = types.listOf types.int; }; } { x = [ 1 ]; } ({ lib, ... }: { x = [ 2 ]; }) ];
          e = evalModules { modules = [ m ]; };
      in [ e.config.x e.options.x.files e.options.x.declarations ];
    expected = [ [ 1 2 ] [ "file 2, via option it" "file 3, via option it" ] [ "file 1, via option it" ] ];
  };
  "deferredModuleWith: and what is always in it" = {
    expr = (evalModules { modules = [ (value (types.deferredModuleWith { staticModules = [ { options.y = mkOption { default = 1; }; } ]; }) [ { y = 2; } ]) ]; }).config;
    expected.y = 2;
  };
  "unique: the definitions that are left count" = {
    expr = value (types.uniq types.int) [ (mkDefault 1) 2 (mkIf false 3) ];
    expected = 2;
  };
  "unique: one mkMerge of two" = { expr = value (types.uniq types.int) [ (mkMerge [ 1 1 ]) ]; throws = true; };

  "valueMeta: of every type" = {
    expr = map (pair: shape (option (builtins.elemAt pair 0) [ (builtins.elemAt pair 1) ]).valueMeta) (with types; [
      [ int 1 ]
      [ (attrsOf int) { a = 1; b = mkIf false 2; } ]
      [ (lazyAttrsOf int) { a = 1; } ]
      [ (listOf (attrsOf int)) [ { x = 1; } { } (mkIf false { }) ] ]
      [ counted { n = 5; } ]
      [ (attrsOf counted) { a.n = 5; b = { }; } ]
      [ (nullOr counted) { n = 5; } ]
      [ (either int counted) { n = 5; } ]
      [ (either counted int) 5 ]
      [ (coercedTo int (n: { inherit n; }) counted) 5 ]
      [ (uniq counted) { n = 5; } ]
      [ (attrsOf (attrsOf counted)) { a.b.n = 1; } ]
      [ (addCheck (listOf counted) (_: true)) [ { } ] ]
      [ (functionTo int) (x: 1) ]
      [ anything { a = 1; } ]
    ]);
  };
  "valueMeta: the type that was merged" = {
    expr = (option (types.attrsOf counted) [ { a = { }; } ]).valueMeta._internal.type.description;
    expected = "attribute set of (submodule)";
  };
  "valueMeta: options of each submodule" = {
    expr =
      let c = (option (types.attrsOf counted) [ { a.n = mkForce 5; } { a.l = [ 1 ]; a.n = 3; } ]).valueMeta.attrs.a.configuration;
      in { inherit (c.options.n) highestPrio files loc; l = c.options.l.definitionsWithLocations; prefix = c.options.l.loc; };
    expected = { highestPrio = 50; files = [ "file 1" ]; loc = [ "it" "a" "n" ]; l = [ { file = "file 2"; value = [ 1 ]; } ]; prefix = [ "it" "a" "l" ]; };
  };
  "nestedTypes and payloads, as the library uses them" = {
    expr = with types; {
      nested = map (t: lib.mapAttrs (_: n: n.name) t.nestedTypes) [ (listOf int) (attrsOf str) (nullOr int) (uniq int) (either int str) (coercedTo int toString str) (functionTo int) ];
      submodule = builtins.attrNames counted.functor.payload;
      shorthand = [ counted.functor.payload.shorthandOnlyDefinesConfig (submoduleWith { modules = [ ]; }).functor.payload.shorthandOnlyDefinesConfig ];
      modules = builtins.length counted.functor.payload.modules;
      sub = map (t: t.getSubModules != null) [ counted (listOf counted) (attrsOf (nullOr counted)) (either int counted) (functionTo counted) int (coercedTo int (n: { }) counted) ];
    };
  };
  "substSubModules" = {
    expr = ((types.attrsOf (types.nullOr counted)).substSubModules [ { options.other = mkOption { default = 1; }; } ]).getSubModules == null;
    expected = false;
  };
  "getSubOptions: through types" = {
    expr = map (t: (t.getSubOptions [ "p" ]).n.loc) [ counted (types.listOf counted) (types.attrsOf counted) (types.nullOr (types.attrsWith { elemType = counted; placeholder = "host"; })) (types.functionTo counted) ];
    expected = [ [ "p" "n" ] [ "p" "*" "n" ] [ "p" "<name>" "n" ] [ "p" "<host>" "n" ] [ "p" "<function body>" "n" ] ];
  };
}
