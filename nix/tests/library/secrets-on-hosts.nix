# Secrets on hosts: what the modules of the kinds linux and nixos make of mounts. (What the script does with them on a
# host: tests/deploy/secrets.rs.) NixOS is stood in for by the few options that the module touches.
{ lib, fleets }:
let
  inherit (lib) mkOption types;
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICPwANEdFArjtEIaa+SUDB7cQhAECwHG++B13oVcjmPM";
  package = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; };

  snippet = types.submodule { options = { text = mkOption { type = types.lines; }; deps = mkOption { type = types.listOf types.str; default = [ ]; }; }; };
  nixos = { config, ... }: {
    options = {
      assertions = mkOption { type = types.listOf types.unspecified; default = [ ]; };
      warnings = mkOption { type = types.listOf types.str; default = [ ]; };
      system.activationScripts = mkOption { type = types.attrsOf snippet; default = { }; };
      system.preSwitchChecks = mkOption { type = types.attrsOf types.lines; default = { }; };
      system.build = mkOption { type = types.lazyAttrsOf types.unspecified; };
      nixpkgs.hostPlatform = mkOption { type = types.str; };
      systemd.package = mkOption { type = types.package; default = package "systemd"; };
      systemd.sysusers.enable = mkOption { type = types.bool; default = false; };
    };
    config = {
      _module.args.pkgs = lib.genAttrs [ "coreutils" "gnugrep" "gnused" "util-linux" ] package // {
        age = package "age" // { meta.mainProgram = "age"; };
        runtimeShell = "/shell";
        writeText = name: text: package name // { inherit text; };
      };
      system.build.toplevel = package "nixos";
      system.activationScripts.users.text = "users";
    };
  };
  agenix.options.age.secrets = mkOption {
    type = types.attrsOf (types.submodule { options = lib.genAttrs [ "file" "owner" "group" "mode" "path" ] (_: mkOption { type = types.unspecified; }); });
    default = { };
  };

  fleet = { kind ? "linux", modules ? [ ], mounts ? { "web/key of ours" = { owner = "web"; restartUnits = [ "a.service" "b.service" ]; }; }, root ? ../fixtures/mounted }: fleets.steading.mkFleet {
    inherit lib root;
    inputs.nixpkgs.lib.nixosSystem = { modules, specialArgs }: lib.evalModules { modules = [ nixos ] ++ modules; inherit specialArgs; };
    modules.globaldata = [ { _file = "data.nix"; x.global.agenix = { secrets = { "web/key of ours" = { }; unmade = { }; }; publicKeys.a = [ key ]; }; } ];
    hosts = {
      a = { inherit kind; system = "x86_64-linux"; modules = [ { x.global.agenix.secretMounts = mounts; } ] ++ modules; };
      b = { kind = "linux"; system = "x86_64-linux"; };
    };
  };
  configOf = given: (fleet given).steading.evaluations.a.config;
  unmade = { mounts.unmade = { }; };
  noValue = "a secret has no value yet, so this host goes without: unmade. `steading secrets generate` makes them; git has to know the files (secrets/data/NAME.age).";
  withoutHash = text: lib.concatStrings (map (part: if builtins.isString part then part else "…-") (builtins.split "/nix/store/[a-z0-9]{32}-" (builtins.unsafeDiscardStringContext text)));
  # the list of a host's secrets
  manifestOf = given: (import ../../modules/secrets/mounts.nix {
    inherit lib;
    host = "a";
    globalConfig = (fleet given).globalConfig;
    fileOf = secret: if secret == "unmade" then null else "/file of ${secret}";
    settings = { age = "age"; identityPaths = [ "/key" "/other key" ]; };
  }).manifest;
