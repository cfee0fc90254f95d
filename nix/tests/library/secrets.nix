# Secrets: how they are declared, and what the contract says of them.
{ lib, fleets }:
let
  device = { push.deploy = derivation { name = "deploy"; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  fleet = hosts: data: fleets.steading.mkFleet {
    inherit lib;
    inputs = { };
    hosts = lib.mapAttrs (name: it: { kind = "push"; modules = [ device { _file = "${name}.nix"; config.x.global = it; } ]; }) hosts;
    modules.globaldata = [ { _file = "data.nix"; x.global = data; } ];
  };
  assertions = hosts: data: lib.concatMap (host: host.assertions) (lib.attrValues (fleet hosts data).steading.host);
  secretsOf = secrets: lib.listToAttrs (map (it: lib.nameValuePair it.name it) (fleet { a.agenix = { inherit secrets; }; } { }).steading.secrets.secrets);

  # what is said of a mount of a good secret on a host with a key
  mounted = more: assertions
    { a.agenix.secretMounts.x = more; }
    { agenix = { secrets.x = { }; publicKeys.a = [ "ssh-ed25519 A" ]; }; };
  refuses = more: words: { expr = map (lib.hasInfix words) (mounted more); expected = [ true ]; };
  accepts = more: { expr = mounted more; expected = [ ]; };

  generationOf = generation: let it = (secretsOf { it = { inherit generation; }; }).it; in { inherit (it) generation problem; };
in
{
  "agenix: secrets and mounts" = {
    expr = (fleet
      {
        a.agenix = {
          secrets."web/admin" = { generation.random.length = 12; description = "The administrator's."; };
          secretMounts."web/admin" = { owner = "web"; restartUnits = [ "web.service" ]; };
        };
        b = { };
      }
      { agenix = { adminKeys = [ "age1admin" ]; publicKeys.a = [ "ssh-ed25519 A" ]; secrets.byHand = { protect = true; rotateAfter = 30; }; }; }).steading.secrets;
    expected = {
      adminKeys = [ "age1admin" ];
      hostKeys.a = [ "ssh-ed25519 A" ];
      mounts = [ { name = "web/admin"; secret = "web/admin"; host = "a"; owner = "web"; group = "root"; mode = "u=r,go="; path = "/run/agenix/web/admin"; restartUnits = [ "web.service" ]; reloadUnits = [ ]; } ];
      secrets = [
        { name = "byHand"; engine = "manual"; generation = null; problem = null; description = null; protect = true; rotateAfter = 30; definedAt = null; }
        {
          name = "web/admin"; engine = "random";
          generation = { length = 12; charsets = { lowercase = true; numbers = true; special = true; uppercase = true; }; };
          problem = null; description = "The administrator's."; protect = false; rotateAfter = null;
          definedAt = null;
        }
      ];
    };
  };
  "agenix: calls in json" = {
    expr = (lib.findFirst (s: s.name == "login") null (fleet
      { a.agenix.secrets.login.generation.json.content = { jsonLib }: {
        hash = jsonLib.hashBcrypt (jsonLib.readSecret "web/admin") 10;
        key = jsonLib.base64 "text";
      }; }
      { }).steading.secrets.secrets).generation.content;
    expected.key = { __secretsGeneratorType = "functionCall"; name = "base64"; arguments.data = "text"; };
    expected.hash = {
      __secretsGeneratorType = "functionCall";
      name = "hashBcrypt";
      arguments = { rounds = 10; data = { __secretsGeneratorType = "functionCall"; name = "readSecret"; arguments.name = "web/admin"; }; };
    };
  };
  "declared by two hosts from what others say, and mounted on a third" =
    let
      calendar = { globalConfig, lib, ... }: {
        x.global.agenix.secrets = lib.mkMerge [
          {
            "calendar/htpasswd".generation.template = {
              data.users = lib.attrNames globalConfig.users.accounts;
              content = ''
                {{- range .users -}}
                {{ . }}:{{ hashBcrypt (readSecret (fmt "calendar/passwords/%s" .)) 10 }}
                {{ end -}}
              '';
            };
          }
          (lib.pipe globalConfig.users.accounts [
            lib.attrNames
            (map (username: { name = "calendar/passwords/${username}"; value.generation.random = { }; }))
            lib.listToAttrs
          ])
        ];
      };
      metrics = { globalConfig, lib, name, ... }: {
        x.global.agenix.secrets = {
          "metrics/${name}".generation.json.content = { jsonLib, ... }: {
            users = lib.mapAttrs (username: account: {
              inherit (account) displayName;
              password = jsonLib.hashArgon2id (jsonLib.readSecret "calendar/passwords/${username}") 65536 3 4;
              url = jsonLib.fmt "https://%s" [ (jsonLib.readSecret "calendar/passwords/${username}") ];
            }) globalConfig.users.accounts;
          };
        } // lib.mapAttrs' (username: _: { name = "keys/${username}"; value.generation.script = { runtimeInputs = pkgs: with pkgs; [ coreutils openssh ]; script = "ssh-keygen"; }; }) globalConfig.users.accounts;
      };
      it = (fleets.steading.mkFleet {
        inherit lib;
        inputs = { };
        modules.globaldata = [ { x.global = { users.accounts.ada.displayName = "Ada"; agenix.publicKeys.c = [ "ssh-ed25519 C" ]; }; } ];
        hosts = lib.mapAttrs (_: module: { kind = "push"; modules = [ device module ]; }) {
          a = calendar;
          b = metrics;
          c.x.global.agenix.secretMounts = { "calendar/htpasswd" = { }; "metrics/b" = { }; "key of ada".secret = "keys/ada"; };
        };
      }).steading;
    in
    {
      expr = [ (map (s: [ s.name s.engine s.problem ]) it.secrets.secrets) (map (m: [ m.secret m.host ]) it.secrets.mounts) (lib.concatMap (host: host.assertions) (lib.attrValues it.host)) ];
      expected = [
        [ [ "calendar/htpasswd" "template" null ] [ "calendar/passwords/ada" "random" null ] [ "keys/ada" "script" null ] [ "metrics/b" "json" null ] ]
        [ [ "calendar/htpasswd" "c" ] [ "keys/ada" "c" ] [ "metrics/b" "c" ] ]
        [ ]
      ];
    };
  "agenix: a mount of nothing, on a host without a key" = {
    expr = assertions { a.agenix.secretMounts.x = { }; } { };
    expected = [ "agenix: mount `x` (a.nix) is of secret `x`, which is not in agenix.secrets." "agenix: mount `x` (a.nix) is on host `a`, which has no key in agenix.publicKeys. `steading adopt a` records it." ];
  };
  "agenix: two ways of generation" = {
    expr = assertions { a.agenix.secrets.x.generation = { random = { }; script.script = "echo"; }; } { };
    expected = [ "agenix: secret `x` has more than one way of generation: random (a.nix), script (a.nix). Keep one, or none for a secret that is entered by hand." ];
  };

  "a mount" = accepts { };
  "modes" = { expr = lib.concatMap (mode: mounted { inherit mode; }) [ "u=r,go=" "0440" "400" "u=rw,g+r-w,o=" "ug=rX" "a-rwx" "u=r,g=u" "+r" ]; expected = [ ]; };
  "modes that chmod refuses" = { expr = map (mode: lib.length (mounted { inherit mode; })) [ "" "0840" "u=r go=" "r--------" "u=r,,g=r" "04400" "u=r;true" "u" ]; expected = [ 1 1 1 1 1 1 1 1 ]; };
  "a path that isn't absolute" = refuses { path = "run/x"; } "agenix: mount `x` (a.nix): \"run/x\" is no absolute path";
  "a path that leads elsewhere" = refuses { path = "/run/agenix/../x"; } "\"/run/agenix/../x\" is no absolute path";
  "an owner with spaces" = refuses { owner = "a b"; } "are names or numbers, not \"a b\" and \"root\".";
  "units" = accepts { restartUnits = [ "a.service" "b@c.service" ]; reloadUnits = [ "d.target" ]; };
  "a unit without its kind" = refuses { restartUnits = [ "web" ]; } "are names of units such as \"web.service\", not \"web\".";
  "two mounts in one place, by two hosts" = {
    expr = assertions
      { a.agenix.secretMounts.x.path = "/etc/x"; b.agenix.secretMounts.y = { host = "a"; secret = "x"; path = "/etc/x"; }; }
      { agenix = { secrets.x = { }; publicKeys.a = [ "ssh-ed25519 A" ]; }; };
    expected = [
      "agenix: mounts of host `a` are in each other's way: `x` (a.nix) is /etc/x, and `y` is /etc/x."
      "agenix: mounts of host `a` are in each other's way: `y` (b.nix) is /etc/x, and `x` is /etc/x."
      "agenix: mounts of host `a` are in each other's way: `y` (b.nix) is /etc/x, and `x` is /etc/x."
    ];
  };
  "one mount as the folder of another" = {
    expr = map (lib.hasInfix "in each other's way: `x` (a.nix) is /run/agenix/x, and `x/y` is /run/agenix/x/y.") (assertions
      { a.agenix.secretMounts = { x = { }; "x/y".secret = "x"; }; }
      { agenix = { secrets.x = { }; publicKeys.a = [ "ssh-ed25519 A" ]; }; });
    expected = [ true ];
  };
  "one mount by a path that is a folder of others" = {
    expr = map (lib.hasInfix "in each other's way: `web/key` (a.nix) is /etc/key, and `z` is /run/agenix/web.") (assertions
      { a.agenix.secretMounts = { "web/key" = { secret = "x"; path = "/etc/key"; }; z = { secret = "x"; path = "/run/agenix/web"; }; }; }
      { agenix = { secrets.x = { }; publicKeys.a = [ "ssh-ed25519 A" ]; }; });
    expected = [ true ];
  };
  "one mount by a path where another is" = {
    expr = map (lib.hasInfix "in each other's way: `x` (a.nix) is /etc/x, and `z` is /run/agenix/x.") (assertions
      { a.agenix.secretMounts = { x.path = "/etc/x"; z = { secret = "x"; path = "/run/agenix/x"; }; }; }
      { agenix = { secrets.x = { }; publicKeys.a = [ "ssh-ed25519 A" ]; }; });
    expected = [ true ];
  };
  "a mount that belongs to no host is checked by the host that gets it" = {
    expr = assertions { a = { }; b = { }; } { agenix = { publicKeys.a = [ "ssh-ed25519 A" ]; secretMounts.x.host = "a"; }; };
    expected = [ "agenix: mount `x` (data.nix) is of secret `x`, which is not in agenix.secrets." ];
  };
  "names" = {
    expr = map (name: lib.length (assertions { a.agenix.secrets.${name} = { }; } { })) [ "a/b c/d" "a/..b" "../a" "a//b" "/a" "a/" "a/." "a\nb" (lib.concatStrings (lib.genList (_: "x") 201)) ];
    expected = [ 0 0 1 1 1 1 1 1 1 ];
  };
  "days are counted from one" = { expr = (secretsOf { x.rotateAfter = 0; }).x.rotateAfter; expected = null; };

  "json, exactly" = {
    expr =
      let
        it = generationOf { template = {
          content = "x";
          data = {
            int = 10; float = 1.5; yes = true; none = null; list = [ 1 "two" [ ] ]; nested.set = { };
            path = ../fixtures/modules/plain.nix;
            text = "see ${../fixtures/modules/plain.nix}";
            package = derivation { name = "tool"; system = "x86_64-linux"; builder = "/bin/sh"; };
          };
        }; };
        inherit (it.generation) data;
      in
      [
        (removeAttrs data [ "path" "text" "package" ])
        (map (text: builtins.match "(see )?/nix/store/[a-z0-9]{32}-(plain.nix|tool)" text != null) [ data.path data.text data.package ])
        (lib.any builtins.hasContext [ data.path data.text data.package ])
        it.problem
      ];
    expected = [ { int = 10; float = 1.5; yes = true; none = null; list = [ 1 "two" [ ] ]; nested.set = { }; } [ true true true ] false null ];
  };
  "what JSON has no form for" = {
    expr = map (data: (generationOf { template = { content = "x"; inherit data; }; }).problem) [ { a.f = x: x; } { l = [ 1 { f = x: x; } ]; } { a = throw "no"; } ];
    expected = [ "`data.a.f` is a function" "`data.l.1.f` is a function" "it can't be evaluated" ];
  };
  "two ways of generation, by two hosts" = {
    expr = map (it: [ it.name it.problem ]) (fleet { a.agenix.secrets.x.generation.random = { }; b.agenix.secrets.x.generation.ssh-key = { }; } { }).steading.secrets.secrets;
    expected = [ [ "x" "it has more than one way of generation: random, ssh-key" ] ];
  };
  "a script, without what takes nixpkgs" = {
    expr = generationOf { script = { script = "echo"; secrets = [ "a" ]; runtimeInputs = throw "not asked for"; }; };
    expected = { generation = { script = "echo"; secrets = [ "a" ]; network = false; writes = [ "secrets/derived" ]; }; problem = null; };
  };

  "the keys of hosts that were adopted" = {
    expr =
      let
        adopted = fleets.discovered ../fixtures/adopted { readyMade = true; };
        attic = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICPwANEdFArjtEIaa+SUDB7cQhAECwHG++B13oVcjmPM";
        gate = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1";
        definitions = lib.concatMap (name: (fleets.leaves adopted)."agenix.publicKeys.${name}".definitions) [ "attic" "gate" ];
      in
      [
        (adopted.steading.secrets.hostKeys == { attic = [ attic ]; gate = [ "by hand" ]; })
        (adopted.steading.hosts.attic.deployment.hostKeys == [ attic ])
        (adopted.steading.host.gate.deployment.hostKeys == [ gate ])
        (map (d: "${baseNameOf d.file}, ${d.state}") definitions)
      ];
    expected = [ true true true [ "attic.pub, used" "data.nix, used" "gate.pub, overridden" ] ];
  };
  "a file that holds no key" = {
    expr = (import ../../lib/adopted.nix { inherit lib; root = ../fixtures/adopted; }).keysOf "spoiled";
    throws = true;
  };

  "programs of scripts, without nixpkgs" = {
    expr =
      let
        programs = (fleets.discovered ../fixtures/packaged {
          readyMade = true;
          modules.globaldata = [ { x.global.agenix.secrets."ca/key of ours".generation.script = { script = "tool"; runtimeInputs = pkgs: [ pkgs.coreutils pkgs.tool ]; }; } ];
        }).steading.secretPrograms;
        program = programs.x86_64-linux."ca/key of ours";
      in
      [ (lib.attrNames programs.aarch64-linux) program.inputs (baseNameOf program.path) program.derivation.system ];
    expected = [ [ "ca/key of ours" ] [ "coreutils" "tool" ] "secret-ca_key_of_ours" "x86_64-linux" ];
  };
  "programs of scripts, by nixpkgs" = {
    expr =
      let
        package = pname: derivation { name = "${pname}-1.2"; system = "x86_64-linux"; builder = "/bin/sh"; } // { inherit pname; };
        programs = (fleets.steading.mkFleet {
          inherit lib;
          inputs.nixpkgs.legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (system: {
            newScope = _: throw "there are no packages of ours";
            writeTextFile = it: derivation { inherit (it) name; inherit system; builder = "/bin/sh"; } // { inherit (it) text; };
            runtimeShell = "/nix/store/bash/bin/bash";
            coreutils = package "coreutils";
            openssh = package "openssh";
            stdenv.shellDryRun = "bash -n";
          });
          modules.globaldata = [ { x.global.agenix.secrets = {
            key.generation.script = { script = "ssh-keygen"; runtimeInputs = pkgs: with pkgs; [ coreutils openssh ]; };
            bare.generation.script = { script = "echo 1"; runtimeInputs = _: [ ]; };
          }; } ];
        }).steading.secretPrograms.x86_64-linux;
        program = programs.key;
      in
      [ program.inputs (lib.hasPrefix "#!/nix/store/bash/bin/bash\nset -euo pipefail\n" program.derivation.text) (lib.hasSuffix "\nssh-keygen\n" program.derivation.text) (lib.hasInfix "\nexport PATH=/var/empty\n" programs.bare.derivation.text) ];
    expected = [ [ "coreutils" "openssh" ] true true true ];
  };
  "the program of a script, as its own option gives it" = {
    expr = builtins.match "/nix/store/.*/bin/secret-key" (
      (fleet { a.agenix.secrets.key.generation.script.script = "true"; } { }).globalConfig.agenix.secrets.key.generation.script.program {
        build = import ../../lib/build.nix { system = "x86_64-linux"; };
        coreutils = (import ../../lib/build.nix { system = "x86_64-linux"; }).folder "coreutils" { } "";
      }
    ) != null;
    expected = true;
  };
}
