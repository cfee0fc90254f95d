# The role `dns`: unbound answers for our own names, and asks the router for the others.
{
  config,
  globalConfig,
  lib,
  network,
  ...
}:

let
  inherit (globalConfig) netsrv;
  inherit (netsrv.services.dns) address;

  file = name: "homelab/dns/${name}";
  zoneText = name: ''
    server:
      local-zone: "${name}." transparent
    auth-zone:
      name: "${name}."
      zonefile: "/etc/${file name}"
  '';
in
{
  options.roles.dns.enable = lib.mkEnableOption "the name server of our domain";

  config = lib.mkIf config.roles.dns.enable {
    x.global.netsrv.services.dns = {
      accessFromAnywhere = true;
      ports.udp = {
        port = 53;
        protocol = "udp";
      };
      ports.tcp.port = 53;
    };

    # The zones follow from the services of all hosts: the domain's, and the reverse ones.
    environment.etc = lib.mapAttrs' (name: text: lib.nameValuePair (file name) { inherit text; }) network.zones // {
      ${file "unbound.conf"}.text = ''
        server:
          interface: ${address}
          access-control: 0.0.0.0/0 allow
          chroot: ""
          directory: "/etc/homelab/dns"
          pidfile: ""
          use-syslog: no
          module-config: "iterator"
        ${lib.concatMapStrings zoneText (lib.attrNames network.zones)}
        forward-zone:
          name: "."
          forward-addr: ${netsrv.hosts.router}
      '';
    };

    systemd.services.dns = {
      description = "Name server of ${netsrv.domain}";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = "/usr/sbin/unbound -d -p -c /etc/${file "unbound.conf"}";
        Restart = "on-failure";
      };
      # it reads its configuration and its zones again, if they are right
      reload = ''
        /usr/sbin/unbound-checkconf /etc/${file "unbound.conf"}
        kill -HUP "$MAINPID"
      '';
      reloadTriggers = map (name: config.environment.etc.${file name}.source) (
        [ "unbound.conf" ] ++ lib.attrNames network.zones
      );
    };
  };
}
