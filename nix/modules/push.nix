/**
  A device that runs no Nix: the operator's machine pushes to it by a program.
*/
{ lib, ... }:

let
  inherit (lib) mkOption types;
in
{
  options = {
    push.deploy = mkOption {
      type = types.package;
      description = ''
        Derivation with the program `bin/deploy`, which runs on the operator's machine with the device's
        address in `STEADING_ADDRESS` and one of four words in `STEADING_ACTION`: `plan` prints the
        difference to what the device has, `apply` brings it there, `status` prints an identifier of what
        it has, `rollback` takes the last `apply` back.
      '';
    };

    nixpkgs.hostPlatform = mkOption {
      type = types.str;
      example = "x86_64-linux";
      description = "System that the program is built for: the operator's.";
    };

    assertions = mkOption {
      type = types.listOf types.anything;
      default = [ ];
      example = [
        {
          assertion = false;
          message = "A sentence that says what to change.";
        }
      ];
      description = "What must hold before the device is deployed to.";
    };

    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "What the operator should know when the device is evaluated.";
    };
  };
}
