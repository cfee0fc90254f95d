/**
  How a host is reached, ordered and checked. The names are colmena's where it has one.

  The same options check a host's `meta.nix`, so a default must not depend on the host's configuration.
*/
{ lib, name, ... }:

let
  inherit (lib) mkOption types;
in
{
  options.deployment = {
    targetHost = mkOption {
      type = types.strMatching "[A-Za-z0-9:_][A-Za-z0-9.:%_-]*";
      default = name;
      defaultText = "the host's name";
      example = "10.77.0.11";
      description = "Address or DNS name that SSH connects to.";
    };

    targetUser = mkOption {
      type = types.strMatching "[A-Za-z0-9_][A-Za-z0-9._-]*";
      default = "root";
      description = "User that SSH logs in as. Anybody but root needs `sudo`.";
    };

    targetPort = mkOption {
      type = types.port;
      default = 22;
      description = "Port of the host's SSH server.";
    };

    tags = mkOption {
      type = types.listOf (types.strMatching "[^@!,*?[:space:]][^,*?[:space:]]*");
      default = [ ];
      example = [ "home" ];
      description = "Words that select hosts: `@home` stands for all hosts with the tag `home`.";
    };

    buildOn = mkOption {
      type = types.enum [
        "operator"
        "target"
      ];
      default = "operator";
      description = "Where the system is built: on the operator's machine (and its remote builders), or on the host itself.";
    };

    after = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "router" ];
      description = "Hosts that are deployed before this one.";
    };

    healthCheck = mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            command = mkOption {
              type = types.nullOr types.str;
              default = null;
              description = "Shell command that succeeds on the host once it is well.";
            };
            tcpPort = mkOption {
              type = types.nullOr types.port;
              default = null;
              description = "Port that accepts connections once the host is well.";
            };
            url = mkOption {
              type = types.nullOr types.str;
              default = null;
              description = "URL that answers with success once the host is well.";
            };
            seconds = mkOption {
              type = types.int;
              default = 30;
              description = "How long the host has to become well, in seconds.";
            };
          };
        }
      );
      default = null;
      example = {
        url = "http://www.in.example/";
      };
      description = "What must hold before a deployment counts as confirmed.";
    };

    rollback = mkOption {
      type = types.enum [
        "host"
        "fleet"
        "never"
      ];
      default = "host";
      description = "What goes back to its former system when this host can't be confirmed: the host itself, all hosts of the deployment, or nothing.";
    };

    hostKeys = mkOption {
      type = types.listOf (types.strMatching "[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^[:cntrl:]]*)?");
      default = [ ];
      example = [ "ssh-ed25519 AAAA…" ];
      description = "Public SSH keys that the host may show, as in `known_hosts` without the name. An unknown key is refused.";
    };
  };
}
