# The front door: everything that is read in a browser comes through here, and names are looked up here.
{ lib, ... }:
{
  roles.proxy.enable = true;
  roles.dns.enable = true;
  roles.backups.enable = true;
  roles.logins.enable = true;

  # From outside, the web ends at this host's proxy. The router reads this.
  x.global.portForwards.web = {
    service = "proxy";
    port = "http";
    outside = 80;
  };

  # The tunnel to our friends' network ends here too, and takes 80 bytes of each packet: so everybody keeps to less.
  # A force wins over what modules/linux/network.nix says by mkDefault: `steading globals netsrv.mtu` shows both.
  x.global.netsrv.mtu = lib.mkForce 1412;
}
