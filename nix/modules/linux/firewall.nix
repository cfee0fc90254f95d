# Which ports the host means to offer, as an nftables ruleset.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking.firewall;

  accept =
    protocol: ports:
    lib.optionalString (ports != [ ])
      "    ${protocol} dport { ${
            lib.concatMapStringsSep ", " toString (lib.sort (a: b: a < b) (lib.unique ports))
          } } accept\n";
in
{
  options.networking.firewall = {
    allowedTCPPorts = mkOption {
      type = types.listOf types.port;
      default = [ ];
      example = [
        22
        80
      ];
      description = "TCP ports that anybody may reach.";
    };

    allowedUDPPorts = mkOption {
      type = types.listOf types.port;
      default = [ ];
      description = "UDP ports that anybody may reach.";
    };

    extraInputRules = mkOption {
      type = types.lines;
      default = "";
      example = "ip saddr 10.77.0.13 tcp dport 9100 accept";
      description = "Further rules of the `input` chain, in the language of nftables.";
    };
  };

  config.environment.etc."steading/firewall.nft".text = ''
    # What this host offers, by its configuration. The linux kind writes this ruleset and doesn't load it: the
    # distribution may have a firewall of its own. To use it: nft -f /etc/steading/firewall.nft
    table inet steading
    delete table inet steading
    table inet steading {
      chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        iif lo accept
        meta l4proto { icmp, icmpv6 } accept
    ${accept "tcp" cfg.allowedTCPPorts}${accept "udp" cfg.allowedUDPPorts}${
      lib.concatMapStrings (rule: "    ${rule}\n") (
        lib.filter (rule: rule != "") (lib.splitString "\n" cfg.extraInputRules)
      )
    }  }
    }
  '';
}
