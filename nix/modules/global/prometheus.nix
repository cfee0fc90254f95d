/**
  What is monitored: scrape targets name a service and one of its ports, the monitoring host does the rest.

  # Examples

  ```nix
  x.global.prometheus.scrapeConfigs.node.targets = [
    { service = "node-exporter-attic"; port = "metrics"; }
  ];
  ```
*/
{
  config,
  definedAt,
  globalConfig,
  lib,
  localEval,
  namespace,
  ...
}:

let
  inherit (lib) mkOption types;

  own = (lib.getAttrFromPath namespace config).prometheus;
  services = globalConfig.netsrv.services;

  target = types.submodule {
    options = {
      service = mkOption {
        type = types.str;
        description = "Name of the service in `netsrv.services`.";
      };

      port = mkOption {
        type = types.str;
        description = "Name of its port.";
      };
    };
  };

  scrapeConfig = types.submodule {
    options = {
      targets = mkOption {
        type = types.listOf target;
        default = [ ];
        description = "What is scraped; each host adds its own.";
      };

      scheme = mkOption {
        type = types.enum [
          "http"
          "https"
        ];
        default = "http";
        description = "How the targets are asked.";
      };

      path = mkOption {
        type = types.str;
        default = "/metrics";
        description = "Path that the targets answer at.";
      };

      basicAuth = mkOption {
        type = types.nullOr (
          types.submodule {
            options = {
              username = mkOption {
                type = types.str;
                description = "User that Prometheus logs in as.";
              };

              passwordSecret = mkOption {
                type = types.str;
                description = "Name of the secret with the password.";
              };
            };
          }
        );
        default = null;
        description = "How Prometheus logs in, where the targets ask for it.";
      };
    };
  };

  inherit (import ../../lib/names.nix { inherit lib; }) didYouMean;

  targetAssertions =
    job: entry:
    let
      place = definedAt [
        "prometheus"
        "scrapeConfigs"
        job
        "targets"
        { inherit (entry) service port; }
      ];
      where = "prometheus.scrapeConfigs.${job}: target ${entry.service} (${place})";
      ports = services.${entry.service}.ports or { };
    in
    [
      {
        assertion = services ? ${entry.service};
        message = "${where}: there is no such service in netsrv.services.${didYouMean (lib.attrNames services) entry.service}";
      }
      {
        assertion = !(services ? ${entry.service}) || ports ? ${entry.port};
        message = "${where} has no port called `${entry.port}`.${didYouMean (lib.attrNames ports) entry.port}";
      }
    ];
in
{
  options = lib.setAttrByPath namespace {
    prometheus = {
      scrapeConfigs = mkOption {
        type = types.attrsOf scrapeConfig;
        default = { };
        description = "Scrape jobs by name.";
      };

      users = mkOption {
        type = types.coercedTo (types.listOf types.str) lib.unique (types.listOf types.str);
        default = [ ];
        description = "People who may see the monitoring.";
      };
    };
  };

  config = lib.optionalAttrs localEval {
    assertions = lib.concatLists (
      lib.mapAttrsToList (
        job: settings: lib.concatMap (targetAssertions job) settings.targets
      ) own.scrapeConfigs
    );
  };
}