in
{
  "what the script works from" = {
    expr = manifestOf { };
    expected = ''
      age age
      identity /key
      identity /other key
      mount web/key of ours
      file /file of web/key of ours
      owner web
      group root
      mode u=r,go=
      path /run/agenix/web/key of ours
      restart a.service b.service
      reload ${""}
      end
    '';
  };
  "linux: snippets and a check" = {
    expr = let it = configOf { }; in [ it.system.activationScripts.secrets.deps (withoutHash it.system.activationScripts.secrets.text) (withoutHash it.system.preSwitchChecks.secrets) ];
    expected = [ [ "etc" ] "sh …-secrets.sh activate …-secrets" "sh …-secrets.sh check …-secrets" ];
  };
  "linux: a host that mounts nothing takes away what it had" = {
    expr = (fleet { }).steading.evaluations.b.config.system.activationScripts ? secrets;
    expected = true;
  };
  "linux: nor does the last mount of a fleet stay when it is gone" = {
    expr = (configOf { mounts = { }; }).system.activationScripts ? secrets;
    expected = true;
  };
  "linux: a fleet that knows no secrets has none of it" = {
    expr = (fleets.steading.mkFleet { inherit lib; inputs = { }; readyMade = [ "email" ]; hosts.a = { kind = "linux"; system = "x86_64-linux"; }; }).steading.evaluations.a.config.system.activationScripts ? secrets;
    expected = false;
  };
  "linux: a secret without a value is told, and left out" = {
    expr = let host = (fleet unmade).steading.host.a; in [ host.warnings host.assertions (manifestOf unmade) ];
    expected = [ [ noValue ] [ ] "" ];
  };
  "no folder, no values" = { expr = (fleet { root = null; mounts.unmade = { }; }).steading.host.a.warnings; expected = [ noValue ]; };

  "nixos with agenix: its secrets" = {
    expr = let it = (configOf { kind = "nixos"; modules = [ agenix ]; }).age.secrets."web/key of ours"; in [ (removeAttrs it [ "file" ]) (withoutHash "${it.file}") ];
    expected = [ { owner = "web"; group = "root"; mode = "u=r,go="; path = "/run/agenix/web/key of ours"; } "…-web-key-of-ours.age" ];
  };
  "nixos with agenix: what a fleet says by itself counts" = {
    expr = (configOf { kind = "nixos"; modules = [ agenix { age.secrets."web/key of ours".file = "theirs"; } ]; }).age.secrets."web/key of ours".file;
    expected = "theirs";
  };
  "nixos with agenix: units are told of changes after it" = {
    expr = let it = (configOf { kind = "nixos"; modules = [ agenix { system.activationScripts.agenix.text = ""; } ]; }).system.activationScripts; in [ (lib.attrNames it) it.steadingSecretUnits.deps (lib.hasInfix " notify " it.steadingSecretUnits.text) ];
    expected = [ [ "agenix" "steadingSecretUnits" "users" ] [ "agenix" ] true ];
  };
  "nixos without agenix: before users, and again after them" = {
    expr = let it = (configOf { kind = "nixos"; }).system; in [ (lib.mapAttrs (_: snippet: snippet.deps) it.activationScripts) (lib.attrNames it.preSwitchChecks) ];
    expected = [ { steadingSecretOwners = [ "steadingSecrets" "users" "groups" ]; steadingSecrets = [ "specialfs" ]; users = [ "steadingSecrets" ]; } [ "steadingSecrets" ] ];
  };
  "nixos without agenix: a host that mounts nothing makes its users as it likes" = {
    expr = let it = fleet { kind = "nixos"; mounts = { }; modules = [ { systemd.sysusers.enable = true; } ]; }; in [ it.steading.host.a.assertions (lib.attrNames it.steading.evaluations.a.config.system.activationScripts) ];
    expected = [ [ ] [ "steadingSecrets" "users" ] ];
  };
  "nixos without agenix: users that are made later" = {
    expr = map (lib.hasInfix "import agenix's module") (fleet { kind = "nixos"; modules = [ { systemd.sysusers.enable = true; } ]; }).steading.host.a.assertions;
    expected = [ true ];
  };
  "nixos: a secret without a value is refused" = { expr = (fleet (unmade // { kind = "nixos"; })).steading.host.a.assertions; expected = [ noValue ]; };
}
