# Names that are published can be published, and mean one thing each.
{
  lib,
  all,
  mine,
  at,
  refused,
  ...
}:

let
  inherit (lib) concatMap filter;
  names = import ../../../../lib/netsrv/names.nix {
    inherit lib;
    netsrv = all;
  };

  isPublished = service: service.publishDNS && names.isOurs (names.fqdnOf service);
  published = lib.filterAttrs (_: isPublished) all.services;

  pathOf = name: [
    "services"
    name
  ];

  # who has a name: { NAME = [ { owner; path; address; } ]; }, where an alias has no address of its own
  owners =
    let
      entry = name: owner: path: address: { ${name} = [ { inherit owner path address; } ]; };
      ofHost =
        host:
        entry (names.hostName host) "host ${host}" [
          "hosts"
          host
        ];
      ofService =
        name: service:
        [ (entry (names.fqdnOf service) "service ${name}" (pathOf name) service.address) ]
        ++ map (
          alias: entry alias "an alias of service ${name}" (pathOf name ++ [ "aliases" ]) null
        ) (names.aliasesOf service);
    in
    builtins.zipAttrsWith (_: lib.concatLists) (
      lib.mapAttrsToList ofHost all.hosts ++ lib.concatLists (lib.mapAttrsToList ofService published)
    );

  # several services may have one name, which is then found at all their addresses; a host's leads to it alone
  isClear =
    has:
    let
      addresses = lib.unique (map (it: it.address) has);
      hasHost = lib.any (it: lib.head it.path == "hosts") has;
    in
    builtins.length has == 1
    || !(lib.elem null addresses) && (!hasHost || builtins.length addresses == 1);

  # each host checks the names of its own services
  isMine = it: lib.head it.path == "services" && mine ? ${lib.elemAt it.path 1};
  unclear = lib.filterAttrs (_: has: lib.any isMine has && !(isClear has)) owners;

  unpublishable =
    name:
    let
      service = mine.${name};
      wrong = filter (n: names.isOurs n && !(names.isHostName n)) (
        [ (names.fqdnOf service) ] ++ names.aliasesOf service
      );
    in
    map (
      n:
      refused "service `${name}` (${at (pathOf name)}) can't be published in DNS as `${n}`: the name of a host has letters, digits and hyphens. Rename it, give it another `fqdn`, or set `publishDNS = false`."
    ) wrong;
in
concatMap unpublishable (filter (name: isPublished mine.${name}) (lib.attrNames mine))
++ map (
  name:
  refused "the name ${name} means several things: ${
    lib.concatMapStringsSep " and " (it: "${it.owner} (${at it.path})") unclear.${name}
  }. Rename one, or give it another `fqdn`."
) (lib.attrNames unclear)
