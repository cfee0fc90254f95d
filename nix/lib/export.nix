/**
  Exports what one host defines in the globals' namespace, leaf by leaf.

  Not values are exported but definitions: each keeps its file, priority and order, so that in the
  fleet's evaluation `mkForce`, `mkDefault`, `mkBefore` and conflicts mean what they would mean if all
  definitions stood in one place. What a host computes for its own submodules (`host = mkDefault name`)
  is computed in the host and exported with them.
*/
{ lib, adapter }:

let
  inherit (builtins)
    all
    any
    concatMap
    head
    isAttrs
    isFunction
    mapAttrs
    tail
    ;
  inherit (lib)
    isOption
    mkMerge
    mkOrder
    mkOverride
    ;

  nothing = mkMerge [ ];

  withPriority =
    priority: value:
    if priority == adapter.defaultOverridePriority then value else mkOverride priority value;
  # an evaluated definition has its order as `priority`, and only if it was given one
  withOrder = definition: value: if definition ? priority then mkOrder definition.priority value else value;

  # applies a function to what stands inside `mkIf`, `mkForce`, `mkMerge` …
  inside =
    f: value:
    let
      property = adapter.propertyOf value;
    in
    if property == null then
      f value
    else if property.kind == "merge" then
      value // { contents = map (inside f) value.contents; }
    else if property.kind == "definition" then
      value // { value = inside f value.value; }
    else
      value // { content = inside f value.content; };

  # the part of a submodule's definition that belongs to no option, as it was written
  freeformPart =
    options:
    inside (
      value:
      if !(isAttrs value) then
        { }
      else
        lib.concatMapAttrs (
          name: inner:
          if !(options ? ${name}) then
            { ${name} = inner; }
          else if isOption options.${name} then
            { }
          else
            { ${name} = freeformPart options.${name} inner; }
        ) value
    );
in
rec {
  /**
    The name that a host's definition has in messages of the fleet's evaluation.

    # Type

    ```
    tagFile :: String -> String -> String
    ```

    # Examples

    ```nix
    tagFile "attic" "/fleet/hosts/linux/attic" => "/fleet/hosts/linux/attic, host attic"
    ```
  */
  tagFile = host: file: "${toString file}, host ${host}";

  /** The name of all that one host exports, where no file can be kept. */
  tagHost = host: "host ${host}";

  /**
    A module for the fleet's evaluation with everything that a host defines in the namespace.

    # Type

    ```
    hostModule :: { namespace :: [ String ]; name :: String; options :: OptionTree; } -> Module
    ```
  */
  hostModule =
    {
      namespace,
      name,
      options,
    }:
    {
      _file = tagHost name;
      config = lib.setAttrByPath namespace (exportTree name options);
    };

  exportTree =
    host: options:
    mapAttrs (
      _: inner: if isOption inner then exportOption host inner else exportTree host inner
    ) options;

  exportOption =
    host: option:
    let
      merged = adapter.mergedOption option;
      isDefaultOnly = option ? default && merged.priority >= adapter.optionDefaultPriority;
      # an `mkOptionDefault` stands beside the option's default, which the fleet declares by itself
      beside = removeFirst (d: d.file == head option.declarations && !(d ? priority)) merged.definitions;
    in
    if isDefaultOnly then
      exportLeaf host option.type (merged // { definitions = beside; })
    else
      exportAt host option.loc option.type merged;

  # `merged` is what `adapter.merge` answers at this place
  exportAt =
    host: path: type: merged:
    let
      shape = adapter.shapeOf type;
      within = merged // {
        inherit (adapter.merge path shape.inner merged.definitions) meta;
      };
    in
    if merged.definitions == [ ] then
      nothing
    else if shape.kind == "submodule" then
      exportSubmodule host type merged
    else if shape.kind == "attrs" then
      exportAttrs host path shape.inner merged
    else if shape.kind == "list" then
      exportList host path shape.inner merged
    else if shape.kind == "unique" then
      exportAt host path shape.inner within
    else if shape.kind == "nullable" && !(any (d: d.value == null) merged.definitions) then
      exportAt host path shape.inner within
    else if shape.kind == "coerced" && canExportCoerced type shape.inner then
      exportAt host path shape.inner merged
    else
      exportLeaf host type merged;

  exportLeaf =
    host: type: merged:
    mkMerge (
      map (
        definition:
        let
          value = withPriority merged.priority (withOrder definition definition.value);
          # where submodules are possible only what is none can carry its file
          isPlain = !(isAttrs definition.value || isFunction definition.value || builtins.isPath definition.value);
        in
        if adapter.refusesFile type && !isPlain then
          value
        else
          adapter.definitionIn (tagFile host definition.file) value
      ) merged.definitions
    );

  exportSubmodule =
    host: type: merged:
    let
      configuration = adapter.configurationOf merged.meta;
      options = adapter.optionsOf configuration;
      isFreeform = configuration._module.freeformType != null;
      isPlain = d: isAttrs d.value && adapter.readsAttrsAsConfig type;
      # behind a function the merged values are all that can be seen
      seesThrough = all isPlain merged.definitions;
      freeform =
        definition:
        if !isFreeform then
          { }
        else if seesThrough then
          freeformPart options definition.value
        else
          adapter.freeformOf configuration;
      put =
        definition: config:
        withPriority merged.priority (adapter.fileModule (tagFile host definition.file) config);
      first = head merged.definitions;
    in
    mkMerge (
      [
        (put first (mkMerge [
          (exportTree host options)
          (freeform first)
        ]))
      ]
      ++ lib.optionals (isFreeform && seesThrough) (
        map (definition: put definition (freeform definition)) (tail merged.definitions)
      )
    );

  exportAttrs =
    host: path: inner: merged:
    let
      exportElement =
        name: meta:
        let
          definitions = concatMap (
            d:
            lib.optional (d.value ? ${name}) {
              inherit (d) file;
              value = d.value.${name};
            }
          ) merged.definitions;
        in
        exportAt host (path ++ [ name ]) inner (
          adapter.merge (path ++ [ name ]) inner definitions // { inherit meta; }
        );
    in
    adapter.definitionIn (tagFile host (head merged.definitions).file) (
      withPriority merged.priority (mapAttrs exportElement (adapter.elementsOf merged.meta))
    );

  exportList =
    host: path: inner: merged:
    let
      exportItem =
        file: value:
        exportAt host path inner (
          adapter.merge (path ++ [ "[item]" ]) inner [ { inherit file value; } ]
        );
    in
    mkMerge (
      map (
        d:
        adapter.definitionIn (tagFile host d.file) (
          withPriority merged.priority (withOrder d (map (exportItem d.file) d.value))
        )
      ) merged.definitions
    );

  # what has been coerced must not be coerced once more, and only a submodule is known to be whole here
  canExportCoerced =
    type: inner:
    (adapter.shapeOf inner).kind == "submodule"
    && !(adapter.wouldCoerce type (adapter.fileModule "" { }));

  removeFirst =
    isIt: list:
    if list == [ ] then
      [ ]
    else if isIt (head list) then
      tail list
    else
      [ (head list) ] ++ removeFirst isIt (tail list);
}
