/**
  Everything that Steading takes from the inner workings of nixpkgs' module system.

  The rest of the library uses documented functions only. What is named here may move in a later nixpkgs:
  then this file is the place to mend.
*/
{
  lib,
  # whether a nixpkgs will do that knows no `valueMeta`: then nothing can be seen inside of submodules
  anyAge ? false,
}:

let
  inherit (lib.modules) mergeDefinitions;

  types = import ./adapter/types.nix { inherit lib; };

  # `valueMeta` came with nixpkgs 25.11: it is how an evaluated submodule is reached from outside.
  knowsValueMeta =
    (mergeDefinitions [ "steading" ] (lib.types.attrsOf lib.types.int) [ ]).checkedAndMerged.valueMeta
      ? attrs;
  isRecent =
    (mergeDefinitions [ "steading" ] lib.types.int [ ]) ? checkedAndMerged && knowsValueMeta;
in
assert
  anyAge
  || isRecent
  || throw "steading: this nixpkgs (${lib.version or lib.trivial.release or "unknown version"}) is too old: Steading needs 25.11 or newer, or an unstable of autumn 2025 or later. Name one in the fleet's `inputs.nixpkgs.url` and run `nix flake update nixpkgs`.";
types
// rec {
  # ---- priorities and properties ----

  /** Priority of a plain definition. */
  inherit (lib.modules) defaultOverridePriority;

  /** Priority of an option's default, and of `mkOptionDefault`. */
  optionDefaultPriority = 1500;

  /**
    Takes the outermost property off a value, or answers null where there is none.

    # Type

    ```
    propertyOf :: a -> Null
      | { kind = "merge"; contents :: [ a ]; }
      | { kind = "if"; condition :: Bool; content :: a; }
      | { kind = "override" | "order"; priority :: Int; content :: a; }
      | { kind = "definition"; file :: String; content :: a; }
    ```
  */
  propertyOf =
    value:
    let
      tag = value._type or null;
    in
    if !(builtins.isAttrs value) then
      null
    else if tag == "merge" then
      {
        kind = tag;
        inherit (value) contents;
      }
    else if tag == "if" then
      {
        kind = tag;
        inherit (value) condition content;
      }
    else if tag == "override" || tag == "order" then
      {
        kind = tag;
        inherit (value) priority content;
      }
    else if tag == "definition" then
      {
        kind = tag;
        inherit (value) file;
        content = value.value;
      }
    else
      null;

  /**
    A value that says which file it was defined in. Submodules take no such value: see `fileModule`.

    # Type

    ```
    definitionIn :: String -> a -> Definition a
    ```
  */
  definitionIn = file: value: lib.modules.mkDefinition { inherit file value; };

  /**
    A submodule's definition that says which file it was defined in. A function, since submodules
    take an attribute set for configuration only.

    # Type

    ```
    fileModule :: String -> Attrs -> Module
    ```
  */
  fileModule = file: config: _: {
    _file = file;
    inherit config;
  };

  /**
    The same for any definition of a submodule type, which may be a module of its own.

    # Type

    ```
    moduleIn :: String -> Type -> Module -> Module
    ```
  */
  moduleIn =
    file: type: value:
    if builtins.isAttrs value && types.readsAttrsAsConfig type then
      fileModule file value
    else
      _: {
        _file = file;
        imports = [ value ];
      };

  # ---- merging ----

  /**
    Merges definitions at a place as the module system does.

    # Type

    ```
    merge :: [ String ] -> Type -> [ { file, value } ] -> {
      definitions :: [ { file, value, priority? } ];   # those that hold; `priority` is their order
      priority :: Int;                                  # the one that they were chosen by
      value :: Any;
      meta :: Attrs;                                    # see `configurationOf`, `elementsOf`
    }
    ```
  */
  merge =
    path: type: definitions:
    let
      merged = mergeDefinitions path type definitions;
    in
    {
      definitions = merged.defsFinal;
      priority = merged.defsFinal'.highestPrio;
      value = merged.mergedValue;
      meta = merged.checkedAndMerged.valueMeta or { };
    };

  /**
    The `meta` of definitions that were merged already, merged once more as another type: what `nullOr`
    and `uniq` hold, since they hand no meta on.

    # Type

    ```
    metaAs :: [ String ] -> Type -> Merged -> Attrs
    ```
  */
  metaAs =
    path: type: merged:
    # a submodule takes no order
    (merge path type (map (d: { inherit (d) file value; }) merged.definitions)).meta;

  /**
    What is merged at an element of an attribute set, by what is merged at the set.

    # Type

    ```
    mergedElement :: [ String ] -> Type -> String -> Merged -> Merged
    ```
  */
  mergedElement =
    path: type: name: merged:
    merge (path ++ [ name ]) type (
      builtins.concatMap (
        d:
        lib.optional (d.value ? ${name}) {
          inherit (d) file;
          value = d.value.${name};
        }
      ) merged.definitions
    );

  /** The same for an option of a finished evaluation. */
  mergedOption = option: {
    definitions = option.definitionsWithLocations;
    priority = option.highestPrio;
    inherit (option) value;
    meta = option.valueMeta or { };
  };

  /** What a `coercedTo` makes of one value, as a definition of its final type. */
  coercedDefinition =
    path: type: value:
    let
      file = "<coerced>";
      merged = merge path type [ { inherit file value; } ];
      configuration = configurationOf merged.meta;
    in
    if configuration == null then merged.value else definedIn file configuration;

  # ---- what was evaluated ----

  /** The evaluated submodule behind a `meta`, or null. */
  configurationOf = meta: meta.configuration or null;

  /** `{ NAME = meta; }` of an evaluated attribute set, or null. */
  elementsOf = meta: meta.attrs or null;

  /** What the module system calls a module without a file. */
  unknownFile = "<unknown-file>";

  /** Says whether that, or another word in its place, is all that is known of a module's file. */
  isNoFile = file: lib.hasPrefix "<" (toString file);

  /** Where an option is declared: `{ file, line, column }`, as far as that is known. */
  declarationsOf =
    option:
    lib.zipListsWith (
      file: position:
      if isIn position file || (isNoFile file && position != null && !(isOfLib position)) then
        position
      else
        {
          inherit file;
          line = null;
          column = null;
        }
    ) option.declarations option.declarationPositions;

  /** Says whether a position (or null) is in a file; a folder's module is named without its default.nix. */
  isIn =
    position: file:
    position != null
    && (position.file == toString file || position.file == "${toString file}/default.nix");

  /** Says whether a position is in nixpkgs' lib. */
  isOfLib =
    let
      here = builtins.unsafeGetAttrPos "evalModules" lib;
    in
    position: here != null && lib.hasPrefix "${dirOf here.file}/" position.file;

  /** The arguments that the modules of an evaluation were called with. */
  argumentsOf =
    evaluation:
    {
      inherit lib;
      config = evaluation.config // {
        inherit (evaluation) _module;
      };
      inherit (evaluation) options;
      inherit (evaluation._module) specialArgs;
    }
    // evaluation._module.specialArgs;

  /** An evaluation that does not mind definitions of options that there are not. */
  withoutCheck =
    evaluation:
    evaluation.extendModules { modules = [ { config._module.check = lib.mkForce false; } ]; };

  /** One of the arguments that modules of an evaluation set for each other. */
  lateArgument = evaluation: name: evaluation._module.args.${name};

  /** The options of an evaluation or submodule, without the module system's own. */
  optionsOf = evaluation: removeAttrs evaluation.options [ "_module" ];

  # what is defined in a submodule from a file, as one definition of it
  definedIn =
    file: evaluation:
    let
      ofTree = builtins.mapAttrs (
        _: option: if lib.isOption option then ofOption option else ofTree option
      );
      ofOption =
        option:
        lib.mkMerge (
          lib.optionals (option.isDefined && option.highestPrio < optionDefaultPriority) (
            map (
              d:
              lib.mkOverride option.highestPrio (
                if d ? priority then lib.mkOrder d.priority d.value else d.value
              )
            ) (builtins.filter (d: d.file == file) option.definitionsWithLocations)
          )
        );
    in
    ofTree (optionsOf evaluation) // freeformOf evaluation;

  /** What a submodule has beside its options. */
  freeformOf =
    evaluation: removeAttrs evaluation.config (builtins.attrNames (optionsOf evaluation));

  /** The type of that, or null. */
  freeformTypeOf = evaluation: evaluation._module.freeformType;
}
