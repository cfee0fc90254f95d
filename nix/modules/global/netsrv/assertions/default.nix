/**
  What must hold of the services: each host checks what it says, and what is said of it. A message names the lines.
*/
{
  lib,
  hostname,
  # this host's part, and everybody's
  own,
  all,
  definedAt,
}:

let
  inherit (lib) attrNames concatStringsSep;
  inherit (import ../../../../lib/names.nix { inherit lib; }) didYouMean;

  which = none: some: names: if names == [ ] then none else "${some} ${concatStringsSep ", " names}";

  given = {
    inherit lib hostname all;

    # services that this host says something of
    mine = lib.intersectAttrs own.services all.services;
    ownAccess = own.access;

    # the line that a path of `netsrv` is defined at
    at = path: definedAt ([ "netsrv" ] ++ path);
    refused = message: {
      assertion = false;
      message = "netsrv: ${message}";
    };

    # ends of sentences about a name that there is not
    unknownHost =
      host:
      "which is not in netsrv.hosts (${which "it is empty" "it has" (attrNames all.hosts)}).${didYouMean (attrNames all.hosts) host}";
    unknownService =
      service:
      "which does not exist (${which "there are none" "there are" (attrNames all.services)}).${didYouMean (attrNames all.services) service}";
    unknownPort =
      ports: port:
      "which it does not have (${which "it has none" "it has" (attrNames ports)}).${didYouMean (attrNames ports) port}";
  };
in
import ./services.nix given ++ import ./access.nix given ++ import ./ports.nix given ++ import ./names.nix given
