# A host's own options.
{ lib, ... }:

let
  inherit (lib) mkOption types;

  own = import ../../lib/own;

  evaluation = lib.evalModules {
    modules = [
      ../fixtures/own/options.nix
      ../fixtures/own/plain.nix
      ../fixtures/own/forced.nix
      (lib.mkRenamedOptionModule [ "formerly" ] [ "port" ])
      (lib.mkAliasOptionModule [ "also" ] [ "port" ])
    ];
  };
  host = own {
    inherit evaluation lib;
    host = "gate";
  };
  inherit (host) look;
  option = path: (look path).option;
  said =
    path:
    map (d: "${d.state} ${toString d.priority} ${baseNameOf d.file}:${toString d.line} ${if d.host == null then "-" else d.host} ${builtins.toJSON (d.value or d.error or null)}") (option path).definitions;

  large =
    modules:
    own {
      evaluation = import ../large.nix { inherit lib modules; };
      inherit lib;
      host = "large";
    };
  sixty = large 60;
in
{
  "what is set" = {
    expr = map (o: o // { path = lib.showOption o.path; }) (lib.concatMap (name: host.set { values = true; } [ name ]) (lib.remove "fails" (host.below [ ])));
    expected = [
      { path = "many"; }
      { path = "names"; value = [ "a" "b" ]; }
      { path = "port"; value = 82; }
      { path = "web"; }
    ];
  };

  "hidden, internal, renamed and aliased options are no names" = {
    expr = map lib.showOption (host.names [ ]);
    expected = [ "fails" "many" "names" "port" "raw" "sub.quiet" "throws" "unset" "web" ];
  };

  "a branch has the names below it" = {
    expr = { top = (look [ ]).children; sub = (look [ "sub" ]).children; inherit (look [ "sub" ]) option; };
    expected = {
      top = [ "fails" "many" "names" "port" "raw" "sub" "throws" "unset" "web" ];
      sub = [ "quiet" ];
      option = null;
    };
  };

  "an option with winners and losers" = {
    expr = said [ "port" ];
    expected = [
      "overridden 1500 options.nix:7 - 80"
      "overridden 100 plain.nix:3 gate 81"
      "used 50 forced.nix:3 gate 82"
      "disabled 100 forced.nix:3 gate null"
    ];
  };

  "what an option says of itself" = {
    expr = { inherit (option [ "port" ]) type description default example priority value folded; };
    expected = {
      type = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
      description = "The port.\n";
      default.value = 80;
      example.text = "8080";
      priority = 50;
      value = 82;
      folded = 0;
    };
  };

  "elements, and options inside them" = {
    expr = {
      elements = (look [ "web" ]).children;
      value = (option [ "web" ]).value;
      inside = (look [ "web" "a.b" ]).children;
      said = said [ "web" "a.b" "root" ];
      free = (option [ "web" "a.b" "other" ]).value;
    };
    expected = {
      elements = [ "a.b" ];
      value = "<set of 1>";
      inside = [ "root" "other" ];
      said = [
        "overridden 1500 options.nix:28 - \"/none\""
        "used 100 plain.nix:5 gate \"/srv\""
      ];
      free = 3;
    };
  };

  "what fails is said where it is" = {
    expr = map (path: { inherit (option path) error; } // { set = (option path).priority; }) [ [ "throws" ] [ "unset" ] ];
    expected = [
      { error = "the definition in ${toString ../fixtures/own/options.nix}:32 can't be evaluated"; set = null; }
      { error = "no value: it is not set"; set = null; }
    ];
  };

  "an alias is not asked" = {
    expr = map (name: { value = (option [ name ]).value or null; inherit (option [ name ]) error; }) [ "formerly" "also" ];
    expected = lib.genList (_: { value = null; error = "it stands for another option: look at that one"; }) 2;
  };

  "a path that leads nowhere" = {
    expr = map look [ [ "prt" ] [ "web" "x" "y" ] [ "port" "x" ] ];
    expected = [
      { nowhere = "prt"; names = (look [ ]).children; }
      { nowhere = "x"; names = [ "a.b" ]; }
      { nowhere = "x"; names = [ ]; }
    ];
  };

  "what is large is shown by its beginning" = {
    expr = let value = (option [ "raw" ]).value; in {
      count = builtins.length value.list;
      last = lib.last value.list;
      inherit (value) broken deep function;
    };
    expected = {
      count = 51;
      last = "<50 more>";
      broken = "<it can't be evaluated>";
      deep.a.b.c.d.e = "<set>";
      function = "<function>";
    };
  };

  "what everybody defines is folded" = {
    expr = let many = option [ "many" ]; in {
      inherit (many) folded value;
      told = builtins.length many.definitions;
      shown = builtins.any (d: d ? value) many.definitions;
      states = lib.unique (map (d: d.state) many.definitions);
    };
    expected = { folded = 21; value = "<list of 30>"; told = 40; shown = false; states = [ "used" "overridden" ]; };
  };

  "what a declaration says is told where nothing else can be" = {
    expr = let fails = (host.declared [ "fails" ]).option; in {
      inherit (fails) type definitions priority;
      files = map (d: baseNameOf d.file) fails.declarations;
    };
    expected = { type = "string"; definitions = [ ]; priority = null; files = [ "options.nix" ]; };
  };

  "a nixpkgs before 25.11: all but what is inside of submodules" = {
    expr =
      let
        older = own {
          host = "gate";
          lib = lib // {
            modules = lib.modules // {
              mergeDefinitions = path: type: definitions: removeAttrs (lib.modules.mergeDefinitions path type definitions) [ "checkedAndMerged" ];
            };
          };
          evaluation = evaluation // {
            options = lib.mapAttrsRecursiveCond (o: !(lib.isOption o)) (_: o: if lib.isOption o then removeAttrs o [ "valueMeta" ] else o) evaluation.options;
          };
        };
        web = older.look [ "web" ];
        port = (older.look [ "port" ]).option;
      in
      {
        names = older.names [ ] == host.names [ ];
        inherit (web) children;
        inherit (web.option) value;
        port = [ port.value port.priority (builtins.length port.definitions) ];
        set = map (o: o.path) (older.set { values = true; } [ "port" ]);
      };
    expected = {
      names = true;
      children = [ ];
      value."a.b" = { root = "/srv"; other = 3; };
      port = [ 82 50 4 ];
      set = [ [ "port" ] ];
    };
  };

  "a large host" = {
    expr = {
      names = builtins.length (sixty.names [ ]);
      below = sixty.below [ "group-0" ];
      value = (sixty.look [ "group-0" "service-0" "option-1" ]).option.value;
      instances = (sixty.look [ "group-20" "service-20" "instances" ]).children;
      set = builtins.length (sixty.set { values = true; } [ "group-5" ]);
    };
    expected = {
      names = 60 * 8 + 12 + 1 + 2 + 1;
      below = [ "service-0" "service-40" ];
      value = "forced";
      instances = [ "one" "two" ];
      set = 2;
    };
  };
}
