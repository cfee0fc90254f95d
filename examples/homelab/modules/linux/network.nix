# What every linux host takes from the network's globals: the names of all, and who may come in.
{
  globalConfig,
  lib,
  name,
  ...
}:

let
  inherit (globalConfig) netsrv;

  # A service that is meant for some hosts only is reached by those that were given access to it (`netsrv.access`).
  # What is open to everybody, each role says by itself.
  grants = lib.filter (grant: netsrv.services.${grant.service}.host == name) netsrv.access;
  rulesOf =
    grant:
    map (
      port:
      "ip saddr ${netsrv.hosts.${grant.host}} ${port.protocol} dport ${toString port.port} accept comment \"${grant.host} uses ${grant.service}\""
    ) (lib.attrValues netsrv.services.${grant.service}.ports);
in
{
  # Our uplink takes 8 bytes of each packet. A default may be overridden without a quarrel: hosts/linux/gate does.
  x.global.netsrv.mtu = lib.mkDefault 1492;

  # in /etc/hosts too, so that names work while `dns` is down
  networking.hosts = lib.mkMerge (
    lib.mapAttrsToList (host: address: { ${address} = [ host ]; }) netsrv.hosts
    ++ map (service: { ${service.address} = [ service.fqdn ]; }) (lib.attrValues netsrv.services)
  );

  networking.firewall = {
    allowedTCPPorts = [ 22 ];
    extraInputRules = lib.concatLines (lib.unique (lib.concatMap rulesOf grants));
  };
}
