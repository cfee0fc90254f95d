# What a lib makes of the random modules of a seed.
{ lib, root }:
seed:
let
  chance = import ./chance.nix seed;
  types = import ./types.nix { inherit lib chance; file = "${toString root}/fixtures/modules/plain.nix"; };
  modules = import ./modules.nix { inherit lib chance types; };
  evaluated = lib.evalModules { inherit modules; };
in
# answers of different places are the same
builtins.replaceStrings [ (toString root) ] [ "<tests>" ] (builtins.toJSON (import ./observe.nix { inherit lib; } evaluated))
