# Submodules: configurations inside configurations.
{ lib }:
let
  inherit (lib) mkDefault mkForce mkIf mkOption types evalModules;
  eval = type: defs: (evalModules {
    modules = [ { _file = "decl"; options.it = mkOption { inherit type; }; } ]
      ++ lib.imap1 (n: it: { _file = "file ${toString n}"; config = { inherit it; }; }) defs;
  });
  value = type: defs: (eval type defs).config.it;
  int = default: mkOption { type = types.int; inherit default; };
in
{
  "definitions of all files meet" = {
    expr = value (types.submodule { options = { a = int 0; b = int 0; c = int 0; }; }) [ { a = 1; } { b = mkForce 2; } { b = 3; } ];
    expected = { a = 1; b = 2; c = 0; };
  };
  "several modules, configuration among them" = {
    expr = value (types.submodule [ { options.a = int 0; } ({ config, ... }: { options.b = int 0; config.b = mkDefault (config.a + 1); }) ]) [ { a = 1; } ];
    expected = { a = 1; b = 2; };
  };
  "the name" = {
    expr = value (types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ { x = { }; "y z" = { }; } ];
    expected = { x.n = "x"; "y z".n = "y z"; };
  };
  "the name may be overridden" = {
    expr = value (types.attrsOf (types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))) [ { x._module.args.name = mkForce "other"; } ];
    expected.x.n = "other";
  };
  "a function as a definition" = {
    expr = value (types.submodule { options = { a = int 0; b = int 0; }; }) [ ({ config, ... }: { b = config.a * 2; }) { a = 4; } ];
    expected = { a = 4; b = 8; };
  };
  "a function as a definition may bring options" = {
    expr = value (types.submodule { options.a = int 0; }) [ ({ ... }: { options.extra = int 9; config.a = 1; }) ];
    expected = { a = 1; extra = 9; };
  };
  "a set is configuration only, in submodule" = {
    expr = value (types.submodule { options.config = int 0; }) [ { config = 5; } ];
    expected.config = 5;
  };
  "a set is a module, in submoduleWith" = {
    expr = value (types.submoduleWith { modules = [ { options.a = int 0; } ]; }) [ { config.a = 5; imports = [ { options.b = int 6; } ]; } ];
    expected = { a = 5; b = 6; };
  };
  "shorthandOnlyDefinesConfig" = {
    expr = value (types.submoduleWith { shorthandOnlyDefinesConfig = true; modules = [ { options.imports = int 0; } ]; }) [ { imports = 5; } ];
    expected.imports = 5;
  };
  "specialArgs" = {
    expr = value (types.submoduleWith { specialArgs.given = 7; modules = [ ({ given, ... }: { options.a = int given; }) ]; }) [ { } ];
    expected.a = 7;
  };
  "arguments of the outside are not inside" = {
    expr = (evalModules {
      specialArgs.outside = 1;
      modules = [ { options.it = mkOption { type = types.submodule ({ ... }@args: { options.a = mkOption { default = args ? outside; }; }); default = { }; }; } ];
    }).config.it.a;
    expected = false;
  };
  "freeform beside options" = {
    expr = value (types.attrsOf (types.submodule { freeformType = types.attrsOf types.str; options.a = int 1; })) [ { x = { free = "f"; a = 2; }; y.other = mkIf true "o"; } ];
    expected = { x = { a = 2; free = "f"; }; y = { a = 1; other = "o"; }; };
  };
  "in a list, each for itself" = {
    expr = value (types.listOf (types.submodule { options = { a = int 0; b = int 0; }; })) [ [ { a = 1; } { b = 1; } ] [ { a = 2; } ] ];
    expected = [ { a = 2; b = 0; } { a = 1; b = 0; } { a = 0; b = 1; } ];
  };
  "in either, nullOr, functionTo" = {
    expr =
      let sub = types.submodule { options.a = int 0; };
      in [
        (value (types.either types.int sub) [ { a = 1; } ])
        (value (types.nullOr sub) [ { a = 1; } { } ])
        (value (types.functionTo sub) [ (x: { a = x; }) ] 3)
        (value (types.uniq sub) [ { a = 1; } ])
      ];
    expected = [ { a = 1; } { a = 1; } { a = 3; } { a = 1; } ];
  };
  "a priority above loses whole definitions" = {
    expr = value (types.submodule { options = { a = int 0; b = int 0; }; }) [ { a = 1; b = 1; } (mkForce { a = 2; }) ];
    expected = { a = 2; b = 0; };
  };
  "a priority inside its configuration" = {
    expr = value (types.submodule { options.a = int 0; config.a = mkDefault 5; }) [ { a = lib.mkOverride 1200 6; } ];
    expected.a = 5;
  };
  "nested, with conditions on each other" = {
    expr = value
      (types.submodule ({ config, ... }: {
        options.on = mkOption { type = types.bool; default = false; };
        options.in_ = mkOption { default = { }; type = types.submodule { options.n = int 0; }; };
        config.in_ = mkIf config.on { n = 3; };
      })) [ { on = true; } ];
    expected = { on = true; in_.n = 3; };
  };
  "no definition and no default" = {
    expr = (eval (types.submodule { options.a = int 0; }) [ ]).options.it.isDefined;
    expected = false;
  };
  "files of what is inside" = {
    expr =
      let o = (eval (types.submodule { options.a = int 0; }) [ { a = 1; } ({ ... }: { a = 1; }) ]).options.it.valueMeta.configuration.options.a;
      in [ o.files o.declarations o.highestPrio ];
    expected = [ [ "file 2" "file 1" ] [ "decl" ] 100 ];
  };
  "a definition that is a path" = {
    expr = value (types.submodule (../fixtures/modules + "/declares.nix")) [ (../fixtures/modules + "/plain.nix") ];
    expected = { here = 7; nested.deep = ""; dynamic = 0; };
  };
  "class" = {
    expr = map (_class: builtins.tryEval (value (types.submoduleWith { class = "a"; modules = [ { options.x = int 0; } ]; }) [ { inherit _class; } ])) [ "a" "b" ];
    expected = [ { success = true; value.x = 0; } { success = false; value = false; } ];
  };
}
