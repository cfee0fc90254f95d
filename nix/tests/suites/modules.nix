# Modules: how they may be written, imported, left out, and what they are given.
{ lib }:
let
  inherit (lib) mkOption mkIf mkMerge mkForce types evalModules;
  config = modules: (evalModules { inherit modules; }).config;
  list = mkOption { type = types.listOf types.str; default = [ ]; };
  declares = { options.it = list; };
  fixture = ../fixtures/modules;
in
{
  "written as a set, a function, a path, a string" = {
    expr = config [ declares ({ lib, ... }: { it = [ "function" ]; }) { it = [ "set" ]; } (fixture + "/declares.nix") "${toString fixture}/plain.nix" ];
    expected = { it = [ "set" "function" ]; here = 7; nested.deep = ""; dynamic = 0; };
  };
  "imports come after what imports them, level by level" = {
    expr = config [
      declares
      { it = [ "a" ]; imports = [ { it = [ "a1" ]; imports = [ { it = [ "a11" ]; } ]; } { it = [ "a2" ]; } ]; }
      { it = [ "b" ]; imports = [ { it = [ "b1" ]; } ]; }
    ];
  };
  "a key makes the same module count once, the first" = {
    expr = config [ declares { key = "k"; it = [ "first" ]; } { imports = [ { key = "k"; it = [ "second" ]; } ]; } ];
    expected.it = [ "first" ];
  };
  "a path imported twice counts once" = {
    expr = config [ (fixture + "/declares.nix") (fixture + "/declares.nix") { imports = [ (fixture + "/declares.nix") ]; } ];
    expected = { here = 1; nested.deep = ""; dynamic = 0; };
  };
  "two equal sets are two modules" = {
    expr = config [ declares { it = [ "x" ]; } { it = [ "x" ]; } ];
    expected.it = [ "x" "x" ];
  };

  "disabledModules: by key" = {
    expr = config [ declares { key = "k"; it = [ "k" ]; imports = [ { it = [ "below k" ]; } ]; } { disabledModules = [ { key = "k"; } ]; it = [ "rest" ]; } ];
    expected.it = [ "rest" ];
  };
  "disabledModules: by path" = {
    expr = (evalModules { modules = [ (fixture + "/declares.nix") { disabledModules = [ (fixture + "/declares.nix") ]; options.own = mkOption { default = 1; }; } ]; }).config;
    expected.own = 1;
  };
  "disabledModules: by a string relative to modulesPath" = {
    expr = (evalModules { specialArgs.modulesPath = fixture; modules = [ (fixture + "/declares.nix") { disabledModules = [ "declares.nix" ]; options.own = mkOption { default = 1; }; } ]; }).config;
    expected.own = 1;
  };
  "disabledModules: what a disabled module disables stays disabled" = {
    expr = config [ declares { key = "a"; disabledModules = [ { key = "b"; } ]; } { key = "b"; it = [ "b" ]; } { disabledModules = [ { key = "a"; } ]; } ];
    expected.it = [ ];
  };
  "disabledModules: a set without a key" = {
    expr = config [ declares { disabledModules = [ { it = [ ]; } ]; } ];
    throws = true;
  };
  "disabledModules: a number names no file" = {
    expr = config [ declares { disabledModules = [ 5 ]; it = [ "x" ]; } ];
  };
  "disabledModules: a function" = {
    expr = config [ declares { disabledModules = [ (x: x) ]; } ];
    throws = true;
  };

  "arguments: lib, config, options, specialArgs" = {
    expr = (evalModules {
      specialArgs = { extra = "special"; };
      modules = [
        ({ config, options, lib, specialArgs, extra, ... }: {
          options.a = mkOption { type = types.str; default = "a"; };
          options.b = mkOption { type = types.anything; };
          config.b = [ config.a options.a.loc (lib ? evalModules) specialArgs.extra extra ];
        })
      ];
    }).config.b;
    expected = [ "a" [ "a" ] true "special" "special" ];
  };
  "arguments: from _module.args, lazily" = {
    expr = config [
      ({ mine, broken, ... }: { options.a = mkOption { default = mine; }; })
      { _module.args = { mine = 5; broken = throw "never used"; }; }
    ];
    expected.a = 5;
  };
  "arguments: _module.args may depend on the configuration" = {
    expr = config [
      ({ twice, ... }: { options.a = mkOption { default = 4; }; options.b = mkOption { default = twice 1; }; })
      ({ config, ... }: { _module.args.twice = x: x + config.a; })
    ];
    expected = { a = 4; b = 5; };
  };
  "arguments: specialArgs in imports" = {
    expr = (evalModules { specialArgs.more = { options.b = mkOption { default = 2; }; }; modules = [ ({ more, ... }: { imports = [ more ]; }) ]; }).config;
    expected.b = 2;
  };
  "arguments: specialArgs win over what is always given" = {
    expr = (evalModules { specialArgs.config = { a = "given"; }; modules = [ ({ config, ... }: { options.b = mkOption { default = config.a; }; }) ]; }).config;
    expected.b = "given";
  };
  "arguments: a set with __functor" = {
    expr = config [ { __functor = _: { lib, ... }: { options.a = mkOption { default = lib ? evalModules; }; }; } ];
    expected.a = true;
  };
  "arguments: extendModules and moduleType" = {
    expr = config [ ({ extendModules, moduleType, ... }: { options.a = mkOption { default = [ (builtins.isFunction extendModules) moduleType.name ]; }; }) ];
    expected.a = [ true "submodule" ];
  };

  "syntax: options beside plain configuration" = {
    expr = config [ { options.a = mkOption { default = 1; }; b = 2; } ];
    throws = true;
  };
  "syntax: meta beside options" = {
    expr = config [ { options.meta.owner = mkOption { type = types.str; }; config = { }; meta.owner = "me"; } ];
    expected.meta.owner = "me";
  };
  "syntax: require is an old name of imports" = {
    expr = config [ declares { require = [ { it = [ "required" ]; } ]; } ];
    expected.it = [ "required" ];
  };
  "syntax: mkIf and mkMerge as a module" = {
    expr = config [ declares (mkIf true { it = [ "if" ]; }) (mkForce { it = [ "force" ]; }) ];
    expected.it = [ "force" ];
  };
  "syntax: mkMerge as a module is refused" = {
    expr = config [ declares (mkMerge [ { it = [ "if" ]; } ]) ];
    throws = true;
  };
  "syntax: an option as a module is refused" = { expr = config [ (mkOption { }) ]; throws = true; };
  "syntax: a list among imports is refused" = { expr = config [ { imports = [ [ declares ] ]; } ]; throws = true; };
  "syntax: a configuration among imports is refused" = { expr = config [ { imports = [ (evalModules { modules = [ declares ]; }) ]; } ]; throws = true; };

  "class: equal or none" = {
    expr = (evalModules { class = "linux"; modules = [ { _class = "linux"; options.a = mkOption { default = 1; }; } { a = 2; } ]; }).config.a;
    expected = 2;
  };
  "class: another one" = {
    expr = (evalModules { class = "linux"; modules = [ { _class = "darwin"; options.a = mkOption { default = 1; }; } ]; }).config.a;
    throws = true;
  };
  "class: is told" = {
    expr = map (m: m.class) [ (evalModules { class = "linux"; modules = [ ]; }) (evalModules { modules = [ ]; }) ];
    expected = [ "linux" null ];
  };

  "freeform: what no option takes" = {
    expr = config [ { freeformType = types.attrsOf types.int; options.a = mkOption { type = types.str; default = "a"; }; } { b = 1; } { c = lib.mkDefault 1; } { c = 2; } ];
    expected = { a = "a"; b = 1; c = 2; };
  };
  "freeform: below declared options" = {
    expr = config [ { freeformType = types.lazyAttrsOf types.anything; options.a.x = mkOption { type = types.int; default = 0; }; } { a.y = 1; a.x = 5; z.z = "z"; } ];
    expected = { a = { x = 5; y = 1; }; z.z = "z"; };
  };
  "freeform: of the wrong type" = {
    expr = config [ { freeformType = types.attrsOf types.int; } { b = "x"; } ];
    throws = true;
  };
  "freeform: two types of one kind are merged" = {
    expr = config [ { freeformType = types.attrsOf (types.enum [ 1 ]); } { freeformType = types.attrsOf (types.enum [ 2 ]); } { a = 1; b = 2; } ];
    expected = { a = 1; b = 2; };
  };

  "check: an unknown option" = { expr = config [ declares { other = 1; } ]; throws = true; };
  "check: an unknown option, however deep" = { expr = config [ { options.a.b = mkOption { default = 1; }; } { a.c.d = 1; } ]; throws = true; };
  "check: turned off" = { expr = config [ declares { other = 1; _module.check = false; } ]; expected.it = [ ]; };
  "check: a switched-off unknown option is one still" = { expr = config [ declares (mkIf false { other = 1; }) ]; throws = true; };
  "check: no definitions, no look at them" = { expr = (evalModules { modules = [ ]; }).config; expected = { }; };
  "check: a value where options are below" = { expr = config [ { options.a.b = mkOption { default = 1; }; } { a = 5; } ]; throws = true; };

  "result: what there is" = {
    expr = builtins.attrNames (builtins.removeAttrs (evalModules { modules = [ declares ]; }) [ "graph" ]);
    expected = [ "_module" "_type" "class" "config" "extendModules" "options" "type" ];
  };
  "result: extendModules" = {
    expr =
      let base = evalModules { modules = [ declares { it = [ "base" ]; } ]; specialArgs.a = 1; };
      in [ base.config (base.extendModules { modules = [ ({ a, b, ... }: { it = [ "more ${toString a} ${b}" ]; }) ]; specialArgs.b = "b"; }).config ];
    expected = [ { it = [ "base" ]; } { it = [ "more 1 b" "base" ]; } ];
  };
  "result: type, as a submodule of another" = {
    expr = config [
      { options.sub = mkOption { type = (evalModules { modules = [ declares { it = [ "base" ]; } ]; }).type; default = { }; }; }
      { sub.it = [ "more" ]; }
    ];
    expected.sub.it = [ "more" "base" ];
  };
  "result: the modules it was called with" = {
    expr = map (m: m.it) (evalModules { modules = [ { it = 1; } { it = 2; } ]; }).type.getSubModules;
    expected = [ 1 2 ];
  };
  "result: prefix, in places and messages" = {
    expr = (evalModules { prefix = [ "p" "q" ]; modules = [ declares ]; }).options.it.loc;
    expected = [ "p" "q" "it" ];
  };
  "result: graph" = {
    expr = (evalModules { modules = [ declares { _file = "f"; key = "k"; imports = [ { disabledModules = [ { key = "d"; } ]; } { key = "d"; } ]; } (fixture + "/declares-more.nix") ]; }).graph;
  };
  "setDefaultModuleLocation" = {
    expr = (evalModules { modules = [ declares (lib.setDefaultModuleLocation "there" { it = [ "x" ]; }) ]; }).options.it.files;
    expected = [ "there" ];
  };
  "unifyModuleSyntax" = {
    expr = map (lib.unifyModuleSyntax "file" "key") [ { a = 1; imports = [ 1 ]; } { config.a = 1; options.b = 2; key = "own"; _file = "own"; } { freeformType = 1; x = 2; } ];
  };
  "a renamed option hands its definitions on, with priority" = {
    expr =
      let
        e = evalModules {
          modules = [
            (lib.mkAliasOptionModule [ "old" ] [ "new" "it" ])
            (lib.mkRenamedOptionModule [ "older" ] [ "new" "it" ])
            { options.new.it = mkOption { type = types.listOf types.int; default = [ ]; }; options.warnings = mkOption { type = types.listOf types.str; default = [ ]; }; }
            { _file = "user"; old = mkForce [ 1 ]; older = mkForce [ 2 ]; new.it = [ 3 ]; }
          ];
        };
      in { inherit (e.config) old new warnings; prio = e.options.new.it.highestPrio; };
  };
  "a removed option complains when defined" = {
    expr =
      let
        e = defs: (evalModules {
          modules = [
            (lib.mkRemovedOptionModule [ "gone" ] "Use something else.")
            { options.assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; }; }
            ({ _file = "user"; } // defs)
          ];
        }).config.assertions;
      in map e [ { } { gone = 1; } ];
  };
}
