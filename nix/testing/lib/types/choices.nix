# Types that accept one of several things.
lib:
let
  inherit (builtins) all elem filter head isBool isInt isString length tail;
  inherit (lib.options) getFiles mergeEqualOption mergeOneOption showDefs showFiles showOption;
  inherit (lib.types) defaultFunctor mkOptionType;
  inherit (lib.support) checkedMerge coherent elementFunctor headError inside run;
in
rec {
  enum = values:
    let
      show = value:
        if isString value then ''"${value}"''
        else if isInt value then toString value
        else if isBool value then lib.boolToString value
        else "<${builtins.typeOf value}>";
    in
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then "impossible (empty enum)"
        else if length values == 1 then "value ${show (head values)} (singular enum)"
        else "one of ${lib.concatMapStringsSep ", " show values}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = value: elem value values;
      merge = mergeEqualOption;
      functor = defaultFunctor "enum" // {
        type = payload: enum payload.values;
        payload = { inherit values; };
        binOp = a: b: { values = lib.unique (a.values ++ b.values); };
      };
    };

  nullOr = elemType: mkOptionType {
    name = "nullOr";
    description = "null or ${inside [ "noun" "conjunction" ] elemType}";
    descriptionClass = "conjunction";
    check = value: value == null || elemType.check value;
    merge = loc: defs:
      let nulls = filter (def: def.value == null) defs;
      in
      if nulls == [ ] then elemType.merge loc defs
      else if length nulls == length defs then null
      else throw "The option `${showOption loc}` is defined both null and not null, in ${showFiles (getFiles defs)}.";
    emptyValue.value = null;
    inherit (elemType) getSubOptions getSubModules;
    substSubModules = modules: nullOr (elemType.substSubModules modules);
    functor = elementFunctor "nullOr" (payload: nullOr payload.elemType) elemType;
    nestedTypes = { inherit elemType; };
  };

  # The first type that accepts all definitions merges them.
  either = left: right:
    mkOptionType {
      name = "either";
      description =
        if left.descriptionClass or null == "nonRestrictiveClause"
        then "${left.description}, or ${inside [ "noun" "conjunction" ] right}"
        else "${inside [ "noun" "conjunction" ] left} or ${inside [ "noun" "conjunction" "composite" ] right}";
      descriptionClass = "conjunction";
      check = coherent (value: left.check value || right.check value);
      merge = checkedMerge ({ loc, defs }:
        let
          l = run left loc defs;
          r = run right loc defs;
          neither.message = "The option `${showOption loc}` is neither a value of type `${left.description}` nor `${right.description}`, Definition values: ${showDefs defs}";
        in
        if l.headError == null then l
        else if r.headError == null then r
        else {
          headError = neither;
          valueMeta.headError = neither;
          value = lib.warn "One or more definitions did not pass the type-check of the 'either' type.\n${neither.message}" (mergeOneOption loc defs);
        });
      typeMerge = other:
        let
          l = left.typeMerge (head other.payload.elemType).functor;
          r = right.typeMerge (builtins.elemAt other.payload.elemType 1).functor;
        in
        if other.name == "either" && l != null && r != null then either l r else null;
      functor = elementFunctor "either" either [ left right ];
      nestedTypes = { inherit left right; };
    };
  oneOf = types:
    if types == [ ] then throw "types.oneOf needs to get at least one type in its argument"
    else builtins.foldl' either (head types) (tail types);

  # What `from` accepts is converted before `to` merges it.
  coercedTo = from: convert: to:
    assert lib.assertMsg (from.getSubModules == null)
      "coercedTo: coercedType must not have submodules (it’s a ${from.description})";
    let
      check = value: (from.check value && to.check (convert value)) || to.check value;
    in
    mkOptionType {
      name = "coercedTo";
      description = "${inside [ "noun" ] to} or ${inside [ "noun" ] from} convertible to it";
      check = coherent check;
      merge = checkedMerge ({ loc, defs }:
        let
          accepted = def: if from.merge ? v2 then (run from loc [ def ]).headError == null else from.check def.value;
          converted = map (def: if accepted def then def // { value = convert def.value; } else def) defs;
          result = run to loc converted;
        in
        if to.merge ? v2 then result
        else result // { headError = headError check defs; });
      inherit (to) emptyValue getSubOptions getSubModules;
      substSubModules = modules: coercedTo from convert (to.substSubModules modules);
      typeMerge = _: null;
      functor = defaultFunctor "coercedTo";
      nestedTypes = { coercedType = from; finalType = to; };
    };
}
