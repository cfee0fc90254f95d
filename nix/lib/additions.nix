/**
  What submodules define in hosts alone.

  A submodule of a global option is evaluated in each host that defines something in it, and once more in
  the fleet. Most of what its own modules define they define in both: that is the fleet's. What a host's
  have and the fleet's have not (by `localEval`) is found by comparing the two, and added to what the host
  exports, at the priority of what the host said there.

  Not looked into are submodules behind `uniq`, where nothing can be added, and those that are values of no
  option (`freeformType`).
*/
{
  lib,
  adapter,
  put,
}:

let
  inherit (builtins)
    any
    attrNames
    concatMap
    mapAttrs
    ;
  inherit (lib) isOption mkMerge;

  inherit (import ./collect.nix { inherit lib adapter; }) collect;
  defs = import ./definitions.nix { inherit lib adapter; };

  # a type of submodules may hold itself
  deepest = 8;

  # ---- the definitions of submodules' own modules ----
  # `own` has the host's and the fleet's, both evaluated in the host: only their presence is compared.

  ownOf =
    configuration: type: fleetType:
    let
      of =
        type:
        concatMap (
          module:
          defs.start {
            host = null;
            inherit (module) file;
            value = module.config;
          }
        ) (collect {
          evaluation = configuration;
          modules = adapter.modulesOfType type;
        });
    in
    {
      host = of type;
      fleet = lib.optionals (isSubmodule fleetType) (of fleetType);
    };

  down = step: name: own: {
    host = concatMap (step name) own.host;
    fleet = concatMap (step name) own.fleet;
  };

  hostOnly =
    own:
    defs.notIn {
      others = own.fleet;
      holds = d: d.state == "used";
    } own.host;
  # the same without a look at conditions
  maybeHostOnly =
    own:
    defs.notIn {
      others = own.fleet;
      holds = d: !d.conditional;
    } own.host;

  # ---- types ----

  isSubmodule = type: type != null && (adapter.shapeOf type).kind == "submodule";
  innerOf = type: if type == null then null else (adapter.shapeOf type).inner or null;
  sideOf = side: type: if type == null then null else (adapter.shapeOf type).${side} or null;
  typeOf = option: option.type or null;

  # only a submodule is known to be whole after coercion, and what is added must not be coerced itself
  canAddToCoerced =
    type: isSubmodule (innerOf type) && !(adapter.wouldCoerce type (_: { }));

  # Whether a type defines anything in hosts alone. Asked of the type, not of a value: which elements and
  # options there are may depend on globals, and must not be looked at before they are asked for.
  definesInHosts =
    depth: path: type: fleetType:
    let
      shape = adapter.shapeOf type;
      configuration = adapter.configurationOf (adapter.merge path type [ ]).meta;
      fleetOptions =
        if isSubmodule fleetType then
          adapter.optionsOf (adapter.configurationOf (adapter.merge path fleetType [ ]).meta)
        else
          { };
      inTree =
        own: options: fleetOptions:
        any (
          name:
          let
            option = options.${name};
            fleetOption = fleetOptions.${name} or { };
          in
          if isOption option then
            maybeHostOnly (down defs.downToValue name own) != [ ]
            || definesInHosts (depth + 1) option.loc option.type (typeOf fleetOption)
          else
            inTree (down defs.downToSet name own) option fleetOption
        ) (attrNames options);
    in
    if depth > deepest then
      false
    else if shape.kind == "submodule" then
      inTree (ownOf configuration type fleetType) (adapter.optionsOf configuration) fleetOptions
    else if
      lib.elem shape.kind [
        "attrs"
        "list"
        "nullable"
      ]
      || (shape.kind == "coerced" && canAddToCoerced type)
    then
      definesInHosts (depth + 1) (path ++ [ "<name>" ]) shape.inner (innerOf fleetType)
    else if shape.kind == "either" then
      any (side: definesInHosts (depth + 1) path shape.${side} (sideOf side fleetType)) [
        "left"
        "right"
      ]
    else
      false;

  # ---- additions ----
  # All answer a list of definitions, without the priority of the place.

  additionsAt =
    place@{
      path,
      type,
      fleetType,
      merged,
      ...
    }:
    let
      shape = adapter.shapeOf type;
      inner = place // {
        type = shape.inner;
        fleetType = innerOf fleetType;
      };
      again = merged // {
        meta = adapter.metaAs path shape.inner merged;
      };
      side = adapter.sideOf type merged;
      # looked at is what it became, by the meta
      uncoerced = d: if adapter.wouldCoerce type d.value then d // { value = { }; } else d;
    in
    if merged.definitions == [ ] || !(adapter.fits type merged) then
      [ ]
    else if shape.kind == "submodule" then
      inSubmodule place
    else if shape.kind == "attrs" then
      inAttrs place
    else if shape.kind == "nullable" && !(any (d: d.value == null) merged.definitions) then
      additionsAt (inner // { merged = again; })
    else if shape.kind == "either" then
      # what is added is of the side that the host's definitions are of, so it changes none in the fleet
      additionsAt (
        place
        // {
          type = shape.${side};
          fleetType = sideOf side fleetType;
        }
      )
    else if shape.kind == "coerced" && canAddToCoerced type then
      additionsAt (
        inner
        // {
          merged = merged // {
            definitions = map uncoerced merged.definitions;
          };
        }
      )
    else
      [ ];

  inSubmodule =
    {
      host,
      path,
      type,
      fleetType,
      merged,
    }:
    let
      configuration = adapter.configurationOf merged.meta;
      fleetOptions =
        if isSubmodule fleetType then
          adapter.optionsOf (adapter.configurationOf (adapter.merge path fleetType [ ]).meta)
        else
          { };
    in
    [
      (adapter.fileModule (put.tagHost host) (
        inTree host (ownOf configuration type fleetType) (adapter.optionsOf configuration) fleetOptions
      ))
    ];

  inTree =
    host: own: options: fleetOptions:
    mapAttrs (
      name: option:
      let
        fleetOption = fleetOptions.${name} or { };
        mine = map (put.own host option.type) (hostOnly (down defs.downToValue name own));
      in
      if isOption option then
        mkMerge (mine ++ additionsOf host option (adapter.mergedOption option) (typeOf fleetOption))
      else
        inTree host (down defs.downToSet name own) option fleetOption
    ) options;

  # of an option, with the priority of what the host said
  additionsOf =
    host: option: merged: fleetType:
    let
      isDefaultOnly = option ? default && merged.priority >= adapter.optionDefaultPriority;
    in
    lib.optionals (!isDefaultOnly && definesInHosts 0 option.loc option.type fleetType) (
      map (put.withPriority merged.priority) (additionsAt {
        inherit host merged fleetType;
        path = option.loc;
        inherit (option) type;
      })
    );

  inAttrs =
    {
      host,
      path,
      type,
      fleetType,
      merged,
    }:
    let
      inner = innerOf type;
      element =
        name: meta:
        let
          here = adapter.mergedElement path inner name merged // {
            inherit meta;
          };
        in
        mkMerge (
          map (put.withPriority here.priority) (additionsAt {
            inherit host;
            path = path ++ [ name ];
            type = inner;
            fleetType = innerOf fleetType;
            merged = here;
          })
        );
    in
    [ (mapAttrs element (adapter.elementsOf merged.meta)) ];

  # ---- lists ----

  # An item can't be defined twice: what is added goes into it.
  extendItem =
    host: option: fleetType: file: value:
    let
      type = innerOf option.type;
      path = option.loc ++ [ "[item]" ];
      merged = adapter.merge path type [ { inherit file value; } ];
    in
    mkMerge (
      [ value ]
      ++ map (put.withPriority merged.priority) (additionsAt {
        inherit
          host
          path
          type
          merged
          ;
        fleetType = innerOf fleetType;
      })
    );
in
{
  /**
    The definitions of an option in a host as they were written, and the additions.

    # Type

    ```
    extend :: {
      host :: String;
      option :: Option;
      merged :: Merged;                # what is merged there, as far as it is the host's
      fleetType :: Type | Null;
    } -> [ Definition ]
    ```
  */
  extend =
    {
      host,
      option,
      merged,
      fleetType,
    }:
    let
      extendItems = map (
        d: d // { value = map (extendItem host option fleetType d.file) d.value; }
      ) merged.definitions;
      isListToExtend =
        (adapter.shapeOf option.type).kind == "list"
        && adapter.fits option.type merged
        && definesInHosts 0 option.loc option.type fleetType;
    in
    if isListToExtend then
      put.definitions host option.type (merged // { definitions = extendItems; })
    else
      put.definitions host option.type merged ++ additionsOf host option merged fleetType;
}
