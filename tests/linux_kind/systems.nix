# Systems of one host that differ from `base` in what a test is about. Built as one folder, a link for each, with the tests
# themselves beside them.
{
  lib ? import (
    let
      chosen = builtins.getEnv "STEADING_TEST_LIB";
    in
    if chosen != "" then chosen else ../../nix/testing/lib
  ),
  system ? builtins.currentSystem,
}:

let
  evaluate =
    modules:
    (lib.evalModules {
      modules = [
        ../../nix/modules/linux
        { nixpkgs.hostPlatform = system; }
      ]
      ++ modules;
      specialArgs.name = "scratch";
    }).config;

  # writes down each start and reload, then waits; it ends at once on SIGTERM
  recorder = word: ''
    echo "start ${word}" >> /var/lib/linux-kind-test/$UNIT
    trap 'echo "reload ${word}" >> /var/lib/linux-kind-test/$UNIT' HUP
    trap 'exit 0' TERM
    while :; do sleep 3600 & wait || :; kill $! || :; done
  '';
  service = name: word: more: {
    wantedBy = [ "multi-user.target" ];
    environment.UNIT = name;
    script = recorder word;
  } // more;

  base =
    { config, ... }:
    {
      system.activationScripts.folder = "mkdir -p /var/lib/linux-kind-test";
      environment.etc = {
        "linux-kind-test/text".text = "one\n";
        "linux-kind-test/kept".text = "kept\n";
        "linux-kind-test/copy" = {
          text = "copy one\n";
          mode = "0640";
          group = "adm";
        };
        "linux-kind-test/watched".text = lib.mkDefault "watched one\n";
      };
      systemd.services = {
        plain = service "plain" "one" { };
        late = service "late" "one" { stopIfChanged = false; };
        steady = service "steady" "one" { restartIfChanged = false; };
        unmoved = service "unmoved" "always" { after = [ "late.service" ]; };
        reloading = service "reloading" "one" {
          reload = ''kill -HUP "$MAINPID"'';
          reloadIfChanged = true;
        };
        watching = service "watching" "same" {
          reload = ''kill -HUP "$MAINPID"'';
          reloadTriggers = [ config.environment.etc."linux-kind-test/watched".source ];
        };
        once = {
          wantedBy = [ "multi-user.target" ];
          serviceConfig.Type = "oneshot";
          script = "echo ran >> /var/lib/linux-kind-test/once";
        };
        leaving = service "leaving" "one" { };
      };
    };

  changed =
    { ... }:
    {
      environment.etc = {
        "linux-kind-test/text".enable = false;
        "linux-kind-test/deeper/new".text = "new\n";
        "linux-kind-test/copy".text = lib.mkForce "copy two\n";
        "linux-kind-test/watched".text = "watched two\n";
      };
      systemd.services = {
        plain.script = lib.mkForce (recorder "two");
        late.script = lib.mkForce (recorder "two");
        steady.script = lib.mkForce (recorder "two");
        reloading.script = lib.mkForce (recorder "two");
        leaving.enable = false;
        coming = service "coming" "two" { };
      };
    };

  variants = {
    base = [ ];
    changed = [ changed ];
    refused = [ { system.preSwitchChecks.never = "echo 'not today' >&2; false"; } ];
    failing-activation = [
      {
        system.activationScripts.broken = {
          deps = [ "folder" ];
          text = ''
            echo "this happens"
            false
            touch /var/lib/linux-kind-test/not-reached
          '';
        };
        system.activationScripts.later = {
          deps = [ "broken" ];
          text = "touch /var/lib/linux-kind-test/later";
        };
      }
    ];
    failing-unit = [
      {
        systemd.services.broken = {
          wantedBy = [ "multi-user.target" ];
          script = "echo 'cannot work' >&2; exit 3";
          serviceConfig.Restart = "on-failure";
        };
      }
    ];
    failing-both = [
      {
        system.activationScripts.broken = "false";
        systemd.services.broken = {
          wantedBy = [ "multi-user.target" ];
          script = "exit 3";
        };
      }
    ];
    other-init = [ { system.initInterfaceVersion = "another"; } ];
    stubborn = [
      {
        systemd.services.phoenix = service "phoenix" "one" { serviceConfig.Restart = "on-failure"; };
        systemd.services.stubborn = {
          wantedBy = [ "multi-user.target" ];
          script = "trap '' TERM; while :; do sleep 1; done";
          serviceConfig.TimeoutStopSec = 1;
        };
      }
    ];
    foreign-file = [ { environment.etc."linux-kind-foreign".text = "ours\n"; } ];
    as-user = [
      {
        systemd.services.someone = service "someone" "one" {
          script = ''id -un > "$STATE_FOLDER/who"; exec sleep 3600'';
          environment.STATE_FOLDER = "/var/lib/linux-kind-someone";
          serviceConfig = {
            User = "nobody";
            StateDirectory = "linux-kind-someone";
          };
        };
      }
    ];
  };

  configs = lib.mapAttrs (_: modules: evaluate ([ base ] ++ modules)) variants // {
    empty = evaluate [ ];
  };
  unmet = lib.concatMap (config: lib.filter (it: !it.assertion) config.assertions) (
    lib.attrValues configs
  );
in
assert lib.assertMsg (unmet == [ ]) (lib.concatMapStringsSep "\n" (it: it.message) unmet);
(import ../../nix/lib/build.nix { inherit system; }).folder "linux-kind-test-systems" (
  lib.mapAttrs (_: config: config.system.build.toplevel) configs // { on-host = ./on-host; }
) ""
