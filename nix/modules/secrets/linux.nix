# Secrets on a host of kind `linux`.
{ fileOf }:

{
  build,
  config,
  globalConfig,
  lib,
  name,
  ...
}:

let
  cfg = config.steading.secrets;
  mounts = import ./mounts.nix {
    inherit lib globalConfig fileOf;
    host = name;
  };
  manifest = build.text "secrets" (mounts.manifest { inherit (cfg) age identityPaths; });
  run = verb: "sh ${./secrets.sh} ${verb} ${manifest}";
in
{
  options.steading.secrets = import ./options.nix {
    inherit lib;
    age = "age";
  };

  # also where nothing is mounted any more: what was there goes away
  config = lib.mkIf mounts.inUse {
    warnings = mounts.missing;
    system.preSwitchChecks.secrets = run "check";
    system.activationScripts.secrets = {
      deps = [ "etc" ];
      text = ''
        ${run "install"}
        ${run "own"}
        ${run "notify"}
      '';
    };
  };
}
