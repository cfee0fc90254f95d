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
  mounts = import ./mounts.nix {
    inherit lib globalConfig fileOf;
    host = name;
    settings = config.steading.secrets;
  };
  run = verb: "sh ${./secrets.sh} ${verb} ${build.text "secrets" mounts.manifest}";
in
{
  options.steading.secrets = import ./options.nix {
    inherit lib;
    age = "age";
  };

  # also where nothing is mounted any more: what was there goes away
  config = lib.mkIf (globalConfig ? agenix) {
    warnings = mounts.missing;
    system.preSwitchChecks.secrets = run "check";
    system.activationScripts.secrets = {
      deps = [ "etc" ];
      text = run "activate";
    };
  };
}
