# A service is on a host that there is, and what it refers to is there.
{
  lib,
  all,
  mine,
  at,
  refused,
  unknownHost,
  unknownService,
  unknownPort,
  ...
}:

let
  inherit (lib) concatMap optional optionals;

  check =
    name:
    let
      service = mine.${name};
      place =
        option:
        at [
          "services"
          name
          option
        ];
      other = all.services.${service.behind.service};
    in
    optional (!(all.hosts ? ${service.host})) (
      refused "service `${name}` (${place "host"}) is on host `${service.host}`, ${unknownHost service.host}"
    )
    ++ optional (service.site != null && !(service.ports ? ${service.site.port})) (
      refused "the site of service `${name}` (${place "site"}) is at its port `${service.site.port}`, ${unknownPort service.ports service.site.port}"
    )
    ++ optionals (service.behind != null) (
      if !(all.services ? ${service.behind.service}) then
        [
          (refused "behind service `${name}` (${place "behind"}) is service `${service.behind.service}`, ${unknownService service.behind.service}")
        ]
      else
        optional (!(other.ports ? ${service.behind.port})) (
          refused "behind service `${name}` (${place "behind"}) is port `${service.behind.port}` of service `${service.behind.service}`, ${unknownPort other.ports service.behind.port}"
        )
    );
in
concatMap check (lib.attrNames mine)
