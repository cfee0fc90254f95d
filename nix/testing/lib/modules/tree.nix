# The tree of options: declarations and definitions of all modules brought together, path by path.
lib:
let
  inherit (builtins) attrNames concatLists concatMap filter head isAttrs length mapAttrs removeAttrs typeOf;
  inherit (lib.attrsets) mapAttrsToList zipAttrs zipAttrsWith;
  inherit (lib.modules) evalOptionValue fixupOptionType mergeOptionDecls pushDownProperties;
  inherit (lib.options) isOption mkOption showOption;
  inherit (lib.strings) concatStringsSep;

  dotted = concatStringsSep ".";

  asSubmodule = declaration:
    if isOption declaration.options then declaration
    else declaration // {
      options = mkOption {
        type = lib.types.submoduleWith {
          modules = [ { inherit (declaration) options; } ];
          # as the other declaration says
          shorthandOnlyDefinesConfig = null;
        };
      };
    };

  wrongTag = loc: declaration:
    let tag = declaration.options._type;
    in
    "In module ${declaration._file}: expected an option declaration at option path `${showOption loc}` but got an attribute set with type ${tag}"
    + lib.optionalString (tag == "option-type") "\n\nWhen declaring an option, you must wrap the type in a `mkOption` call.";

  noParent = loc: option: trees:
    let
      lines = concatMap
        (tree: map (name: " - option(s) with prefix `${showOption (loc ++ [ name ])}' in module `${tree._file}'") (attrNames tree.options))
        trees;
    in
    "The option `${showOption loc}' in module `${option._file}' would be a parent of the following options, but its type `${option.options.type.description or "<no description>"}' does not support nested options.\n${concatStringsSep "\n" (builtins.sort builtins.lessThan lines)}";
in
rec {
  # { matchedOptions = <tree of options with values>; unmatchedDefns = [ { file; prefix; value; } ]; }
  mergeModules = prefix: modules:
    mergeModules' prefix modules
      (concatMap (module: map (config: { file = module._file; inherit config; }) (pushDownProperties module.config)) modules);

  # modules: [ { _file; options; } ], definitions: [ { file; config; } ], both below the prefix
  mergeModules' = prefix: modules: definitions:
    let
      declared = zipAttrs (map
        (module:
          if isAttrs module.options then
            mapAttrs
              (name: options: { inherit (module) _file; inherit options; pos = builtins.unsafeGetAttrPos name module.options; })
              module.options
          else throw ''
            An option declaration for `${dotted prefix}' has type
            `${typeOf module.options}' rather than an attribute set.
            Did you mean to define this outside of `options'?
          '')
        modules);

      checked = map
        (definition:
          if isAttrs definition.config then definition
          else throw ''
            In module `${definition.file}', you're trying to define a value of type `${typeOf definition.config}'
            rather than an attribute set for the option
            `${dotted prefix}'!

            This usually happens if `${dotted prefix}' has option
            definitions inside that are not matched. Please check how to properly define
            this option by e.g. referring to `man 5 configuration.nix'!
          '')
        definitions;
      # as they are, for an option
      defined = zipAttrs (map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.config) checked);
      # with properties moved inwards, for the way down
      inner = zipAttrsWith (_: concatLists)
        (map (d: mapAttrs (_: value: map (config: { inherit (d) file; inherit config; }) (pushDownProperties value)) d.config) checked);

      below = mapAttrs
        (name: declarations:
          let
            loc = prefix ++ [ name ];
            options = filter (d: d.options ? _type && (isOption d.options || throw (wrongTag loc d))) declarations;
            evaluated = decls: {
              matchedOptions = evalOptionValue loc (fixupOptionType loc (mergeOptionDecls loc decls)) (defined.${name} or [ ]);
              unmatchedDefns = [ ];
            };
          in
          if options == [ ] then mergeModules' loc declarations (inner.${name} or [ ])
          else if length options == length declarations then evaluated declarations
          # a plain tree beside a submodule option extends the submodule
          else if lib.all (d: d.options.type.name or null == "submodule") options then evaluated (map asSubmodule declarations)
          else throw (noParent loc (head options) (filter (d: !isOption d.options) declarations)))
        declared;

      matchedOptions = mapAttrs (_: part: part.matchedOptions) below;
      unmatched = mapAttrs (_: part: part.unmatchedDefns) below // removeAttrs defined (attrNames matchedOptions);
    in
    {
      inherit matchedOptions;
      unmatchedDefns =
        # without definitions there is no need to look at the options
        if definitions == [ ] then [ ]
        else concatLists (mapAttrsToList (name: map (def: def // { prefix = [ name ] ++ def.prefix or [ ]; })) unmatched);
    };
}
