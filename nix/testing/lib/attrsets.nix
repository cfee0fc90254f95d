# Attribute sets.
lib:
let
  inherit (builtins) foldl' concatMap length elemAt head all isList;
in
rec {
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  nameValuePair = name: value: { inherit name value; };
  attrsToList = mapAttrsToList nameValuePair;
  optionalAttrs = condition: set: if condition then set else { };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  getAttrs = names: set: genAttrs names (name: set.${name});
  attrVals = names: set: map (name: set.${name}) names;

  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  mapAttrsToList = f: set: builtins.attrValues (mapAttrs f set);
  concatMapAttrs = f: set: mergeAttrsList (mapAttrsToList f set);
  mergeAttrsList = foldl' (merged: set: merged // set) { };
  foldlAttrs = f: start: set: foldl' (acc: name: f acc name set.${name}) start (attrNames set);
  zipAttrs = zipAttrsWith (_: values: values);

  filterAttrs = keep: set: removeAttrs set (builtins.filter (name: !keep name set.${name}) (attrNames set));
  filterAttrsRecursive = keep: set:
    mapAttrs (_: value: if isAttrs value then filterAttrsRecursive keep value else value) (filterAttrs keep set);

  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond = descend: f:
    let
      go = path: mapAttrs (name: value:
        if isAttrs value && descend value then go (path ++ [ name ]) value else f (path ++ [ name ]) value);
    in
    go [ ];
  collect = wanted: set:
    if wanted set then [ set ]
    else if isAttrs set then concatMap (collect wanted) (attrValues set)
    else [ ];

  attrByPath = path: default: set:
    let
      at = n: value:
        if n == length path then value
        else if value ? ${elemAt path n} then at (n + 1) value.${elemAt path n}
        else default;
    in
    at 0 set;
  hasAttrByPath = path: set:
    let
      at = n: value: n == length path || (value ? ${elemAt path n} && at (n + 1) value.${elemAt path n});
    in
    at 0 set;
  getAttrFromPath = path: attrByPath path (abort "cannot find attribute '${builtins.concatStringsSep "." path}'");
  setAttrByPath = path: value: lib.lists.foldr (name: inner: { ${name} = inner; }) value path;
  showAttrPath = path:
    if path == [ ] then "<root attribute path>"
    else lib.strings.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  recursiveUpdate = recursiveUpdateUntil (_: a: b: !(isAttrs a && isAttrs b));
  recursiveUpdateUntil = stop: a: b:
    let
      go = path: zipAttrsWith (name: values:
        let here = path ++ [ name ];
        in
        if length values == 1 || stop here (elemAt values 1) (head values) then head values else go here values);
    in
    go [ ] [ b a ];
  matchAttrs = pattern: set:
    isAttrs pattern && isAttrs set && all
      (name: set ? ${name} && (
        if isAttrs pattern.${name} then isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else pattern.${name} == set.${name}
      ))
      (attrNames pattern);

  cartesianProduct = set:
    foldl' (rows: name: concatMap (row: map (value: row // { ${name} = value; }) set.${name}) rows) [ { } ] (attrNames set);

  isDerivation = value: value.type or null == "derivation";
  # What `builtins.derivation` would have made of a path that is in the store already.
  toDerivation = path:
    let
      stored = builtins.storePath path;
      drv = {
        type = "derivation";
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf stored));
        outPath = stored;
        outputs = [ "out" ];
        out = drv;
        outputName = "out";
      };
    in
    drv;
  getOutput = output: package:
    if ! package ? outputSpecified || ! package.outputSpecified
    then package.${output} or package.out or package
    else package;
  getBin = getOutput "bin";
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
}
