# What runs on the host when the configuration is activated, besides files and units.
{
  config,
  lib,
  build,
  ...
}:

let
  inherit (lib) mkOption types;
  sortedByDeps = import ./sort.nix { inherit lib; };

  snippets = config.system.activationScripts;
  sorted = sortedByDeps (name: snippets.${name}.deps) (lib.attrNames snippets);
in
{
  options.system = {
    activationScripts = mkOption {
      type = types.attrsOf (
        types.coercedTo types.str (text: { inherit text; }) (
          types.submodule {
            options = {
              text = mkOption {
                type = types.lines;
                description = "Shell commands (POSIX). They stop at the first that fails.";
              };
              deps = mkOption {
                type = types.listOf types.str;
                default = [ ];
                example = [ "etc" ];
                description = "Snippets that run before this one.";
              };
            };
          }
        )
      );
      default = { };
      example = {
        spool = {
          deps = [ "etc" ];
          text = "mkdir -p /var/spool/scans";
        };
      };
      description = ''
        Snippets that run when a system is activated: at every switch and at boot, so they must be quick and do no
        harm the second time. `$systemConfig` is the system, `$NIXOS_ACTION` is `switch`, `test` or `boot`.
        When one fails the others still run, and the switch ends with status 2. `etc` writes the files below /etc.
      '';
    };

    preSwitchChecks = mkOption {
      type = types.attrsOf types.lines;
      default = { };
      example = {
        disk = ''[ "$(df --output=pcent /nix | tail -n 1 | tr -d ' %')" -lt 95 ]'';
      };
      description = ''
        Shell fragments that must succeed before anything is changed. Each gets the new system and the action as its
        arguments; one that fails leaves the host as it is (status 1).
      '';
    };
  };

  config = {
    assertions =
      sorted.assertions "system.activationScripts"
      ++ lib.mapAttrsToList (name: _: {
        assertion = builtins.match "[A-Za-z0-9_.-]+" name != null;
        message = "system.activationScripts.\"${name}\": the name of a snippet has letters, digits and `-_.` only.";
      }) (snippets // config.system.preSwitchChecks)
      ++ lib.concatLists (
        lib.mapAttrsToList (
          name: snippet:
          map (dep: {
            assertion = snippets ? ${dep};
            message = "system.activationScripts.${name}.deps: there is no snippet `${dep}`.";
          }) snippet.deps
        ) snippets
      );

    system.build.activation = build.folder "activation" (
      lib.mapAttrs (name: snippet: build.text "activation-${name}" snippet.text) snippets
    ) "";
    system.build.activationOrder = build.text "activation-order" (lib.concatLines sorted.names);

    system.build.preSwitchChecks = build.script "pre-switch-checks" (
      "#!/bin/sh\n"
      + lib.concatStrings (
        lib.mapAttrsToList (name: text: ''
          ${build.script "pre-switch-check-${name}" text} "$@" || { echo "Pre-switch check '${name}' failed" >&2; failed=yes; }
        '') config.system.preSwitchChecks
      )
      + ''[ -z "$failed" ]''
      + "\n"
    );
  };
}
