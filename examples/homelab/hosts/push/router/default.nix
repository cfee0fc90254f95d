# The router, an OpenWrt box. Three of its files are ours; all of what they say follows from the globals.
{ globalConfig, lib, ... }:

let
  inherit (globalConfig) netsrv portForwards;
  forwards = lib.attrValues portForwards;
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
        # names are answered by whichever host offers the service `dns`
        port = 0;
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
          "6,${netsrv.services.dns.address}"
          "26,${toString netsrv.mtu}"
        ];
      };
    }
  ]
  ++ lib.mapAttrsToList (host: address: {
    type = "domain";
    options = {
      name = host;
      ip = address;
    };
  }) netsrv.hosts;

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
  ++ map (forward: {
    type = "redirect";
    options = {
      inherit (forward) name;
      target = "DNAT";
      src = "wan";
      src_dport = forward.outside;
      dest = "lan";
      dest_ip = netsrv.services.${forward.service}.address;
      dest_port = netsrv.services.${forward.service}.ports.${forward.port}.port;
      proto = netsrv.services.${forward.service}.ports.${forward.port}.protocol;
    };
  }) forwards;
}
