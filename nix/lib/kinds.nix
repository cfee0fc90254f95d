/**
  The kinds of host: how each is evaluated, and which derivation is its system.
*/
{ lib, inputs }:

let
  withModules = own: { modules, specialArgs }: lib.evalModules {
    modules = own ++ modules;
    inherit specialArgs;
  };
  toplevelOf = evaluation: evaluation.config.system.build.toplevel;
in
{
  nixos = {
    evaluate =
      host:
      let
        nixosSystem =
          inputs.nixpkgs.lib.nixosSystem
            or (throw "steading: ${host.place} is of kind nixos, which needs `inputs.nixpkgs.lib.nixosSystem`: give the fleet's flake an input `nixpkgs` that is nixpkgs.");
      in
      { modules, specialArgs }: nixosSystem { inherit modules specialArgs; };
    toplevel = toplevelOf;
    # its system refuses by itself to be built while an assertion fails
    checksAssertions = true;
  };

  linux = {
    evaluate = _: withModules [ ../modules/linux ];
    toplevel = toplevelOf;
    checksAssertions = false;
  };

  push = {
    evaluate = _: withModules [ ../modules/push.nix ];
    toplevel = evaluation: evaluation.config.push.deploy;
    checksAssertions = false;
  };
}
