/**
  The contract's part `services`: what `netsrv` says, one row a service.
*/
{
  lib,
  show,
  definedAt,
  globalConfig,
}:

let
  inherit (builtins) attrNames filter;

  # null where it can't be evaluated: `globals` says why
  orNull = value: (show.plain value).value or null;

  row = name: service: {
    inherit name;
    host = orNull service.host;
    address = orNull service.address;
    fqdn = orNull service.fqdn;
    ports = map (port: { name = port; } // orNull service.ports.${port}) (
      filter (port: orNull service.ports.${port} != null) (attrNames service.ports)
    );
    accessFrom = lib.unique (
      map (access: access.host) (filter (access: access.service == name) globalConfig.netsrv.access)
    );
    inherit (service) accessFromAllHosts accessFromAnywhere publishDNS;
    definedAt = definedAt name (orNull service.host);
  };
in
lib.mapAttrsToList row globalConfig.netsrv.services
