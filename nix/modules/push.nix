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
        Derivation with the program `bin/deploy`, which runs on the operator's machine. `STEADING_ACTION` says what
        to do: `status` prints what the device has (the output path that was applied, `none`, or any other word),
        `plan` the difference to that, `apply` brings it there, `rollback` takes the last `apply` back.
        `STEADING_ADDRESS` is where the device is; for what goes over SSH there are `STEADING_USER`, `STEADING_PORT` and
        `STEADING_SSHOPTS`, words for `ssh`, and 255 is the exit status of an `ssh` that failed.
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
