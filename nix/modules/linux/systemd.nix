# Services, declared as NixOS declares them.
#
# Where systemd is pid 1 they are its units. Elsewhere `scripts/supervise.sh` runs each in a session of its own; it
# understands what `unit.nix` writes into a unit's `settings`, and knows nothing of sandboxing or resource limits.
{
  config,
  lib,
  build,
  ...
}:

let
  inherit (lib) mkOption types;
  unit = import ./unit.nix { inherit lib build; };
  sortedByDeps = import ./sort.nix { inherit lib; };

  triggers = types.listOf types.unspecified;
  scalar = types.oneOf [
    types.str
    types.int
    types.bool
    types.path
  ];

  service = {
    options = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether the unit exists. `false` takes out one that another module defines.";
      };
      description = mkOption {
        type = types.singleLineStr;
        default = "";
        description = "What the service is, in a few words.";
      };
      wantedBy = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "multi-user.target" ];
        description = "Targets that start the service. With any of them it starts at boot, with none only by hand.";
      };
      after = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "network.target" ];
        description = "Units that start before this one, if they start at all.";
      };
      environment = mkOption {
        type = types.attrsOf (types.nullOr scalar);
        default = { };
        example = {
          LANG = "C.UTF-8";
        };
        description = "Variables of the service's environment.";
      };
      path = mkOption {
        type = types.listOf (types.oneOf [ types.package types.str ]);
        default = [ ];
        description = "Packages whose `bin` and `sbin` come first in the service's PATH, before the host's own folders.";
      };
      preStart = mkOption {
        type = types.lines;
        default = "";
        description = "Shell commands that run each time before the service starts.";
      };
      script = mkOption {
        type = types.lines;
        default = "";
        description = "Shell commands that are the service, in place of `serviceConfig.ExecStart`.";
      };
      reload = mkOption {
        type = types.lines;
        default = "";
        example = ''kill -HUP "$MAINPID"'';
        description = "Shell commands that make the running service read its configuration again.";
      };
      serviceConfig = mkOption {
        type = types.attrsOf (types.either scalar (types.listOf scalar));
        default = { };
        example = {
          ExecStart = "/usr/sbin/nginx -g 'daemon off;'";
          Restart = "on-failure";
        };
        description = ''
          The unit's `[Service]` section, see {manpage}`systemd.service(5)`. On a host without systemd these work:
          ${lib.concatStringsSep ", " unit.understood}; the others have no effect there.
        '';
      };
      restartTriggers = mkOption {
        type = triggers;
        default = [ ];
        description = "Values (files, as a rule) whose change restarts the service.";
      };
      reloadTriggers = mkOption {
        type = triggers;
        default = [ ];
        description = "Values (files, as a rule) whose change alone only reloads the service.";
      };
      reloadIfChanged = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the service is reloaded, and never restarted, when it changed.";
      };
      restartIfChanged = mkOption {
        type = types.bool;
        default = true;
        description = "Whether the service may be restarted at all when it changed.";
      };
      stopIfChanged = mkOption {
        type = types.bool;
        default = true;
        description = ''
          Whether a changed service is stopped before the new configuration is activated and started after it, so
          that it stops by its old definition. Otherwise it is restarted afterwards, with a shorter pause.
        '';
      };
    };
  };

  services = lib.filterAttrs (_: it: it.enable) config.systemd.services;
  names = lib.attrNames services;
  sorted = sortedByDeps (
    name: map (lib.removeSuffix ".service") (lib.filter (lib.hasSuffix ".service") services.${name}.after)
  ) names;
in
{
  options.systemd.services = mkOption {
    type = types.attrsOf (types.submodule service);
    default = { };
    description = "Services of this host.";
  };

  config = {
    assertions =
      sorted.assertions "systemd.services.*.after"
      ++ lib.concatMap (name: unit.assertions name services.${name}) names;

    system.build.units = build.folder "units" (
      lib.mapAttrs' (name: it: lib.nameValuePair "${name}.service" (unit.define name it)) services
    ) "";
    # in the order they start: a unit and the targets that want it
    system.build.unitTable = build.text "unit-table" (
      lib.concatMapStrings (
        name: "${lib.concatStringsSep " " ([ "${name}.service" ] ++ services.${name}.wantedBy)}\n"
      ) sorted.names
    );
  };
}
