# Ports of the outside that lead to a service of ours. Said by the host that offers the service, done by the router.
{ lib, ... }:

let
  inherit (lib) mkOption types;

  forward =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
          description = "What the router calls it.";
        };
        outside = mkOption {
          type = types.port;
          description = "Port of our address on the internet.";
        };
        service = mkOption {
          type = types.str;
          description = "Service in `netsrv.services` that it leads to.";
        };
        port = mkOption {
          type = types.str;
          description = "Name of the service's port.";
        };
      };
    };
in
{
  options.x.global.portForwards = mkOption {
    type = types.attrsOf (types.submodule forward);
    default = { };
    description = "Port forwards by name.";
  };
}
