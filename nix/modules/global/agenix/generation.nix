/**
  The ways of making a secret, as options. One of them is chosen, or none for a secret that is entered by hand.

  # Type

  ```
  generationOf :: String -> { [String] :: Option }
  ```
*/
{ lib }:

secretName:

let
  inherit (lib) mkOption types;

  # ---- calls in the content of `json`, which are carried out when the secret is made ----

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
    base64 = data: functionCall "base64" { inherit data; };
  };
  callWithLib = content: if builtins.isFunction content then content { inherit jsonLib; } else content;

  # ---- options ----

  engine =
    description: module:
    mkOption {
      type = types.nullOr (types.submodule module);
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

  text.options = {
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
in
{
  random = engine "Random characters." {
    options = {
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
  };

  template = engine "Text from a template in the language of Go's `text/template`." text;

  tera = engine "Text from a Tera template: recommended for new ones." text;

  json = engine "A JSON document." {
    options.content = mkOption {
      type = types.coercedTo types.anything callWithLib types.anything;
      example = lib.literalExpression ''
        { jsonLib }: { password = with jsonLib; hashBcrypt (readSecret "web/admin") 10; }
      '';
      description = "Any value, or a function of `{ jsonLib }` that gives one.";
    };
  };

  script = engine "What a program prints." (
    { config, ... }:
    {
      options = {
        runtimeInputs = mkOption {
          type = types.functionTo (types.listOf types.package);
          default = pkgs: [ pkgs.coreutils ];
          defaultText = "`pkgs.coreutils`";
          description = ''
            Function of `pkgs` that gives the packages in the program's PATH, which has nothing else in it. Their names
            are part of the definition, their versions aren't: an update of nixpkgs makes no secret anew.
          '';
        };

        script = mkOption {
          type = types.str;
          example = ''ssh-keygen -t ed25519 -N "" -f "$TMP_DIR/key" -q && cat "$TMP_DIR/key"'';
          description = ''
            Text of the script, for bash, which stops at its first error. `$TMP_DIR` is an empty folder of its own, in memory;
            `$WORKING_DIR` is the folder that it starts in; `read_secret NAME` prints a secret that `secrets` names.
          '';
        };

        secrets = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "ca/key" ];
          description = "Secrets that the script may read.";
        };

        network = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the script may use the network.";
        };

        writes = mkOption {
          type = types.listOf types.str;
          default = [ "secrets/derived" ];
          example = [ "certificates" ];
          description = "Folders of the fleet that the script may write to, for public halves and the like. The others it can read.";
        };

        program = mkOption {
          type = types.functionTo types.str;
          readOnly = true;
          default =
            pkgs:
            (import ../../../lib/program.nix { inherit lib pkgs; } {
              name = secretName;
              inherit (config) script runtimeInputs;
            }).path;
          defaultText = "what runs `script`";
          description = "Function of `pkgs` that gives the path of the program.";
        };
      };
    }
  );

  ssh-key = engine "An SSH key pair; the public half is written beside." {
    options = {
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
}
