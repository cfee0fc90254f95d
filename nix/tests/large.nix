/**
  A host as large as real ones are: by default 1,500 modules and some 13,000 options, among them submodules, hidden,
  renamed and internal ones, some that throw and some that abort. In each module one option is set.

  # Type

  ```
  large :: { lib; modules ? 1500; options ? 6; } -> Evaluation
  ```
*/
{
  lib,
  # how many
  modules ? 1500,
  # how many plain options each declares, beside the special ones
  options ? 6,
}:

let
  inherit (lib) mkOption types;

  kinds = [
    types.bool
    types.str
    types.port
    (types.listOf types.str)
    (types.attrsOf types.str)
    (types.nullOr types.int)
  ];
  defaults = [
    false
    "plain"
    80
    [ "a" ]
    { a = "b"; }
    null
  ];

  module =
    n:
    let
      name = "service-${toString n}";
      group = "group-${toString (lib.mod n 40)}";
      every = count: lib.mod n count == 0;
    in
    { config, lib, ... }:
    let
      mine = config.${group}.${name};
    in
    {
      _file = "/modules/${name}.nix";
      imports = lib.optional (every 10) (
        lib.mkRenamedOptionModule [ group name "formerly" ] [ group name "option-1" ]
      );
      options.${group}.${name} = {
        enable = lib.mkEnableOption name;
        settings = mkOption {
          default = { };
          description = "Settings of ${name}.";
          type = types.submodule {
            options.level = mkOption {
              type = types.int;
              default = n;
            };
            options.text = mkOption {
              type = types.lines;
              default = "";
            };
          };
        };
      }
      // lib.listToAttrs (
        lib.genList (i: {
          name = "option-${toString i}";
          value = mkOption {
            type = lib.elemAt kinds (lib.mod i 6);
            default = lib.elemAt defaults (lib.mod i 6);
            description = "Option ${toString i} of ${name}, in a sentence or two, as people write them.";
          };
        }) options
      )
      // lib.optionalAttrs (every 5) {
        instances = mkOption {
          default = { };
          type = types.attrsOf (
            types.submodule (
              { name, ... }:
              {
                options.port = mkOption {
                  type = types.port;
                  default = 8000;
                };
                options.label = mkOption {
                  type = types.str;
                  default = name;
                };
              }
            )
          );
        };
      }
      // lib.optionalAttrs (every 10) {
        hidden = mkOption {
          default = abort "nobody asks for ${name}.hidden";
          visible = false;
        };
        internal = mkOption {
          default = abort "nobody asks for ${name}.internal";
          internal = true;
        };
      }
      // lib.optionalAttrs (every 100) {
        throwing = mkOption {
          type = types.str;
          default = throw "${name} has no value";
        };
      }
      // lib.optionalAttrs (every 300) {
        aborting = mkOption {
          type = types.str;
          default = "x";
        };
        undecided = mkOption {
          type = types.int;
          default = 1;
        };
      };
      config = lib.mkMerge [
        (lib.mkIf mine.enable { warnings = [ "${name} is on" ]; })
        {
          assertions = [
            {
              assertion = mine.option-2 != 0;
              message = "${name} needs a port";
            }
          ];
        }
        (lib.optionalAttrs (every 5) {
          ${group}.${name} = {
            enable = true;
            option-1 = lib.mkIf (every 2) "set";
            instances = lib.mkIf (every 20) {
              one.port = 1;
              two = { };
            };
          };
        })
        (lib.optionalAttrs (every 300) {
          ${group}.${name} = {
            aborting = abort "${name} can't say";
            undecided = lib.mkIf (abort "${name} can't decide") 2;
          };
        })
      ];
    };

  base = {
    _file = "/modules/base.nix";
    options = {
      assertions = mkOption {
        type = types.listOf types.unspecified;
        default = [ ];
        internal = true;
      };
      warnings = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "What is worth a warning.";
      };
    };
    config.group-0.service-0.option-1 = lib.mkForce "forced";
  };
in
lib.evalModules { modules = [ base ] ++ lib.genList module modules; }
