/*
  DNS zones, as master files (RFC 1035): our domain, and a reverse zone for each network that a name of it is in.

  A name that is not in our domain is not ours to publish, and neither is a service that says so. A host and a service
  have an address (A, AAAA), the aliases of a service lead to it (CNAME), and an address leads back to its host (PTR), or to
  the service where no host has it. The name servers (NS) are the services with a port 53.
*/
{
  lib,
  netsrv,
  addresses,
  names,
  definedAt,
}:

let
  inherit (lib) concatMap filter optional;
  inherit (names) domain;

  published = filter (service: service.publishDNS && names.isOurs (names.fqdnOf service)) (
    lib.attrValues netsrv.services
  );

  # ---- names and their addresses ----

  # the domain is the name of a zone, where others are as they stand in it
  inZone = name: if name == domain then "@" else lib.removeSuffix ".${domain}" name;

  addressRecord = name: address: {
    inherit name;
    type = if addresses.isIPv4 address then "A" else "AAAA";
    data = address;
  };

  # `_` is for names of other sorts: no name server would take it
  ofHosts = lib.mapAttrsToList (host: addressRecord (names.hostName host)) (
    lib.filterAttrs (host: _: names.isHostName host) netsrv.hosts
  );
  ofServices = map (service: addressRecord (names.fqdnOf service) service.address) published;
  ofAliases = concatMap (
    service:
    map (name: {
      inherit name;
      type = "CNAME";
      data = "${names.fqdnOf service}.";
    }) (filter names.isOurs (names.aliasesOf service))
  ) published;

  # ---- addresses and their names ----

  pointer =
    name: address:
    optional (!(addresses.isLocal address)) (
      addresses.reverse address
      // {
        type = "PTR";
        data = "${name}.";
      }
    );
  ofHost = lib.listToAttrs (lib.mapAttrsToList (_: address: lib.nameValuePair address null) netsrv.hosts);
  pointers =
    concatMap (record: pointer record.name record.data) ofHosts
    ++ concatMap (service: pointer (names.fqdnOf service) service.address) (
      filter (service: !(ofHost ? ${service.address})) published
    );

  # ---- zones ----

  answersQuestions = service: lib.any (port: port.port == 53) (lib.attrValues service.ports);
  nameServers = lib.unique (map names.fqdnOf (filter answersQuestions published));
  mainServer =
    if nameServers != [ ] then
      lib.head nameServers
    else
      throw "netsrv: there are no zones, since no published service has a port 53, and a zone must name its server: on the host that runs one, define `netsrv.services.dns.ports.dns = { port = 53; protocol = \"udp\"; };` (the domain is defined at ${
        definedAt [
          "netsrv"
          "domain"
        ]
      }).";

  line = record: "${record.name} ${record.type} ${record.data}\n";

  # It changes exactly when the content does, in no order of time: who keeps a copy is told, or asks anew.
  serialOf =
    content:
    let
      digits = builtins.substring 0 8 (builtins.hashString "sha256" content);
    in
    toString (lib.max 1 (builtins.fromTOML "serial = 0x${digits}").serial);

  zone =
    name: records:
    let
      content =
        lib.concatMapStrings (server: "@ NS ${server}.\n") nameServers
        + lib.concatStrings (lib.unique (map line records));
      timing = "3600 900 604800 60";
    in
    ''
      ; Made by Steading from the services of the fleet.
      $ORIGIN ${name}.
      $TTL 300
      @ SOA ${mainServer}. hostmaster.${domain}. ${serialOf (content + mainServer + timing)} ${timing}
      ${content}'';

  forward = map (record: record // { name = inZone record.name; }) (ofHosts ++ ofServices ++ ofAliases);
in
{
  zones = {
    ${domain} = zone domain forward;
  }
  // lib.mapAttrs zone (builtins.groupBy (record: record.zone) pointers);
}
