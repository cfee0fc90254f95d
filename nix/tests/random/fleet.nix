# A random fleet: globals of random types, and hosts that define some of them. And the oracle: all of its modules in one
# evaluation, which is what the fleet's globals must come out as.
{ lib, fleets, root }:
seed:
let
  chance = import ./chance.nix "fleet ${toString seed}";
  inherit (chance) percent pick some number;
  types = import ./types.nix { inherit lib chance; file = "${toString root}/fixtures/modules/plain.nix"; proper = true; };
  inherit (types) definition valueOf;

  options = lib.concatMap
    (n:
      let spec = types.spec n 3;
      in lib.optional (percent "${n}?" 75) {
        name = n;
        inherit spec;
        path = if percent "${n}/" 25 then [ "nested" n ] else [ n ];
        default = types.empty spec || percent "${n}.default" 60;
        apply = percent "${n}.apply" 5;
      })
    [ "a" "b" "c" "d" ];

  at = path: value: if path == [ ] then value else { ${builtins.head path} = at (builtins.tail path) value; };
  merged = lib.foldl' lib.recursiveUpdate { };

  global = { globalConfig, ... }: {
    _file = "globals";
    options.x.global = merged (map
      (o: at o.path (lib.mkOption (
        types.typed o.spec
        // lib.optionalAttrs o.default { default = valueOf "${o.name}.defaultValue" o.spec; }
        // lib.optionalAttrs o.apply { apply = value: { applied = value; }; }
      )))
      options) // { flag = lib.mkOption { type = lib.types.bool; default = false; }; };
    # what it defines itself counts once
    config = if percent "global.flagged" 30 then lib.mkIf globalConfig.flag { x.global = defined "global" 15; } else { x.global = defined "global" 15; };
  };

  defined = who: share: merged (map
    (o: at o.path (definition "${who}.${o.name}" o.spec))
    (lib.filter (o: percent "${who}.${o.name}.has" share) options));

  host = who: { globalConfig, ... }: {
    _file = "${who}.nix";
    config = pick "${who}.config" [
      { x.global = defined who 60; }
      (lib.mkMerge [ { x.global = defined who 50; } { x.global = defined "${who}.second" 30; } ])
      (lib.mkIf globalConfig.flag { x.global = defined who 60; })
      { x.global = lib.mkMerge [ (lib.mkIf (!globalConfig.flag) (defined who 60)) (defined "${who}.second" 30) ]; }
    ];
  };
  names = lib.sublist 0 (1 + number "hosts" 3) [ "ant" "bee" "cat" ];
  hosts = lib.genAttrs names host;
  data = { _file = "data.nix"; x.global = defined "data" 20 // lib.optionalAttrs (percent "flagged" 50) { flag = true; }; };

  oracle = lib.evalModules {
    modules = [ global data ] ++ map (n: hosts.${n}) names;
    specialArgs = { localEval = false; name = "nobody"; globalConfig = oracle.config.x.global; };
  };
  fleet = fleets.plain { inherit global hosts; data = [ data ]; };
in
{
  inherit oracle fleet;
  paths = map (o: o.path) options ++ [ [ "flag" ] ];
}
