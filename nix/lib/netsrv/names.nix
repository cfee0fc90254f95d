/**
  Names in DNS: which of them are host names, and which are ours to publish.
*/
{ lib, netsrv }:

let
  inherit (builtins) match stringLength;

  label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
in
rec {
  domain = lib.toLower netsrv.domain;

  /** A name of its own in the domain, one with dots as it is. */
  complete = name: lib.toLower (if lib.hasInfix "." name then name else "${name}.${netsrv.domain}");

  /** Says whether a name may have an address in DNS (RFC 1123: letters, digits and hyphens). */
  isHostName = name: match "${label}(\\.${label})*" (lib.toLower name) != null && stringLength name <= 253;

  /** Says whether a name is in our domain, the domain itself included. */
  isOurs = name: name == domain || lib.hasSuffix ".${domain}" name;

  fqdnOf = service: lib.toLower service.fqdn;
  aliasesOf = service: map complete service.aliases;
  hostName = host: complete host;
}
