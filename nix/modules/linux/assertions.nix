# `assertions` and `warnings`, as in NixOS. They are listed in the fleet's contract, and a host with one that fails is
# not deployed; its system can still be looked at.
{ lib, ... }:

let
  inherit (lib) mkOption types;
in
{
  options = {
    assertions = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
      example = [
        {
          assertion = false;
          message = "you can't enable this for that reason";
        }
      ];
      description = "Conditions that must hold for the configuration to be deployed, each with what to say if it doesn't.";
    };

    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "The option `foo` goes away; use `bar`." ];
      description = "What to tell whoever deploys this host.";
    };
  };
}
