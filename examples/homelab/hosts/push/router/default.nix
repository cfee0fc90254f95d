# The router, an OpenWrt box. Three of its files are ours; all of what they say follows from the globals.
{ globalConfig, lib, ... }:

let
  inherit (globalConfig) netsrv portForwards;

  forwardOf =
    forward:
    let
      service = netsrv.services.${forward.service};
    in
    {
      type = "redirect";
      options = {
        inherit (forward) name;
        target = "DNAT";
        src = "wan";
        src_dport = forward.outside;
        dest = "lan";
        dest_ip = service.address;
        dest_port = service.ports.${forward.port}.port;
        proto = service.ports.${forward.port}.protocol;
      };
    };
in
{
  # Entered by hand, since somebody else made it: a secret without a generation.
  x.global.agenix.secrets."uplink/password" = { };

  uci.network = [
    {
      type = "interface";
      name = "lan";
      options = {
        device = "eth0";
        proto = "static";
        ipaddr = netsrv.hosts.router;
        netmask = "255.255.255.0";
        inherit (netsrv) mtu;
      };
    }
  ];

  uci.dhcp = [
    {
      type = "dnsmasq";
      options = {
        inherit (netsrv) domain;
        # our own names are known to whichever host offers the service `dns`
        server = [ "/${netsrv.domain}/${netsrv.services.dns.address}" ];
      };
    }
    {
      type = "dhcp";
      name = "lan";
      options = {
        interface = "lan";
        start = 100;
        limit = 100;
        leasetime = "12h";
        dhcp_option = [
          "option:dns-server,${netsrv.services.dns.address}"
          "option:mtu,${toString netsrv.mtu}"
        ];
      };
    }
  ];

  uci.firewall = [
    {
      type = "defaults";
      options = {
        input = "ACCEPT";
        output = "ACCEPT";
        forward = "REJECT";
      };
    }
  ]
  ++ map forwardOf (lib.attrValues portForwards);
}
