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

  inherit (import ../../../lib/netsrv/addresses.nix { inherit lib; }) isAddress;
  address = types.addCheck types.str isAddress // {
    description = "IP address";
  };
  # as DNS has them, `_` included; what may be published is asked in assertions.nix
  domainName =
    types.strMatching "[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?([.][A-Za-z0-9_]([A-Za-z0-9_-]{0,62})?)*"
    // {
      description = "name in DNS";
    };

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

  # two hosts that define one service mean two, or forgot to say where it is
  hostOf =
    service:
    types.str
    // {
      merge =
        _: definitions:
        let
          hosts = lib.unique (map (definition: definition.value) definitions);
        in
        if builtins.length hosts == 1 then
          lib.head hosts
        else
          throw "netsrv: service `${service}` is on several hosts: ${lib.concatStringsSep ", " hosts} (${
            at [
              "services"
              service
            ]
          }). If these are services of their own, rename one; if it is one, say `host` where it is defined.";
    };

  site =
    service:
    types.submodule {
      options = {
        title = mkOption {
          type = types.str;
          default = service.name;
          defaultText = "the service's name";
          description = "What the landing page calls it.";
        };

        description = mkOption {
          type = types.str;
          default = "";
          defaultText = "its address";
          example = "What was scanned";
          description = "A few words below that.";
        };

        port = mkOption {
          type = types.str;
          default = if service.ports ? https then "https" else "http";
          defaultText = "`https` where the service has such a port, else `http`";
          description = "Name of the port that is opened.";
        };
      };
    };

  behind = types.submodule {
    options = {
      service = mkOption {
        type = types.str;
        description = "Name of the service behind.";
      };

      port = mkOption {
        type = types.str;
        default = "http";
        description = "Name of its port.";
      };
    };
  };

  service = types.submodule (
    { name, config, ... }:
    {
      options = {
        host = mkOption {
          type = hostOf name;
          description = "Host that offers the service: by default the one that defines it.";
        };

        address = mkOption {
          type = address;
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
          type = domainName;
          default = "${name}.${all.domain}";
          defaultText = "the service's name in `netsrv.domain`";
          example = "files.in.example";
          description = "Name of the service in DNS.";
        };

        aliases = mkOption {
          type = types.listOf domainName;
          default = [ ];
          example = [ "nas" ];
          description = "Further names of the service; one without a dot stands in `netsrv.domain`.";
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

        accessFromAnywhere = mkOption {
          type = types.bool;
          default = false;
          description = "Whether anybody may reach the service, and not only hosts of the fleet.";
        };

        site = mkOption {
          type = types.nullOr (site {
            inherit name;
            inherit (config) ports;
          });
          default = null;
          example = {
            title = "Files";
          };
          description = "What the service shows in a browser: `{ }` is enough to have it on the landing page.";
        };

        behind = mkOption {
          type = types.nullOr behind;
          default = null;
          example = {
            service = "paperless";
          };
          description = "Service that answers behind this one, which is a reverse proxy's. The proxy's host is given access to it.";
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
        type = domainName;
        default = "home.arpa";
        example = "in.example";
        description = "Domain that the services' names stand in. The default is the one that RFC 8375 sets aside for homes.";
      };

      hosts = mkOption {
        type = types.attrsOf address;
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
        assertions = import ./assertions {
          inherit
            lib
            hostname
            all
            definedAt
            ;
          own = (lib.getAttrFromPath namespace config).netsrv;
        };
        _module.args.network = import ../../../lib/netsrv {
          inherit lib definedAt;
          globals = globalConfig;
          host = hostname;
        };
      }
    else
      lib.setAttrByPath namespace {
        netsrv.access = lib.concatMap (
          name:
          let
            service = all.services.${name};
          in
          map (host: {
            inherit host;
            service = name;
          }) (lib.optionals service.accessFromAllHosts (lib.attrNames all.hosts))
          ++ lib.optional (service.behind != null && all.services ? ${service.behind.service}) {
            inherit (service) host;
            inherit (service.behind) service;
          }
        ) (lib.attrNames all.services);
      };
}
