# Properties of definitions: conditions, priorities, order.
{ lib }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkDefinition mkForce mkIf mkMerge mkOption mkOptionDefault mkOrder mkOverride types;

  # An option `it`, defined by one module for each definition: from "a", "b", … in this order.
  option = type: definitions: (lib.evalModules {
    modules = [ { options.it = mkOption ({ } // lib.optionalAttrs (type != null) { inherit type; }); options.on = mkOption { default = true; }; } ]
      ++ lib.imap0 (n: definition: { _file = lib.elemAt [ "a" "b" "c" "d" "e" ] n; config.it = definition; }) definitions;
  }).options.it;
  value = type: definitions: (option type definitions).value;
  about = type: definitions:
    let it = option type definitions;
    in { inherit (it) value highestPrio files isDefined; };
in
{
  "mkIf: true holds, false is as if not written" = {
    expr = value types.int [ (mkIf true 1) (mkIf false 2) ];
    expected = 1;
  };
  "mkIf: nothing left is an option without a value" = {
    expr = about types.int [ (mkIf false 2) ];
    throws = true;
  };
  "mkIf: isDefined says so" = {
    expr = (option types.int [ (mkIf false 2) ]).isDefined;
    expected = false;
  };
  "mkIf: the priority of no definition at all" = {
    expr = (option types.int [ (mkIf false 2) ]).highestPrio;
    expected = 9999;
  };
  "mkIf: a condition that is no boolean" = {
    expr = value types.int [ (mkIf "yes" 2) ];
    throws = true;
  };
  "mkIf: the content of a false one is never looked at" = {
    expr = value types.int [ 1 (mkIf false (throw "looked")) ];
    expected = 1;
  };
  "mkIf: nested ones need all conditions" = {
    expr = map (a: map (b: (option types.int [ (mkIf a (mkIf b 1)) ]).isDefined) [ false true ]) [ false true ];
    expected = [ [ false false ] [ false true ] ];
  };
  "mkIf: a whole configuration may depend on itself" = {
    expr = (lib.evalModules {
      modules = [
        ({ config, ... }: {
          options.a = mkOption { type = types.bool; default = false; };
          options.b = mkOption { type = types.int; default = 0; };
          config = mkIf config.a { b = 5; };
        })
        { a = true; }
      ];
    }).config;
    expected = { a = true; b = 5; };
  };

  "mkMerge: as if written apart, in order" = {
    expr = value (types.listOf types.int) [ (mkMerge [ [ 1 ] (mkIf false [ 2 ]) (mkMerge [ [ 3 ] [ 4 ] ]) ]) ];
    expected = [ 1 3 4 ];
  };
  "mkMerge: of nothing" = {
    expr = (option types.int [ (mkMerge [ ]) ]).isDefined;
    expected = false;
  };
  "mkMerge: of configurations" = {
    expr = (lib.evalModules {
      modules = [
        { options.a = mkOption { type = types.int; }; options.b.c = mkOption { type = types.int; }; }
        { config = mkMerge [ { a = 1; } (mkIf true { b = mkMerge [ { c = mkDefault 1; } { c = 2; } ]; }) ]; }
      ];
    }).config;
    expected = { a = 1; b.c = 2; };
  };

  "priority: the lowest number wins" = {
    expr = about types.int [ (mkOverride 70 1) 2 (mkForce 3) (mkDefault 4) ];
    expected = { value = 3; highestPrio = 50; files = [ "c" ]; isDefined = true; };
  };
  "priority: a definition without one has 100" = {
    expr = about types.int [ 1 (mkOverride 101 2) ];
    expected = { value = 1; highestPrio = 100; files = [ "a" ]; isDefined = true; };
  };
  "priority: mkDefault is 1000, an option's default 1500" = {
    expr = map (definition: (option types.int [ definition ]).highestPrio) [ (mkDefault 1) (mkOptionDefault 1) (lib.mkVMOverride 1) ];
    expected = [ 1000 1500 10 ];
  };
  "priority: equals merge, the others are lost" = {
    expr = about (types.listOf types.int) [ (mkForce [ 1 ]) [ 2 ] (mkForce [ 3 ]) ];
    expected = { value = [ 3 1 ]; highestPrio = 50; files = [ "c" "a" ]; isDefined = true; };
  };
  "priority: an override inside an override loses its meaning" = {
    expr = value types.int [ (mkForce (mkDefault 1)) ];
    throws = true;
  };
  "priority: an override inside a condition counts" = {
    expr = about types.int [ (mkIf true (mkForce 1)) 2 ];
    expected = { value = 1; highestPrio = 50; files = [ "a" ]; isDefined = true; };
  };
  "priority: a condition inside an override is not decided" = {
    expr = value types.int [ (mkForce (mkIf true 1)) ];
    throws = true;
  };
  "priority: of a whole configuration, moved to its options" = {
    expr = (lib.evalModules {
      modules = [
        { options.a.b = mkOption { type = types.int; }; options.a.c = mkOption { type = types.int; }; }
        { a = mkForce { b = 1; }; }
        { a = { b = 2; c = 3; }; }
      ];
    }).config;
    expected = { a = { b = 1; c = 3; }; };
  };
  "priority: a conflict of two forces" = {
    expr = value types.int [ (mkForce 1) (mkForce 2) ];
    throws = true;
  };

  "order: definitions of later modules come first" = {
    expr = value (types.listOf types.str) [ [ "a" ] [ "b" ] [ "c" ] ];
    expected = [ "c" "b" "a" ];
  };
  "order: mkBefore, none, mkAfter" = {
    expr = value types.lines [ (mkBefore "first") "middle" (mkAfter "last") ];
    expected = "first\nmiddle\nlast";
  };
  "order: by number, equals as they are" = {
    expr = value (types.listOf types.int) [ (mkOrder 10 [ 1 ]) (mkOrder 1000 [ 2 ]) [ 3 ] (mkOrder 9 [ 4 ]) ];
    expected = [ 4 1 3 2 ];
  };
  "order: inside a priority" = {
    expr = value (types.listOf types.int) [ (mkForce (mkAfter [ 1 ])) (mkForce [ 2 ]) [ 3 ] ];
    expected = [ 2 1 ];
  };
  "order: a priority inside it is no priority" = {
    expr = value (types.listOf types.int) [ (mkAfter (mkForce [ 1 ])) ];
    throws = true;
  };
  "order: is told with the definitions" = {
    expr = (option (types.listOf types.int) [ (mkAfter [ 1 ]) [ 2 ] ]).definitionsWithLocations;
    expected = [ { file = "b"; value = [ 2 ]; } { file = "a"; value = [ 1 ]; priority = 1500; } ];
  };

  "mkDefinition: names the file it comes from" = {
    expr = (option (types.listOf types.int) [ (mkDefinition { file = "elsewhere"; value = [ 1 ]; }) [ 2 ] ]).files;
    expected = [ "b" "elsewhere" ];
  };
  "mkDefinition: with a priority inside" = {
    expr = about types.int [ (mkDefinition { file = "elsewhere"; value = mkForce 1; }) 2 ];
    expected = { value = 1; highestPrio = 50; files = [ "elsewhere" ]; isDefined = true; };
  };
  "mkDefinition: in a merge, under a condition" = {
    expr = (option (types.listOf types.int) [ (mkMerge [ (mkIf true (mkDefinition { file = "x"; value = mkBefore [ 1 ]; })) [ 2 ] ]) ]).definitionsWithLocations;
  };

  "mkAssert" = {
    expr = map (holds: builtins.tryEval (value types.int [ (lib.mkAssert holds "message" 3) ])) [ true false ];
    expected = [ { success = true; value = 3; } { success = false; value = false; } ];
  };
  "pushDownProperties" = {
    expr = lib.pushDownProperties (mkMerge [ { a = 1; } (mkIf true { b = 2; c = 3; }) (mkForce { d = 4; }) ]);
  };
  "dischargeProperties" = {
    expr = lib.dischargeProperties (mkMerge [ 1 (mkIf true 2) (mkIf true (mkIf false 3)) (mkForce 4) ]);
  };
  "filterOverrides" = {
    expr = lib.filterOverrides [
      { file = "1"; value = mkOverride 10 "a"; }
      { file = "2"; value = mkOverride 20 "b"; }
      { file = "3"; value = "z"; }
      { file = "4"; value = mkOverride 10 "d"; }
    ];
  };
  "sortProperties" = {
    expr = lib.sortProperties [ { value = mkAfter 1; } { value = 2; } { value = mkBefore 3; } { value = mkOrder 999 4; } ];
  };
  "mergeDefinitions: used on its own" = {
    expr =
      let m = lib.mergeDefinitions [ "x" ] (types.attrsOf types.int) [ { file = "1"; value = { a = mkDefault 1; b = 2; }; } { file = "2"; value = mkIf true { a = 3; }; } ];
      in { inherit (m) mergedValue isDefined optionalValue; inherit (m.defsFinal') highestPrio; files = map (d: d.file) m.defsFinal; meta = builtins.attrNames m.checkedAndMerged.valueMeta.attrs; };
  };
}
