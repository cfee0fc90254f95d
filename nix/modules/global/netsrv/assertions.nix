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
  inherit (lib)
    attrNames
    concatMap
    concatStringsSep
    filter
    mapAttrsToList
    optional
    ;
  inherit (import ../../../lib/names.nix { inherit lib; }) didYouMean;

  at = path: definedAt ([ "netsrv" ] ++ path);
  refused = message: {
    assertion = false;
    message = "netsrv: ${message}";
  };

  listing = names: if names == [ ] then "there are none" else "there are ${concatStringsSep ", " names}";
  hostNames = attrNames all.hosts;
  unknownHost =
    host:
    "which is not in netsrv.hosts (${
      if hostNames == [ ] then "it is empty" else "it has ${concatStringsSep ", " hostNames}"
    }).${didYouMean hostNames host}";
  serviceNames = attrNames all.services;
  unknownService = service: "which does not exist (${listing serviceNames}).${didYouMean serviceNames service}";

  # ---- services ----

  servicesHaveHosts = concatMap (
    name:
    let
      inherit (own.services.${name}) host;
    in
    optional (!(all.hosts ? ${host})) (
      refused "service `${name}` (${at [ "services" name "host" ]}) is on host `${host}`, ${unknownHost host}"
    )
  ) (attrNames own.services);

  # ---- access ----

  isUnknown = entry: !(all.hosts ? ${entry.host}) || !(all.services ? ${entry.service});
  # what belongs to no host is checked by the host that it is about
  isAboutMe = entry: entry.host == hostname || (all.services.${entry.service}.host or null) == hostname;
  placeOf =
    entry:
    at [
      "access"
      ({ inherit (entry) service; } // lib.optionalAttrs (entry.host != hostname) { inherit (entry) host; })
    ];

  accessIsKnown = concatMap (
    entry:
    optional (!(all.services ? ${entry.service})) (
      refused "access (${placeOf entry}) is given to service `${entry.service}`, ${unknownService entry.service}"
    )
    ++ optional (!(all.hosts ? ${entry.host})) (
      refused "access (${placeOf entry}) to service `${entry.service}` is given to host `${entry.host}`, ${unknownHost entry.host}"
    )
  ) (lib.unique (filter isUnknown own.access ++ filter (entry: isUnknown entry && isAboutMe entry) all.access));

  # ---- ports ----

  # { "80/tcp" = [ { user; path; shared; } ]; } of this host
  portUsers = builtins.groupBy (use: use.key) (
    concatMap (
      service:
      mapAttrsToList (port: p: {
        key = "${toString p.port}/${p.protocol}";
        path = [
          "services"
          service
          "ports"
          port
        ];
        inherit (p) shared;
      }) all.services.${service}.ports
    ) (filter (service: all.services.${service}.host == hostname) serviceNames)
  );

  user = use: "${lib.showOption use.path} (${lib.optionalString use.shared "shared, "}${at (use.path ++ [ "port" ])})";
  times = uses: if builtins.length uses == 2 then "twice" else "${toString (builtins.length uses)} times";

  portsAreFree = concatMap (
    key:
    let
      uses = portUsers.${key};
    in
    optional (builtins.length uses > 1 && !(lib.all (use: use.shared) uses)) (
      refused "port ${key} of host ${hostname} is taken ${times uses}: by ${
        concatStringsSep " and " (map user uses)
      }. Give one another port, or set `shared = true` on all of them."
    )
  ) (attrNames portUsers);
in
servicesHaveHosts ++ accessIsKnown ++ portsAreFree
