# What a host lets in: the ports of its services, for anybody or for the hosts that have access.
{
  lib,
  netsrv,
  addresses,
  host,
}:

let
  onHost = lib.filterAttrs (_: service: service.host == host) netsrv.services;
  users = builtins.groupBy (entry: entry.service) netsrv.access;

  # a host reaches itself without our leave
  fromOf =
    name: service:
    if service.accessFromAnywhere then
      null
    else
      lib.listToAttrs (
        map (other: lib.nameValuePair other netsrv.hosts.${other}) (
          lib.filter (other: other != host && netsrv.hosts ? ${other}) (
            map (entry: entry.host) (users.${name} or [ ])
          )
        )
      );

  openPorts = lib.concatLists (
    lib.mapAttrsToList (
      service: settings:
      lib.mapAttrsToList (name: port: {
        inherit service name;
        inherit (port) port protocol;
        from = fromOf service settings;
      }) settings.ports
    ) onHost
  );

  isFor = protocol: from: open: open.protocol == protocol && (open.from == null) == (from == null);
  numbers =
    protocol:
    lib.sort (a: b: a < b) (lib.unique (map (open: open.port) (lib.filter (isFor protocol null) openPorts)));

  allowedTCPPorts = numbers "tcp";
  allowedUDPPorts = numbers "udp";
  isOpen = open: lib.elem open.port (if open.protocol == "tcp" then allowedTCPPorts else allowedUDPPorts);

  # a comment ends at a quote, and nftables takes 128 characters
  comment =
    service:
    lib.optionalString (builtins.match "[A-Za-z0-9._ -]{1,100}" service != null) " comment \"${service}\"";
  rule =
    family: open: sources:
    lib.optional (sources != [ ]) "${family} saddr { ${lib.concatStringsSep ", " sources} } ${open.protocol} dport ${toString open.port} accept${comment open.service}";
  rulesOf =
    open:
    let
      sources = lib.unique (lib.attrValues open.from);
    in
    rule "ip" open (lib.filter addresses.isIPv4 sources)
    ++ rule "ip6" open (lib.filter addresses.isIPv6 sources);

  extraInputRules = lib.concatMapStrings (line: "${line}\n") (
    lib.unique (lib.concatMap rulesOf (lib.filter (open: open.from != null && !(isOpen open)) openPorts))
  );
  forAnybody =
    protocol: ports:
    lib.optionalString (ports != [ ]) "${protocol} dport { ${lib.concatMapStringsSep ", " toString ports} } accept\n";
in
{
  inherit openPorts;
  options = { inherit allowedTCPPorts allowedUDPPorts extraInputRules; };
  rules = forAnybody "tcp" allowedTCPPorts + forAnybody "udp" allowedUDPPorts + extraInputRules;
}
