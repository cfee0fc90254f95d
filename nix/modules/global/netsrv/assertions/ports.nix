# A port of a host belongs to one service, or to several that share it.
{
  lib,
  hostname,
  all,
  at,
  refused,
  ...
}:

let
  inherit (builtins) length;
  inherit (lib) attrNames concatMap filter;

  # { "80/tcp" = [ { key; path; shared; } ]; } of this host
  users = builtins.groupBy (use: use.key) (
    concatMap (
      service:
      lib.mapAttrsToList (port: p: {
        key = "${toString p.port}/${p.protocol}";
        path = [
          "services"
          service
          "ports"
          port
        ];
        inherit (p) shared;
      }) all.services.${service}.ports
    ) (filter (service: all.services.${service}.host == hostname) (attrNames all.services))
  );

  user = use: "${lib.showOption use.path} (${lib.optionalString use.shared "shared, "}${at (use.path ++ [ "port" ])})";
  times = uses: if length uses == 2 then "twice" else "${toString (length uses)} times";
in
concatMap (
  key:
  let
    uses = users.${key};
  in
  lib.optional (length uses > 1 && !(lib.all (use: use.shared) uses)) (
    refused "port ${key} of host ${hostname} is taken ${times uses}: by ${
      lib.concatMapStringsSep " and " user uses
    }. Give one another port, or set `shared = true` on all of them."
  )
) (attrNames users)
