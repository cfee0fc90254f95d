/**
  Secrets: how each is made, and on which host it is mounted. The values themselves are never seen by Nix.

  # Examples

  ```nix
  x.global.agenix = {
    secrets."restic/password".generation.random.length = 48;
    secretMounts."restic/password" = {                 # on this host
      owner = "restic";
      restartUnits = [ "backup.service" ];
    };
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

  generationOf = import ./generation.nix { inherit lib; };

  secret = types.submodule (
    { name, ... }:
    {
      options = {
        generation = generationOf name;

        description = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "Password that backups are encrypted with.";
          description = "What the secret is, in a sentence.";
        };

        protect = mkOption {
          type = types.bool;
          default = false;
          description = ''
            Whether a new value needs the secret's name typed: for what locks data away when it is lost, such as the
            password of a backup.
          '';
        };

        rotateAfter = mkOption {
          type = types.nullOr types.ints.positive;
          default = null;
          example = 365;
          description = "After how many days the secret should get a new value; never, if null.";
        };
      };
    }
  );

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

        restartUnits = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "backup.service" ];
          description = "Units that are restarted, if they run, when what they read here is another text than before.";
        };

        reloadUnits = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "web.service" ];
          description = "Units that are reloaded then.";
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

  config = lib.optionalAttrs localEval {
    assertions = import ./assertions.nix {
      inherit lib own all;
      host = hostname;
      at = path: definedAt ([ "agenix" ] ++ path);
    };
  };
}
