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
  definedAt,
  globalConfig,
  lib,
  localEval,
  name,
  namespace,
  ...
}:

let
  inherit (lib) mkOption types;

  hostname = name;
  all = globalConfig.netsrv;
  at = path: definedAt ([ "netsrv" ] ++ path);

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
              or (throw "netsrv: service `${name}` (${
                at [
                  "services"
                  name
                  "host"
                ]
              }) is on host `${config.host}`, which has no address in netsrv.hosts.");
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
      {
        assertions = import ./assertions.nix {
          inherit
            lib
            hostname
            all
            definedAt
            ;
          own = (lib.getAttrFromPath namespace config).netsrv;
        };
      }
    else
      lib.setAttrByPath namespace {
        netsrv.access = lib.concatMap (
          service: map (host: { inherit host service; }) (lib.attrNames all.hosts)
        ) (lib.filter (service: all.services.${service}.accessFromAllHosts) (lib.attrNames all.services));
      };
}
