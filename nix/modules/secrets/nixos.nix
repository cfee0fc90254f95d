# Secrets on a NixOS host: agenix's where its module is imported, else by our own activation.
{ fileOf }:

{
  config,
  globalConfig,
  lib,
  name,
  options,
  pkgs,
  ...
}:

let
  mounts = import ./mounts.nix {
    inherit lib globalConfig fileOf;
    host = name;
    settings = config.steading.secrets;
  };
  manifest = pkgs.writeText "secrets" mounts.manifest;
  # what an activation has in its PATH; a check has less
  path = lib.makeBinPath [
    pkgs.coreutils
    pkgs.gnugrep
    pkgs.gnused
    pkgs.util-linux
  ];
  run =
    verb:
    "PATH=${path} SYSTEMCTL=${config.systemd.package}/bin/systemctl ${pkgs.runtimeShell} ${./secrets.sh} ${verb} ${manifest}";

  hasAgenix = options ? age.secrets;
  # then users are made by a unit, after the activation
  usersLater = config.systemd.sysusers.enable or false || config.services.userborn.enable or false;

  byAgenix = {
    # a fleet may say by itself how it hands its mounts to agenix: then that counts
    age.secrets = lib.mapAttrs (
      _: mount:
      lib.mapAttrs (_: lib.mkDefault) {
        inherit (mount)
          file
          owner
          group
          mode
          path
          ;
      }
    ) mounts.here;
    system.activationScripts.steadingSecretUnits = {
      deps = lib.optional (config.system.activationScripts ? agenix) "agenix";
      text = run "notify";
    };
  };

  byOurselves = {
    assertions = [
      {
        assertion = mounts.here == { } || !usersLater;
        message = "secrets: this host makes its users after the activation (systemd.sysusers, userborn), which this module can't wait for: import agenix's module, which can.";
      }
    ];
    system.preSwitchChecks.steadingSecrets = run "check";
    # also where nothing is mounted any more: what was there goes away
    system.activationScripts = {
      steadingSecrets = {
        deps = [ "specialfs" ];
        text = run "install";
      };
    }
    // lib.optionalAttrs (!usersLater) {
      # their passwords may be among the secrets
      users.deps = [ "steadingSecrets" ];
      steadingSecretOwners = {
        deps = [
          "steadingSecrets"
          "users"
          "groups"
        ];
        text = ''
          ${run "own"}
          ${run "notify"}
        '';
      };
    };
  };
in
{
  options.steading.secrets = import ./options.nix {
    inherit lib;
    age = lib.getExe pkgs.age;
  };

  config = lib.mkIf (globalConfig ? agenix) (
    lib.mkMerge [
      {
        assertions = map (message: {
          assertion = false;
          inherit message;
        }) mounts.missing;
      }
      (if hasAgenix then byAgenix else byOurselves)
    ]
  );
}
