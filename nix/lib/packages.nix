/**
  The flake outputs of pkgs/: packages and dev shells, called with what they ask for from nixpkgs and
  from each other, and with `inputs` and `self`.
*/
{
  lib,
  inputs,
  found,
}:

let
  systems = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "aarch64-darwin"
  ];

  outputsFor =
    system:
    let
      own = {
        inherit inputs system lib;
        self = inputs.self or null;
      };
      # without nixpkgs a package is a derivation by itself
      callWithout =
        file: _:
        let
          content = import file;
        in
        if builtins.isFunction content then
          content (builtins.intersectAttrs (builtins.functionArgs content) (own // packages))
        else
          content;
      call =
        if inputs ? nixpkgs.legacyPackages then
          inputs.nixpkgs.legacyPackages.${system}.newScope (own // packages)
        else
          callWithout;
      called = part: lib.mapAttrs (_: entry: call entry.${part} { }) (
        lib.filterAttrs (_: entry: entry.${part} != null) found.packages
      );
      packages = called "package";
    in
    {
      inherit packages;
      devShells = called "shell";
    };
in
{
  packages = lib.genAttrs systems (system: (outputsFor system).packages);
  devShells = lib.genAttrs systems (system: (outputsFor system).devShells);
}
