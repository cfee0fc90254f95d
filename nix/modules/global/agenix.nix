/**
  Secrets: how each is made, and on which host it is mounted. The values themselves are never seen by Nix.

  # Examples

  ```nix
  x.global.agenix = {
    secrets."restic/password".generation.random.length = 48;
    secretMounts."restic/password".owner = "restic";   # on this host
  };
  ```
*/
{
  config,
  definedAt,
  globalConfig,
  lib,
  localEval,
  name,
  namespace,
  ...
}:

let
  inherit (lib) mkOption types;

  hostname = name;
  own = (lib.getAttrFromPath namespace config).agenix;
  all = globalConfig.agenix;
  host = config;

  # ---- calls in the content of `json`, which the generator carries out ----

  functionCall = name: arguments: {
    __secretsGeneratorType = "functionCall";
    inherit name arguments;
  };
  jsonLib = {
    fmt = format: args: functionCall "fmt" { inherit format args; };
    hashArgon2id =
      data: memory: iterations: parallelism:
      functionCall "hashArgon2id" {
        inherit
          data
          memory
          iterations
          parallelism
          ;
      };
    hashBcrypt = data: rounds: functionCall "hashBcrypt" { inherit data rounds; };
    readSecret = name: functionCall "readSecret" { inherit name; };
  };
  callWithLib = content: if builtins.isFunction content then content { inherit jsonLib; } else content;

  # ---- options ----

  engine =
    description: options:
    mkOption {
      type = types.nullOr (types.submodule { inherit options; });
      default = null;
      inherit description;
    };

  charset =
    example:
    mkOption {
      type = types.bool;
      default = true;
      description = "Whether the secret may have characters such as ${example}.";
    };

  textOptions = {
    content = mkOption {
      type = types.str;
      description = "Text of the template.";
    };

    data = mkOption {
      type = types.attrsOf types.anything;
      default = { };
      description = "Values that the template can use.";
    };
  };

  generation = {
    random = engine "Random characters." {
      length = mkOption {
        type = types.ints.unsigned;
        default = 64;
        description = "Number of characters.";
      };

      charsets = {
        lowercase = charset "`a`";
        numbers = charset "`1`";
        special = charset "`#`";
        uppercase = charset "`A`";
      };
    };

    template = engine "Text from a template in the language of Go's `text/template`." textOptions;

    tera = engine "Text from a Tera template: recommended for new ones." textOptions;

    json = engine "A JSON document." {
      content = mkOption {
        type = types.coercedTo types.anything callWithLib types.anything;
        example = lib.literalExpression ''
          { jsonLib }: { password = with jsonLib; hashBcrypt (readSecret "web/admin") 10; }
        '';
        description = "Any value, or a function of `{ jsonLib }` that gives one.";
      };
    };

    script = engine "What a program prints." {
      runtimeInputs = mkOption {
        type = types.functionTo (types.listOf types.package);
        default = pkgs: [ pkgs.coreutils ];
        description = "Function of `pkgs` that gives the packages in the program's PATH.";
      };

      script = mkOption {
        type = types.str;
        description = "Text of the shell script.";
      };
    };

    ssh-key = engine "An SSH key pair; the public half is written beside." {
      type = mkOption {
        type = types.enum [
          "ed25519"
          "rsa"
        ];
        default = "ed25519";
        description = "Kind of key.";
      };

      comment = mkOption {
        type = types.str;
        default = "";
        description = "Comment of the public half.";
      };
    };
  };

  secret = types.submodule { options = { inherit generation; }; };

  mount = types.submodule (
    { name, ... }:
    {
      options = {
        secret = mkOption {
          type = types.str;
          default = name;
          defaultText = "the mount's name";
          description = "Name of the secret.";
        };

        host = mkOption {
          type = types.str;
          description = "Host that gets the secret: by default the one that defines the mount.";
        };

        owner = mkOption {
          type = types.str;
          default = "root";
          description = "User that owns the file.";
        };

        group = mkOption {
          type = types.str;
          default = "root";
          description = "Group that the file belongs to.";
        };

        mode = mkOption {
          type = types.str;
          default = "u=r,go=";
          description = "Permissions of the file, as `chmod` takes them.";
        };

        path = mkOption {
          type = types.str;
          default = "/run/agenix/${name}";
          defaultText = "the mount's name below agenix's folder of secrets";
          description = "Where the file is.";
        };
      };

      # the host's own configuration may know better: root's group is another one on darwin
      config = lib.optionalAttrs localEval {
        host = lib.mkDefault hostname;
        owner = lib.mkDefault (host.users.users.root.name or "root");
        group = lib.mkDefault (host.users.users.root.group or "root");
        path = lib.mkDefault "${host.age.secretsDir or "/run/agenix"}/${name}";
      };
    }
  );

  # ---- assertions ----

  enginesOf =
    secret:
    lib.filter (engine: secret.generation.${engine} != null) (lib.attrNames secret.generation);

  at = path: definedAt ([ "agenix" ] ++ path);

  oneEngineEach = lib.mapAttrsToList (
    name: secret:
    let
      engines = enginesOf secret;
      place =
        engine:
        at [
          "secrets"
          name
          "generation"
          engine
        ];
      ways = lib.concatMapStringsSep ", " (engine: "${engine} (${place engine})") engines;
    in
    {
      assertion = lib.length engines <= 1;
      message = "agenix: secret `${name}` has more than one way of generation: ${ways}. Keep one, or none for a secret that is entered by hand.";
    }
  ) own.secrets;

  inherit (import ../../lib/names.nix { inherit lib; }) didYouMean;

  mountsAreKnown = lib.concatLists (
    lib.mapAttrsToList (
      name: mount:
      let
        of =
          option:
          at [
            "secretMounts"
            name
            option
          ];
      in
      [
        {
          assertion = all.secrets ? ${mount.secret};
          message = "agenix: mount `${name}` (${of "secret"}) is of secret `${mount.secret}`, which is not in agenix.secrets.${didYouMean (lib.attrNames all.secrets) mount.secret}";
        }
        {
          assertion = all.publicKeys ? ${mount.host};
          message = "agenix: mount `${name}` (${of "host"}) is on host `${mount.host}`, which has no key in agenix.publicKeys.";
        }
      ]
    ) own.secretMounts
  );
in
{
  options = lib.setAttrByPath namespace {
    agenix = {
      adminKeys = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "age1…" ];
        description = "Public keys of the people who may read and generate every secret.";
      };

      publicKeys = mkOption {
        type = types.attrsOf (types.listOf types.str);
        default = { };
        example = {
          attic = [ "ssh-ed25519 AAAA…" ];
        };
        description = "Public keys of each host, which the secrets that it mounts are encrypted to.";
      };

      secrets = mkOption {
        type = types.attrsOf secret;
        default = { };
        description = "Secrets by name, which may have slashes. One without a generation is entered by hand.";
      };

      secretMounts = mkOption {
        type = types.attrsOf mount;
        default = { };
        description = "Which host gets which secret, and as which file.";
      };
    };
  };

  config = lib.optionalAttrs localEval { assertions = oneEngineEach ++ mountsAreKnown; };
}
