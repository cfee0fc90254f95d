/**
  Network services: who offers what, where, on which ports, and who may reach it.

  A host says what it offers, and every host reads it: firewalls, DNS zones, reverse proxies and scrape
  targets follow. Moving a service to another host changes one line.

  # Examples

  ```nix
  # on the host `attic`
  x.global.netsrv.services.files.ports.https.port = 443;

  # on any other
  upstream = "https://${globalConfig.netsrv.services.files.fqdn}";
  ```
*/
{
  config,
  globalConfig,
  lib,
  localEval,
  name,
  namespace,
  ...
}:

let
  inherit (lib)
    attrNames
    concatLists
    concatMap
    concatStringsSep
    filter
    mapAttrsToList
    mkOption
    types
    ;

  hostname = name;
  own = (lib.getAttrFromPath namespace config).netsrv;
  all = globalConfig.netsrv;

  knownHosts =
    if all.hosts == { } then "it is empty" else "it has ${concatStringsSep ", " (attrNames all.hosts)}";
  knownServices =
    if all.services == { } then
      "there are none"
    else
      "there are ${concatStringsSep ", " (attrNames all.services)}";

  port = types.submodule {
    options = {
      port = mkOption {
        type = types.port;
        example = 443;
        description = "Number of the port.";
      };

      protocol = mkOption {
        type = types.enum [
          "tcp"
          "udp"
        ];
        default = "tcp";
        description = "Protocol of the port.";
      };

      shared = mkOption {
        type = types.bool;
        default = false;
        description = "Whether other services of the same host may use the port too, as virtual hosts of one web server do.";
      };
    };
  };

  service = types.submodule (
    { name, config, ... }:
    {
      options = {
        host = mkOption {
          type = types.str;
          description = "Host that offers the service: by default the one that defines it.";
        };

        address = mkOption {
          type = types.str;
          default =
            all.hosts.${config.host}
              or (throw "netsrv: service `${name}` is on host `${config.host}`, which has no address in netsrv.hosts (${knownHosts}).");
          defaultText = "the host's address in `netsrv.hosts`";
          example = "10.77.0.14";
          description = "Address that the service listens on.";
        };

        fqdn = mkOption {
          type = types.str;
          default = "${name}.${all.domain}";
          defaultText = "the service's name in `netsrv.domain`";
          example = "files.in.example";
          description = "Name of the service in DNS.";
        };

        ports = mkOption {
          type = types.attrsOf port;
          default = { };
          example = {
            https.port = 443;
          };
          description = "Ports by name.";
        };

        accessFromAllHosts = mkOption {
          type = types.bool;
          default = false;
          description = "Whether all hosts may reach the service: adds an `access` for each.";
        };

        publishDNS = mkOption {
          type = types.bool;
          default = true;
          description = "Whether the name is published in DNS.";
        };
      };

      config = lib.optionalAttrs localEval {
        host = lib.mkDefault hostname;
      };
    }
  );

  access = types.submodule {
    options = {
      host = mkOption {
        type = types.str;
        description = "Host that may reach the service: by default the one that says so.";
      };

      service = mkOption {
        type = types.str;
        description = "Name of the service.";
      };
    };

    config = lib.optionalAttrs localEval {
      host = lib.mkDefault hostname;
    };
  };

  # ---- assertions ----

  check = assertion: message: { inherit assertion message; };

  servicesHaveHosts = mapAttrsToList (
    name: service:
    check (all.hosts ? ${service.host})
      "netsrv: service `${name}` is on host `${service.host}`, which is not in netsrv.hosts (${knownHosts})."
  ) own.services;

  accessIsKnown = concatMap (entry: [
    (check (all.hosts ? ${entry.host})
      "netsrv: access to service `${entry.service}` is given to host `${entry.host}`, which is not in netsrv.hosts (${knownHosts})."
    )
    (check (all.services ? ${entry.service})
      "netsrv: access is given to service `${entry.service}`, which does not exist (${knownServices})."
    )
  ]) own.access;

  # { "80/tcp" = [ { user; shared; } ]; } of this host
  portUsers = builtins.groupBy (use: use.key) (
    concatLists (
      mapAttrsToList (
        service: settings:
        lib.optionals (settings.host == hostname) (
          mapAttrsToList (port: p: {
            key = "${toString p.port}/${p.protocol}";
            user = "services.${service}.ports.${port}";
            inherit (p) shared;
          }) settings.ports
        )
      ) all.services
    )
  );

  portsAreFree = mapAttrsToList (
    key: uses:
    check (builtins.length uses == 1 || lib.all (use: use.shared) uses)
      "netsrv: port ${key} of host `${hostname}` is taken twice: by ${
        concatStringsSep " and " (map (use: use.user + lib.optionalString use.shared " (shared)") uses)
      }. Give one another port, or set `shared = true` on all of them."
  ) portUsers;
in
{
  options = lib.setAttrByPath namespace {
    netsrv = {
      domain = mkOption {
        type = types.str;
        default = "home.arpa";
        example = "in.example";
        description = "Domain that the services' names stand in. The default is the one that RFC 8375 sets aside for homes.";
      };

      hosts = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          attic = "10.77.0.14";
        };
        description = "Addresses of the hosts.";
      };

      services = mkOption {
        type = types.attrsOf service;
        default = { };
        description = "Services by name.";
      };

      access = mkOption {
        type = types.listOf access;
        default = [ ];
        example = [ { service = "files"; } ];
        description = "Which host may reach which service.";
      };
    };
  };

  config =
    if localEval then
      { assertions = servicesHaveHosts ++ accessIsKnown ++ portsAreFree; }
    else
      lib.setAttrByPath namespace {
        netsrv.access = concatMap (
          service:
          map (host: { inherit host service; }) (attrNames all.hosts)
        ) (filter (service: all.services.${service}.accessFromAllHosts) (attrNames all.services));
      };
}
