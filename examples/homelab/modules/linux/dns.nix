# The role `dns`: dnsmasq answers for our own names, and asks the router for the others.
{
  config,
  globalConfig,
  lib,
  name,
  ...
}:

let
  inherit (globalConfig) netsrv;
  published = lib.filter (service: service.publishDNS) (lib.attrValues netsrv.services);
  records = config.environment.etc."homelab/dns/hosts";
in
{
  options.roles.dns.enable = lib.mkEnableOption "the name server of our domain";

  config = lib.mkIf config.roles.dns.enable {
    x.global.netsrv.services.dns = {
      ports.udp = {
        port = 53;
        protocol = "udp";
      };
      ports.tcp.port = 53;
    };

    networking.firewall = {
      allowedTCPPorts = [ 53 ];
      allowedUDPPorts = [ 53 ];
    };

    environment.etc."homelab/dns/hosts".text = lib.concatLines (
      lib.mapAttrsToList (host: address: "${address} ${host}.${netsrv.domain}") netsrv.hosts
      ++ map (service: "${service.address} ${service.fqdn}") published
    );

    systemd.services.dns = {
      description = "Name server of ${netsrv.domain}";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = lib.concatStringsSep " " [
          "/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-hosts --no-resolv --user=nobody"
          "--listen-address=${netsrv.hosts.${name}} --bind-interfaces"
          "--addn-hosts=/etc/${records.target}"
          "--local=/${netsrv.domain}/ --server=${netsrv.hosts.router}"
        ];
        Restart = "on-failure";
      };
      # dnsmasq reads its records again on SIGHUP
      reload = ''kill -HUP "$MAINPID"'';
      reloadTriggers = [ records.source ];
    };
  };
}
