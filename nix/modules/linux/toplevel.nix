# The system of a linux host: one store path that holds all of it, and the programs that bring a host to it.
{
  config,
  lib,
  build,
  ...
}:

let
  inherit (lib) mkOption types;
  parts = config.system.build;
in
{
  options = {
    nixpkgs.hostPlatform = mkOption {
      type = types.str;
      example = "aarch64-linux";
      description = "System that this host's derivations are built for. `meta.nix` says it for the fleet.";
    };

    system = {
      build = mkOption {
        type = types.lazyAttrsOf types.unspecified;
        default = { };
        description = "Derivations of this configuration; `toplevel` is the whole system.";
      };

      builder = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          shell = "\${pkgs.busybox}/bin/sh";
          path = "\${pkgs.busybox}/bin";
        };
        description = "Shell and tools that build this host's files, where the building machine's own won't do (a sandbox hides them).";
      };

      version = mkOption {
        type = types.strMatching "[A-Za-z0-9._+-]+";
        default = "0.1";
        description = "Version of the system: part of its store path, and what its `system-version` says.";
      };

      initInterfaceVersion = mkOption {
        type = types.str;
        default = "steading linux 1";
        description = "Two systems that differ in this can't be switched between: the host must boot the other one (status 100).";
      };
    };
  };

  config = {
    _module.args.build = import ../../lib/build.nix (
      { system = config.nixpkgs.hostPlatform; } // config.system.builder
    );

    system.build.toplevel =
      build.folder "linux-system-${config.networking.hostName}-${config.system.version}"
        {
          etc = parts.etc;
          etc-manifest = parts.etcManifest;
          units = parts.units;
          unit-table = parts.unitTable;
          activation = parts.activation;
          activation-order = parts.activationOrder;
          pre-switch-checks = parts.preSwitchChecks;
          system-version = build.text "system-version" "${config.system.version} (linux)\n";
          init-interface-version = build.text "init-interface-version" "${config.system.initInterfaceVersion}\n";
          lib = ./scripts;
        }
        # the programs find the system that they belong to by their own place
        ''
          for program in activate bin/switch-to-configuration bin/boot bin/unitctl; do
            mkdir -p "$out/$(dirname "$program")"
            printf '#!/bin/sh\nexec /bin/sh %s/lib/%s.sh %s "$@"\n' "$out" "$(basename "$program")" "$out" > "$out/$program"
            chmod +x "$out/$program"
          done
        '';
  };
}
