# Options that moved or went away.
lib:
let
  inherit (lib.attrsets) attrByPath getAttrFromPath setAttrByPath optionalAttrs;
  inherit (lib.modules) mkIf mkMerge mkOverride defaultOverridePriority;
  inherit (lib.options) mkOption showFiles showOption;

  alias = { from, to, visible, warn }: { config, options, ... }:
    let
      old = getAttrFromPath from options;
      target = attrByPath to (abort "Renaming error: option `${showOption to}' does not exist.") config;
      type = (attrByPath to { } options).type or (lib.types.submodule { });
    in
    {
      options = setAttrByPath from (mkOption {
        inherit visible type;
        description = "Alias of {option}`${showOption to}`.";
        apply = _:
          if warn then builtins.trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'." target
          else target;
      });
      config = mkMerge [
        (optionalAttrs (options ? warnings) {
          warnings = lib.optional (warn && old.isDefined)
            "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'.";
        })
        (mkAliasAndWrapDefsWithPriority (setAttrByPath to) old)
      ];
    };

  mkAliasAndWrapDefsWithPriority = wrap: option:
    mkIf option.isDefined
      (wrap (mkMerge (map (mkOverride (option.highestPrio or defaultOverridePriority)) option.definitions)));
in
rec {
  inherit mkAliasAndWrapDefsWithPriority;
  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));
  mkAliasDefinitions = mkAliasAndWrapDefinitions lib.id;

  mkAliasOptionModule = from: to: alias { inherit from to; visible = true; warn = false; };
  mkRenamedOptionModule = from: to: alias { inherit from to; visible = false; warn = true; };

  mkRemovedOptionModule = path: instead: { options, ... }:
    let option = getAttrFromPath path options;
    in {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = _: throw "The option `${showOption path}' can no longer be used since it's been removed. ${instead}";
      });
      config.assertions = [
        {
          assertion = !option.isDefined;
          message = ''
            The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; please remove it.
            ${instead}
          '';
        }
      ];
    };
}
