/**
  The programs that make secrets, for each system: `programs.SYSTEM.NAME`. Each is made of the fleet's own nixpkgs and its own packages (pkgs/).

  Without nixpkgs there are the fleet's own packages, and `coreutils` stands for all that the building machine has in
  /usr/bin.

  # Type

  ```
  programs :: { [System] :: { [SecretName] :: { derivation, path, inputs } } }
  ```
*/
{
  lib,
  inputs,
  # flake outputs: packages of pkgs/ by system
  packages,
  # secrets as they are declared
  secrets,
}:

let
  byScript = lib.filterAttrs (_: secret: secret.generation.script or null != null) secrets;

  pkgsOf =
    system: own:
    if inputs ? nixpkgs.legacyPackages then
      inputs.nixpkgs.legacyPackages.${system} // own
    else
      let
        build = import ./build.nix { inherit system; };
        machine = build.folder "coreutils" { } ''ln -s /usr/bin "$out/bin"'';
      in
      {
        coreutils = machine // {
          pname = "coreutils";
        };
        inherit build;
      }
      // own;
in
lib.mapAttrs (
  system: own:
  let
    pkgs = pkgsOf system own;
    program = import ./program.nix { inherit lib pkgs; };
  in
  lib.mapAttrs (
    name: secret:
    program {
      inherit name;
      inherit (secret.generation.script) script runtimeInputs;
    }
  ) byScript
) packages
