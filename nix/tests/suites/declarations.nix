# Option declarations: several of one option, options below submodules, where they stand.
{ lib }:
let
  inherit (lib) mkOption types evalModules;
  eval = modules: evalModules { inherit modules; };
  fixture = ../fixtures/modules;
  ab = a: b: eval [ { _file = "a"; options.it = a; } { _file = "b"; options.it = b; } ];
in
{
  "positions: of two declarations" = { expr = (eval [ (fixture + "/declares-more.nix") ]).options.here.declarationPositions; };
  "positions: nested" = { expr = (eval [ (fixture + "/declares.nix") ]).options.nested.deep.declarationPositions; };
  "positions: a dynamic attribute" = { expr = (eval [ (fixture + "/declares.nix") ]).options.dynamic.declarationPositions; };
  "positions: made by a function" = {
    expr = (eval [ { _file = "made"; options = builtins.mapAttrs (_: mkOption) { it = { }; }; } ]).options.it.declarationPositions;
    expected = [ { file = "made"; line = null; column = null; } ];
  };
  "declarations: files" = { expr = (eval [ (fixture + "/declares-more.nix") ]).options.here.declarations; };
  "where a definition is unknown" = {
    expr = (eval [ { options.it = mkOption { default = 1; }; } ]).options.it.files;
    expected = [ "<unknown-file>" ];
  };
  "what an option has" = {
    expr = builtins.attrNames (eval [ { options.it = mkOption { type = types.int; default = 1; description = "d"; }; } ]).options.it;
    expected = [
      "__toString" "_type" "declarationPositions" "declarations" "default" "definitions" "definitionsWithLocations" "description"
      "files" "highestPrio" "isDefined" "loc" "options" "type" "value" "valueMeta"
    ];
  };
  "an option as a string is its path" = {
    expr = "${(eval [ { options.a."b.c".d = mkOption { default = 1; }; } ]).options.a."b.c".d}";
    expected = "a.\"b.c\".d";
  };
  "default: has the priority 1500 and the declaring file" = {
    expr =
      let o = (eval [ { _file = "decl"; options.it = mkOption { default = 1; }; } ]).options.it;
      in [ o.highestPrio o.files o.isDefined ];
    expected = [ 1500 [ "decl" ] true ];
  };
  "default: merges with mkOptionDefault" = {
    expr = (eval [ { options.it = mkOption { type = types.listOf types.int; default = [ 1 ]; }; } { it = lib.mkOptionDefault [ 2 ]; } ]).config.it;
    expected = [ 1 2 ];
  };
  "apply: changes the value, not the definitions" = {
    expr =
      let o = (eval [ { options.it = mkOption { type = types.int; apply = x: x * 2; }; } { it = 4; } ]).options.it;
      in [ o.value o.definitions ];
    expected = [ 8 [ 4 ] ];
  };
  "readOnly: once" = {
    expr = (eval [ { options.it = mkOption { readOnly = true; }; } { it = 4; } ]).config.it;
    expected = 4;
  };
  "readOnly: twice" = { expr = (eval [ { options.it = mkOption { readOnly = true; default = 4; }; } { it = 4; } ]).config.it; throws = true; };
  "readOnly: twice, of which one is off" = {
    expr = (eval [ { options.it = mkOption { readOnly = true; }; } { it = 4; } { it = lib.mkIf false 5; } ]).config.it;
    throws = true;
  };
  "no type: single and merged values" = {
    expr = map (values: (eval ([ { options.it = mkOption { }; } ] ++ map (it: { inherit it; }) values)).config.it)
      [ [ 1 ] [ [ 1 ] [ 2 ] ] [ { a = 1; } { b = 2; } ] [ { a = 1; } { a = 2; } ] [ true false ] [ "a" "b" ] [ 3 3 ] ];
    expected = [ 1 [ 2 1 ] { a = 1; b = 2; } { a = 1; } true "ba" 3 ];
  };
  "no type: what can't be merged" = { expr = (eval [ { options.it = mkOption { }; } { it = 1; } { it = 2; } ]).config.it; throws = true; };

  "twice: types that merge" = {
    expr = map (pair: let r = builtins.tryEval (ab (mkOption { type = builtins.elemAt pair 0; }) (mkOption { type = builtins.elemAt pair 1; })).options.it.type.description; in if r.success then r.value else "refused")
      (with types; [
        [ int int ] [ int str ] [ (enum [ "a" ]) (enum [ "b" "a" ]) ] [ (listOf int) (listOf int) ] [ (listOf int) (listOf str) ]
        [ (attrsOf (enum [ 1 ])) (attrsOf (enum [ 2 ])) ] [ (attrsOf int) (lazyAttrsOf int) ] [ (nullOr (enum [ 1 ])) (nullOr (enum [ 2 ])) ]
        [ (either int (enum [ "a" ])) (either int (enum [ "b" ])) ] [ (either int str) (either str int) ] [ lines lines ] [ lines commas ]
        [ (uniq int) (uniq int) ] [ (functionTo (enum [ 1 ])) (functionTo (enum [ 2 ])) ] [ (strMatching "a") (strMatching "a") ] [ (strMatching "a") (strMatching "b") ]
        [ path path ] [ ints.u8 ints.u8 ] [ ints.u8 int ] [ port port ] [ (coercedTo int toString str) (coercedTo int toString str) ]
        [ deferredModule deferredModule ] [ raw raw ] [ anything anything ] [ package package ] [ (nullOr int) int ] [ bool str ]
      ]);
  };
  "twice: one without a type" = {
    expr = map (o: o.options.it.type.name) [ (ab (mkOption { type = types.int; }) (mkOption { })) (ab (mkOption { }) (mkOption { type = types.int; })) ];
    expected = [ "int" "int" ];
  };
  "twice: a default in both" = { expr = (ab (mkOption { default = 1; }) (mkOption { default = 1; })).config.it; throws = true; };
  "twice: a description in both" = { expr = (ab (mkOption { description = "1"; }) (mkOption { description = "2"; })).options.it.loc; throws = true; };
  "twice: what stays, later module first" = {
    expr =
      let o = (ab (mkOption { default = 1; internal = true; }) (mkOption { description = "d"; internal = false; })).options.it;
      in [ o.declarations o.internal o.description o.value ];
    expected = [ [ "b" "a" ] false "d" 1 ];
  };
  "twice: submodules add up" = {
    expr =
      let
        sub = name: mkOption { type = types.submodule { options.${name} = mkOption { type = types.str; default = name; }; }; };
        e = eval [ { _file = "a"; options.it = sub "x"; } { _file = "b"; options.it = sub "y"; } { it = { }; } { it.x = "set"; } ];
      in [ e.config.it (e.options.it.type.getSubOptions [ ]).x.declarations ];
    expected = [ { x = "set"; y = "y"; } [ "a" ] ];
  };
  "twice: options beside a submodule option" = {
    expr = (eval [
      { options.it = mkOption { type = types.submodule { options.x = mkOption { default = 1; }; }; default = { }; }; }
      { options.it.y = mkOption { default = 2; }; }
      { it.y = 3; }
    ]).config.it;
    expected = { x = 1; y = 3; };
  };
  "twice: options beside another option" = {
    expr = (eval [ { options.it = mkOption { type = types.attrs; default = { }; }; } { options.it.y = mkOption { default = 2; }; } ]).config.it;
    throws = true;
  };
  "a type where an option was meant" = { expr = (eval [ { options.it = types.int; } ]).config.it; throws = true; };
  "a number where options were meant" = { expr = (eval [ { options = 5; } ]).config; throws = true; };
  "mkEnableOption" = {
    expr = let o = lib.mkEnableOption "the thing"; in [ o.description o.default o.type.name ];
    expected = [ "Whether to enable the thing." false "bool" ];
  };
}
