# What every linux host takes from the network's globals: the names of all, and who may come in.
{ lib, network, ... }:
{
  # Our uplink takes 8 bytes of each packet. A default may be overridden without a quarrel: hosts/linux/gate does.
  x.global.netsrv.mtu = lib.mkDefault 1492;

  # in /etc/hosts too, so that names work while `dns` is down
  networking.hosts = network.hosts;

  # The ports of this host's services: for anybody, or for the hosts that have access. Each role says which.
  networking.firewall = lib.mkMerge [
    network.firewall
    { allowedTCPPorts = [ 22 ]; }
  ];
}
