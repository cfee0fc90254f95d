# What a Prometheus scrapes.
{
  lib,
  netsrv,
  addresses,
  jobs,
  mounts,
  definedAt,
}:

let
  targetOf =
    job: settings: target:
    let
      inherit (target) service;
      at = definedAt [
        "prometheus"
        "scrapeConfigs"
        job
        "targets"
        { inherit service; }
      ];
      of = netsrv.services.${service} or (throw "prometheus.scrapeConfigs.${job}: target ${service} (${at}): there is no such service in netsrv.services.");
      inherit
        (of.ports.${target.port} or (throw "prometheus.scrapeConfigs.${job}: target ${service} (${at}) has no port called `${target.port}`.")
        )
        port
        ;
    in
    {
      inherit job service port;
      inherit (of) host address;
      url = "${settings.scheme}://${addresses.inURL of.address}:${toString port}${settings.path}";
    };

  targetsOf = job: settings: lib.unique (map (targetOf job settings) settings.targets);

  configOf =
    job: settings:
    {
      job_name = job;
      metrics_path = settings.path;
      inherit (settings) scheme;
      static_configs = map (target: {
        targets = [ "${addresses.inURL target.address}:${toString target.port}" ];
        labels = {
          inherit (target) host service;
        };
      }) (targetsOf job settings);
    }
    // lib.optionalAttrs (settings.basicAuth != null) {
      basic_auth = {
        inherit (settings.basicAuth) username;
        password_file = fileOf settings.basicAuth.passwordSecret;
      };
    };

  # where the secret is mounted, on whichever host that scrapes
  fileOf =
    secret:
    let
      found = lib.filter (mount: mount.secret == secret) (lib.attrValues mounts);
    in
    if found == [ ] then "/run/agenix/${secret}" else (lib.head found).path;
in
{
  targets = lib.concatLists (lib.mapAttrsToList targetsOf jobs);
  scrapeConfigs = lib.mapAttrsToList configOf jobs;
}
