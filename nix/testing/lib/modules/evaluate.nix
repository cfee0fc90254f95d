# One evaluation of modules: options and configuration, each made of the other.
lib:
let
  inherit (builtins) addErrorContext attrNames head removeAttrs seq;
  inherit (lib.attrsets) attrByPath mapAttrsRecursiveCond recursiveUpdate setAttrByPath;
  inherit (lib.modules) collectModules mergeModules;
  inherit (lib.options) isOption mkOption showDefs showOption;
  inherit (lib) types;

  # What is wrong with a definition without an option, and what may have been meant.
  unknownOption = prefix: options: def:
    let
      parent = lib.init def.prefix;
      siblings = attrNames (attrByPath parent { } options);
      candidates = if parent == [ ] then lib.remove "_module" siblings else siblings;
      distance = lib.strings.levenshtein (lib.last def.prefix);
      # with very many options only a slip of the pen is worth a guess
      plausible = if lib.length candidates < 100 then candidates else lib.filter (name: distance name <= 2) candidates;
      suggestions = map (name: "`${showOption (prefix ++ parent ++ [ name ])}'") (lib.take 3 (lib.sortOn distance plausible));
      hint =
        if suggestions == [ ] then ""
        else if lib.length suggestions == 1 then "\n\nDid you mean ${head suggestions}?"
        else "\n\nDid you mean ${lib.concatStringsSep ", " (lib.init suggestions)} or ${lib.last suggestions}?";
      message = "The option `${showOption (prefix ++ def.prefix)}' does not exist. Definition values:${
        addErrorContext "while evaluating a definition from `${def.file}'" (showDefs [ def ])
      }${hint}";
    in
    if attrNames options != [ "_module" ] then message
    else if prefix == [ ] then ''
      ${message}

      It seems as if you're trying to declare an option by placing it into `config' rather than `options'!
    ''
    else ''
      ${message}

      However there are no options defined in `${showOption prefix}'. Are you sure you've
      declared your options properly? This can happen if you e.g. declared your options in `types.submodule'
      under `config' rather than `options'.
    '';
in
rec {
  evalModules = given@{ modules, prefix ? [ ], specialArgs ? { }, class ? null }:
    let
      own = {
        _file = "lib/modules.nix";
        key = "lib/modules.nix";
        options._module = {
          args = mkOption ({
            type = types.lazyAttrsOf types.raw;
            description = "Additional arguments passed to each module.";
          } // lib.optionalAttrs (prefix != [ ]) { internal = true; });
          check = mkOption {
            type = types.bool;
            internal = true;
            default = true;
            description = "Whether to check whether all option definitions have matching declarations.";
          };
          freeformType = mkOption {
            type = types.nullOr types.optionType;
            internal = true;
            default = null;
            description = "The type that definitions without an option are merged with, if they are allowed.";
          };
          specialArgs = mkOption {
            readOnly = true;
            internal = true;
            description = "Arguments that modules can't change, but can use in their imports.";
          };
        };
        config._module = {
          args = { inherit extendModules; moduleType = type; };
          inherit specialArgs;
        };
      };

      collected = collectModules class (specialArgs.modulesPath or "") (modules ++ [ own ]) ({
        inherit lib options specialArgs;
        _class = class;
        _prefix = prefix;
        config = addErrorContext "if you get an infinite recursion here, you probably reference `config` in `imports`. If you are trying to achieve a conditional import behavior dependent on `config`, consider importing unconditionally, and using `mkEnableOption` and `mkIf` to control its effect." config;
      } // specialArgs);

      merged = mergeModules prefix (lib.reverseList collected.modules);
      options = merged.matchedOptions;
      unmatched = merged.unmatchedDefns;

      declared = mapAttrsRecursiveCond (v: !isOption v) (_: option: option.value) options;
      inherit (declared._module) freeformType;
      free =
        if unmatched == [ ] then { }
        else freeformType.merge prefix (map (def: { inherit (def) file; value = setAttrByPath def.prefix def.value; }) unmatched);
      config = if freeformType == null then declared else recursiveUpdate free declared;

      checked = seq (
        if config._module.check && config._module.freeformType == null && unmatched != [ ]
        then throw (unknownOption prefix options (head unmatched))
        else null
      );

      extendModules = more@{ modules ? [ ], specialArgs ? { }, prefix ? [ ] }:
        evalModules (given // {
          modules = given.modules ++ modules;
          specialArgs = given.specialArgs or { } // specialArgs;
          prefix = more.prefix or given.prefix or [ ];
        });
      type = types.submoduleWith { inherit modules specialArgs class; };
    in
    {
      _type = "configuration";
      options = checked options;
      config = checked (removeAttrs config [ "_module" ]);
      _module = checked config._module;
      inherit (collected) graph;
      inherit extendModules type class;
    };
}
