# Globals: what hosts say of one value, merged as if it all stood in one place.
{ lib, fleets }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkForce mkIf mkMerge mkOption mkOverride types;

  # The value of one option `it`, said by hosts.
  value = type: hosts: (fleet { inherit type; } hosts).globalConfig.it;
  fleet = option: hosts: fleets.plain {
    global = { _file = "declares"; options.x.global.it = mkOption option; };
    hosts = lib.mapAttrs (name: it: { _file = "${name}.nix"; config.x.global.it = it; }) hosts;
  };
  # Whether hosts together say the same as the same definitions in one evaluation. Later modules come first there, and the
  # fleet takes its hosts by name.
  direct = type: hosts: (lib.evalModules {
    modules = [ { options.it = mkOption { inherit type; }; } ] ++ lib.mapAttrsToList (name: it: { _file = "${name}.nix"; config = { inherit it; }; }) hosts;
  }).config.it;
  asDirect = type: hosts: let mine = value type hosts; in { inherit mine; same = mine == direct type hosts; };

  sub = types.submodule {
    options.n = mkOption { type = types.int; default = 0; };
    options.l = mkOption { type = types.listOf types.str; default = [ ]; };
  };
  same = mine: { inherit mine; same = true; };
in
{
  "priority: the strongest host wins" = { expr = value types.int { a = mkDefault 1; b = 2; c = mkForce 3; }; expected = 3; };
  "priority: none but defaults" = { expr = (fleet { type = types.int; default = 5; } { a = mkIf false 1; }).globalConfig.it; expected = 5; };
  "priority: mkOptionDefault beside the option's default" = {
    expr = (fleet { type = types.listOf types.int; default = [ 1 ]; } { a = lib.mkOptionDefault [ 2 ]; }).globalConfig.it;
    expected = [ 1 2 ];
  };
  "priority: weaker than the option's default" = {
    expr = (fleet { type = types.int; default = 5; } { a = mkOverride 1600 1; }).globalConfig.it;
    expected = 5;
  };
  "priority: conflict" = { expr = value types.int { a = 1; b = 2; }; throws = true; };
  "priority: a conflict inside a host stays one" = { expr = value types.int { a = mkMerge [ 1 2 ]; b = mkDefault 3; }; throws = true; };
  "priority: and is lost to another's force" = { expr = value types.int { a = mkMerge [ 1 2 ]; b = mkForce 3; }; expected = 3; };
  "priority: a host's force beats only its own plain value" = { expr = value types.int { a = mkMerge [ 1 (mkForce 2) ]; b = mkOverride 40 7; }; expected = 7; };

  "conditions: on what another host says" = {
    expr = (fleets.plain {
      global.options.x.global = { on = mkOption { type = types.bool; default = false; }; it = mkOption { type = types.str; default = "off"; }; };
      hosts.a = { globalConfig, ... }: { x.global.it = mkIf globalConfig.on "on"; };
      hosts.b.x.global.on = true;
    }).globalConfig.it;
    expected = "on";
  };
  "conditions: of a whole host" = {
    expr = (fleets.plain {
      global.options.x.global = { on = mkOption { type = types.bool; default = false; }; it = mkOption { type = types.attrsOf types.int; default = { }; }; };
      hosts.a = { globalConfig, ... }: { config = mkIf globalConfig.on { x.global.it.a = 1; }; };
      hosts.b = { config.x.global = mkMerge [ { on = true; } (mkIf false { it.b = 2; }) ]; };
    }).globalConfig.it;
    expected.a = 1;
  };
  "conditions: a value of one host from another's, without a loop" = {
    expr = (fleets.plain {
      global.options.x.global = lib.genAttrs [ "one" "two" "three" ] (_: mkOption { type = types.int; });
      hosts.a = { globalConfig, ... }: { x.global.one = globalConfig.two + 1; };
      hosts.b = { globalConfig, ... }: { x.global.two = globalConfig.three + 1; x.global.three = 1; };
    }).globalConfig;
    expected = { one = 3; two = 2; three = 1; };
  };

  "order: hosts by name, later ones first, as modules" = { expr = asDirect (types.listOf types.str) { a = [ "a" ]; b = [ "b" ]; c = [ "c" ]; }; expected = same [ "c" "b" "a" ]; };
  "order: mkBefore and mkAfter over hosts" = { expr = asDirect types.lines { a = mkAfter "last"; b = "middle"; c = mkBefore "first"; }; expected = same "first\nmiddle\nlast"; };
  "order: inside a priority" = { expr = asDirect (types.listOf types.int) { a = mkForce (mkAfter [ 1 ]); b = mkForce [ 2 ]; c = [ 3 ]; }; expected = same [ 2 1 ]; };

  "attrsOf: elements of different hosts" = { expr = asDirect (types.attrsOf types.int) { a.x = 1; b.y = 2; }; expected = same { x = 1; y = 2; }; };
  "attrsOf: one element, two priorities" = { expr = asDirect (types.attrsOf types.int) { a.x = mkForce 1; b.x = 2; b.y = mkDefault 3; }; expected = same { x = 1; y = 3; }; };
  "attrsOf: an element switched off" = { expr = asDirect (types.attrsOf types.int) { a.x = mkIf false 1; b = { }; }; expected = same { }; };
  "attrsOf: forced as a whole" = { expr = asDirect (types.attrsOf types.int) { a = mkForce { x = 1; }; b.y = 2; }; expected = same { x = 1; }; };
  "lazyAttrsOf" = { expr = asDirect (types.lazyAttrsOf types.int) { a.x = 1; b.x = mkForce 2; }; expected = same { x = 2; }; };
  "submodule: two hosts touch one element" = {
    expr = asDirect (types.attrsOf sub) { a.www = { n = 1; l = [ "a" ]; }; b.www.l = mkBefore [ "b" ]; };
    expected = same { www = { n = 1; l = [ "b" "a" ]; }; };
  };
  "submodule: priorities inside" = {
    expr = asDirect (types.attrsOf sub) { a.www.n = mkDefault 1; b.www.n = mkForce 2; c.www.n = 3; };
    expected = same { www = { n = 2; l = [ ]; }; };
  };
  "submodule: a conflict inside" = { expr = value (types.attrsOf sub) { a.www.n = 1; b.www.n = 2; }; throws = true; };
  "submodule: a weak element beside a strong one" = {
    expr = asDirect (types.attrsOf sub) { a.www = mkDefault { n = 1; }; b.www = { n = 2; }; };
    expected = same { www = { n = 2; l = [ ]; }; };
  };
  "submodule: as a function" = {
    expr = asDirect (types.attrsOf sub) { a.www = { config, ... }: { n = lib.length config.l; }; b.www.l = [ "x" ]; };
    expected = same { www = { n = 1; l = [ "x" ]; }; };
  };
  "submodule: what its own modules define counts once" = {
    expr = asDirect
      (types.attrsOf (types.submodule ({ name, ... }: {
        options = {
          l = mkOption { type = types.listOf types.str; };
          u = mkOption { type = types.uniq types.str; };
          inner = mkOption { default = { }; type = types.attrsOf (types.submodule { options.l = mkOption { type = types.listOf types.str; }; config.l = [ "own" ]; }); };
        };
        config = { l = [ name ]; u = "only ${name}"; };
      })))
      { a.www = { l = [ "a" ]; inner.x = { }; }; b.www.inner = { x.l = [ "b" ]; y = { }; }; };
    expected = same { www = { l = [ "www" "a" ]; u = "only www"; inner = { x.l = [ "own" "b" ]; y.l = [ "own" ]; }; }; };
  };
  "submodule: one that no host mentions" = { expr = (fleet { type = types.attrsOf sub; default = { }; } { a = { }; }).globalConfig.it; expected = { }; };
  "submodule: without definitions, but there" = { expr = value (types.attrsOf sub) { a.www = { }; b = { }; }; expected.www = { n = 0; l = [ ]; }; };
  "submodule: not in a set" = { expr = asDirect sub { a.n = 1; b.l = [ "b" ]; }; expected = same { n = 1; l = [ "b" ]; }; };
  "submodule: freeform" = {
    expr = asDirect (types.submodule { freeformType = types.attrsOf types.lines; options.known = mkOption { type = types.int; default = 0; }; }) { a = { free = "a"; known = 1; }; b.free = mkBefore "b"; };
    expected = same { known = 1; free = "b\na"; };
  };
  "submodule: in a list" = { expr = asDirect (types.listOf sub) { a = [ { n = 1; } ]; b = [ { n = 2; } ]; }; expected = same [ { n = 2; l = [ ]; } { n = 1; l = [ ]; } ]; };
  "submodule: nested, in nullOr, uniq, coercedTo" = {
    expr = [
      (asDirect (types.attrsOf (types.attrsOf sub)) { a.x.y.n = 1; b.x.z.n = 2; })
      (asDirect (types.nullOr sub) { a.n = 1; b.l = [ "b" ]; })
      (asDirect (types.nullOr sub) { a = null; })
      (asDirect (types.uniq sub) { a.n = 1; })
      (asDirect (types.attrsOf (types.coercedTo types.int (n: { inherit n; }) sub)) { a.x = 5; b.x.l = [ "b" ]; })
    ];
    expected = [
      (same { x = { y = { n = 1; l = [ ]; }; z = { n = 2; l = [ ]; }; }; })
      (same { n = 1; l = [ "b" ]; })
      (same null)
      (same { n = 1; l = [ ]; })
      (same { x = { n = 5; l = [ "b" ]; }; })
    ];
  };
  "uniq: two hosts" = { expr = value (types.uniq types.int) { a = 1; b = 1; }; throws = true; };
  "nullOr: null and not" = { expr = value (types.nullOr types.int) { a = null; b = 1; }; throws = true; };
  "either: of both sorts" = { expr = asDirect (types.either types.int (types.listOf types.int)) { a = [ 1 ]; b = [ 2 ]; }; expected = same [ 2 1 ]; };
  "either: with a submodule" = { expr = value (types.either types.int sub) { a = { n = 1; }; }; expected = { n = 1; l = [ ]; }; };
  "coercedTo: coerced once" = {
    expr = asDirect (types.coercedTo types.str (s: [ "(${s})" ]) (types.listOf types.str)) { a = "x"; b = [ "y" ]; };
    expected = same [ "y" "(x)" ];
  };
  "functionTo: functions of two hosts" = { expr = (value (types.functionTo (types.listOf types.int)) { a = x: [ x ]; b = x: mkBefore [ (x + 1) ]; }) 1; expected = [ 2 1 ]; };
  "deferredModule: of two hosts" = {
    expr = (lib.evalModules { modules = [ { options.l = mkOption { type = types.listOf types.str; }; } (value types.deferredModule { a.l = [ "a" ]; b = { ... }: { l = [ "b" ]; }; }) ]; }).config.l;
    expected = [ "a" "b" ];
  };
  "anything" = { expr = asDirect types.anything { a.x.y = 1; b.x.z = mkDefault 2; c.x.z = 3; }; expected = same { x = { y = 1; z = 3; }; }; };
  "no type" = {
    expr = (fleets.plain { global.options.x.global.it = mkOption { }; hosts.a.x.global.it = [ 1 ]; hosts.b.x.global.it = [ 2 ]; }).globalConfig.it;
    expected = [ 2 1 ];
  };
  "raw and package" = {
    expr = let drv = derivation { name = "d"; system = "s"; builder = "b"; }; in [ (value types.raw { a = { x = mkIf false 1; }; }).x._type (value types.package { a = drv; }).name ];
    expected = [ "if" "d" ];
  };
  "apply: in the fleet once, in the host on its own" = {
    expr = (fleet { type = types.int; apply = x: x + 1; } { a = 1; }).globalConfig.it;
    expected = 2;
  };
  "readOnly: by one host" = { expr = (fleet { type = types.int; readOnly = true; } { a = 1; }).globalConfig.it; expected = 1; };
  "readOnly: by two" = { expr = (fleet { type = types.int; readOnly = true; } { a = 1; b = 1; }).globalConfig.it; throws = true; };

  "fleet data: merges with hosts" = {
    expr = (fleets.plain {
      global.options.x.global.it = mkOption { type = types.attrsOf types.int; default = { }; };
      data = [ { x.global.it = { shared = 1; weak = mkDefault 2; }; } ];
      hosts.a.x.global.it.weak = 3;
    }).globalConfig.it;
    expected = { shared = 1; weak = 3; };
  };
  "arguments: name and localEval in a host" = {
    expr = (fleets.plain {
      global = { name, lib, localEval, ... }: { options.x.global.it = mkOption { type = types.attrsOf types.str; default = { }; }; config = lib.optionalAttrs localEval { x.global.it.${name} = name; }; };
      hosts = { a = { }; b = { }; };
    }).globalConfig.it;
    expected = { a = "a"; b = "b"; };
  };
  "arguments: inputs, self and one's own" = {
    expr = (fleets.plain {
      inputs.self = "itself";
      specialArgs.extra = "extra";
      global.options.x.global.it = mkOption { type = types.anything; };
      hosts.a = { inputs, self, extra, namespace, ... }: { x.global.it = [ (inputs ? self) self extra namespace ]; };
    }).globalConfig.it;
    expected = [ true "itself" "extra" [ "x" "global" ] ];
  };
  "namespace: another one" = {
    expr = (fleets.plain { namespace = [ "shared" ]; global.options.shared.it = mkOption { type = types.int; }; hosts.a.shared.it = 4; }).globalConfig;
    expected.it = 4;
  };
  "defaults that a host computes" = {
    expr = (fleets.plain {
      global = { name, lib, localEval, ... }: {
        options.x.global.it = mkOption {
          default = { };
          type = types.attrsOf (types.submodule { options.host = mkOption { type = types.str; }; config = lib.optionalAttrs localEval { host = lib.mkDefault name; }; });
        };
      };
      hosts = { a.x.global.it.x = { }; b.x.global.it.y.host = "given"; c = { }; };
    }).globalConfig.it;
    expected = { x.host = "a"; y.host = "given"; };
  };
  "what a host's submodules define beside the fleet's" = {
    expr = (fleets.plain {
      global = { name, lib, localEval, ... }:
        let
          host = name;
          place = types.submodule ({ name, ... }: {
            options = { all = mkOption { type = types.listOf types.str; }; path = mkOption { type = types.str; }; };
            config = {
              all = lib.mkMerge [ [ "fleet" ] (lib.mkIf localEval [ host ]) ];
              path = lib.mkIf localEval (mkDefault "/${host}/${name}");
            };
          });
        in
        {
          options.x.global = {
            set = mkOption { type = types.attrsOf (types.submodule { options.places = mkOption { type = types.attrsOf place; }; }); };
            list = mkOption { type = types.listOf place; };
            maybe = mkOption { type = types.nullOr place; };
          };
        };
      hosts.a.x.global = { set.s.places.p = { }; list = [ { all = [ "given" ]; } ]; maybe = null; };
      hosts.b.x.global = { set.s.places = { p = mkDefault { }; q.path = "given"; }; list = mkForce [ { path = "given"; } ]; maybe = mkForce { }; };
    }).globalConfig;
    expected = {
      # b's p is weaker than a's, and with it what b's submodule says there
      set.s.places = { p = { all = [ "a" "fleet" ]; path = "/a/p"; }; q = { all = [ "b" "fleet" ]; path = "given"; }; };
      list = [ { all = [ "b" "fleet" ]; path = "given"; } ];
      maybe = { all = [ "b" "fleet" ]; path = "/b/maybe"; };
    };
  };
  "declaring modules: what they define themselves counts once" = {
    expr = map (global: (fleets.plain { inherit global; hosts = { a.x.global.it = [ "a" ]; b = { }; }; }).globalConfig.it) (
      let declared = { options.x.global.it = mkOption { type = types.listOf types.str; default = [ ]; }; }; in [
        (declared // { config.x.global.it = mkBefore [ "once" ]; })
        ({ globalConfig, ... }: declared // { config = mkIf (globalConfig ? it) { x.global.it = mkMerge [ (mkBefore [ "once" ]) (mkIf false [ "never" ]) ]; }; })
        # in hosts alone, or there too
        ({ localEval, name, ... }: declared // { config.x.global.it = mkBefore (if localEval then [ name ] else [ ]); })
        ({ localEval, name, ... }: declared // { config.x.global.it = mkMerge [ (mkBefore [ "fleet" ]) (mkIf localEval (mkOverride 100 (lib.mkOrder 400 [ name ]))) ]; })
        ({ localEval, name, lib, ... }: declared // { config = lib.optionalAttrs localEval { x.global.it = mkBefore [ name ]; }; })
      ]
    );
    expected = [ [ "once" "a" ] [ "once" "a" ] [ "a" ] [ "b" "a" "fleet" "a" ] [ "b" "a" "a" ] ];
  };
  "declaring modules: what they force, and what hosts say beside" = {
    expr = map (own: (fleets.plain {
      global = { _file = "global.nix"; options.x.global.it = mkOption { type = types.attrsOf types.int; default = { }; }; config.x.global.it = own; };
      hosts = { a.x.global.it.x = 1; b.x.global.it.y = mkForce 2; };
    }).globalConfig.it) [ { x = mkDefault 9; z = 3; } (mkForce { z = 3; }) (mkDefault { z = 3; }) ];
    expected = [ { x = 1; y = 2; z = 3; } { z = 3; } { x = 1; y = 2; } ];
  };
  "aliases and renamed options: said once, by their old names and new" = {
    expr =
      let
        fleet = fleets.plain {
          global = {
            _file = "global.nix";
            imports = [
              (lib.mkAliasOptionModule [ "x" "global" "alias" ] [ "x" "global" "list" ])
              (lib.mkRenamedOptionModule [ "x" "global" "old" ] [ "x" "global" "only" ])
            ];
            options.x.global = { list = mkOption { type = types.listOf types.int; default = [ ]; }; only = mkOption { type = types.uniq types.int; default = 0; }; };
          };
          hosts = { a = { _file = "a.nix"; x.global = { alias = mkMerge [ [ 1 ] [ 2 ] ]; list = mkAfter [ 7 ]; }; }; b = { _file = "b.nix"; x.global.alias = mkBefore [ 3 ]; }; c = { _file = "c.nix"; x.global.only = 5; }; };
        };
        weak = fleets.plain {
          global = { imports = [ (lib.mkAliasOptionModule [ "x" "global" "alias" ] [ "x" "global" "it" ]) ]; options.x.global.it = mkOption { type = types.int; default = 0; }; };
          hosts = { a.x.global.alias = mkDefault 1; b.x.global.it = 2; };
        };
      in
      [ fleet.globalConfig.list fleet.globalConfig.only weak.globalConfig.it fleet.steading.selfCheck weak.steading.selfCheck ];
    expected = [ [ 3 1 2 7 ] 5 2 [ ] [ ] ];
  };
  "a host that can't be evaluated spoils only what it touches" = {
    expr = (fleets.plain {
      global.options.x.global = { good = mkOption { type = types.int; }; bad = mkOption { type = types.int; }; };
      hosts.a.x.global = { good = 1; bad = throw "bad"; };
    }).globalConfig.good;
    expected = 1;
  };
  "ready-made option sets: by name" = {
    expr = map (readyMade: lib.attrNames (fleets.steading.mkFleet { inherit lib readyMade; inputs = { }; }).globalConfig) [ [ "netsrv" ] false ];
    expected = [ [ "netsrv" ] [ ] ];
  };
}
