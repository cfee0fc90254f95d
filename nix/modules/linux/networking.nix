# The host's name and its /etc/hosts.
{ config, lib, name, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking;
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
      default = name;
      defaultText = "the host's name in the fleet";
      description = "Name of the machine, written to `/etc/hostname`: it takes effect at the next boot.";
    };

    hosts = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
      example = {
        "10.0.0.1" = [ "router.example" ];
      };
      description = "Names of addresses, for `/etc/hosts`.";
    };

    extraHosts = mkOption {
      type = types.lines;
      default = "";
      example = "10.0.0.1 router.example";
      description = "Further lines of `/etc/hosts`.";
    };
  };

  config = {
    networking.hosts = {
      "127.0.0.1" = lib.mkBefore [ "localhost" ];
      "::1" = [
        "localhost"
        "ip6-localhost"
        "ip6-loopback"
      ];
      "127.0.1.1" = [ cfg.hostName ];
    };

    environment.etc = {
      hostname.text = "${cfg.hostName}\n";
      hosts.text =
        lib.concatStrings (
          lib.mapAttrsToList (
            address: names:
            lib.optionalString (names != [ ]) "${address} ${lib.concatStringsSep " " (lib.unique names)}\n"
          ) cfg.hosts
        )
        + cfg.extraHosts;
    };
  };
}
