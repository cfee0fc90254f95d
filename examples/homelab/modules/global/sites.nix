# Sites: what people open in a browser. A host that has something to show says so here; the proxy does the rest.
{
  config,
  definedAt,
  globalConfig,
  lib,
  localEval,
  ...
}:

let
  inherit (lib) mkOption types;

  site =
    { name, config, ... }:
    {
      options = {
        service = mkOption {
          type = types.str;
          description = "Service in `netsrv.services` that answers.";
        };
        port = mkOption {
          type = types.str;
          default = "http";
          description = "Name of its port.";
        };
        title = mkOption {
          type = types.str;
          default = name;
          description = "What the landing page calls it.";
        };
        forAdmins = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the proxy asks for an administrator's password.";
        };
      };
    };
in
{
  options.x.global.sites = mkOption {
    type = types.attrsOf (types.submodule site);
    default = { };
    example = {
      papers = {
        service = "paperless";
        title = "Documents";
      };
    };
    description = "Sites by name: `papers` is opened as `papers.DOMAIN`.";
  };

  # Bad input is best refused where it is written: each host checks the sites that it defines.
  config = lib.optionalAttrs localEval {
    assertions = lib.mapAttrsToList (name: site: {
      assertion = globalConfig.netsrv.services ? ${site.service}.ports.${site.port};
      message = "sites.${name} (${definedAt [ "sites" name "service" ]}): there is no service `${site.service}` with a port `${site.port}` in netsrv.services.";
    }) config.x.global.sites;
  };
}
