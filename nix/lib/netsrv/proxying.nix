# What people open in a browser: the sites of the landing page, and what a reverse proxy puts behind its own names.
{
  lib,
  netsrv,
  addresses,
  names,
  definedAt,
}:

let
  schemeOf = name: port: if name == "https" || port.port == 443 then "https" else "http";
  usual = {
    http = 80;
    https = 443;
  };
  urlOf =
    host: name: port:
    let
      scheme = schemeOf name port;
    in
    "${scheme}://${host}${lib.optionalString (port.port != usual.${scheme}) ":${toString port.port}"}";

  portOf =
    service: option: portName:
    netsrv.services.${service}.ports.${portName} or (throw "netsrv: service `${service}` has no port called `${portName}`, which its `${option}` names (${
      definedAt [
        "netsrv"
        "services"
        service
        option
      ]
    }).");

  siteOf =
    name: service:
    let
      inherit (service.site) port;
    in
    {
      inherit name;
      inherit (service) host;
      inherit (service.site) title description;
      url = "${urlOf (names.fqdnOf service) port (portOf name "site" port)}/";
    };

  proxiedOf =
    name: service:
    let
      inherit (service.behind) port;
      at = definedAt [
        "netsrv"
        "services"
        name
        "behind"
      ];
      other =
        netsrv.services.${service.behind.service}
          or (throw "netsrv: behind service `${name}` (${at}) is service `${service.behind.service}`, which does not exist.");
      otherPort =
        other.ports.${port}
          or (throw "netsrv: behind service `${name}` (${at}) is port `${port}` of service `${service.behind.service}`, which has no such port.");
    in
    {
      inherit name;
      inherit (service.behind) service;
      names = [ (names.fqdnOf service) ] ++ names.aliasesOf service;
      inherit (other) address;
      inherit (otherPort) port;
      upstream = "${schemeOf port otherPort}://${addresses.inURL other.address}:${toString otherPort.port}";
    };
in
{
  sites = lib.mapAttrsToList siteOf (lib.filterAttrs (_: service: service.site != null) netsrv.services);
  proxied = lib.mapAttrs proxiedOf (lib.filterAttrs (_: service: service.behind != null) netsrv.services);
}
