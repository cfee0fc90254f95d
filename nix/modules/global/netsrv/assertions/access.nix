# Access is given to hosts and services that there are.
{
  lib,
  hostname,
  all,
  ownAccess,
  at,
  refused,
  unknownHost,
  unknownService,
  ...
}:

let
  inherit (lib) filter optional;

  isUnknown = entry: !(all.hosts ? ${entry.host}) || !(all.services ? ${entry.service});
  # what belongs to no host is checked by the host that it is about
  isAboutMe = entry: entry.host == hostname || (all.services.${entry.service}.host or null) == hostname;

  placeOf =
    entry:
    at [
      "access"
      ({ inherit (entry) service; } // lib.optionalAttrs (entry.host != hostname) { inherit (entry) host; })
    ];

  complain =
    entry:
    optional (!(all.services ? ${entry.service})) (
      refused "access (${placeOf entry}) is given to service `${entry.service}`, ${unknownService entry.service}"
    )
    ++ optional (!(all.hosts ? ${entry.host})) (
      refused "access (${placeOf entry}) to service `${entry.service}` is given to host `${entry.host}`, ${unknownHost entry.host}"
    );
in
lib.concatMap complain (
  lib.unique (filter isUnknown ownAccess ++ filter (entry: isUnknown entry && isAboutMe entry) all.access)
)
