# What a type is made of.
lib:
let
  inherit (lib.options) mergeDefaultOption;
in
rec {
  isType = tag: value: value._type or "" == tag;
  setType = tag: value: value // { _type = tag; };
  isOptionType = isType "option-type";

  mkOptionType =
    { name
    , description ? name
    , # how the description may stand inside another one: noun, conjunction, composite, nonRestrictiveClause
      descriptionClass ? null
    , # looks at the top of the value only, to stay lazy
      check ? (_: true)
    , # loc -> [ { file; value; } ] -> value
      merge ? mergeDefaultOption
    , # { value = …; } where nothing defined has a meaning
      emptyValue ? { }
    , getSubOptions ? _: { }
    , getSubModules ? null
    , substSubModules ? _: null
    , # name, type, payload and binOp: how two declarations of one option become one
      functor ? defaultFunctor name
    , typeMerge ? defaultTypeMerge functor
    , deprecationMessage ? null
    , nestedTypes ? { }
    }:
    {
      _type = "option-type";
      description = if description == null then name else description;
      inherit
        name
        descriptionClass
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        functor
        typeMerge
        deprecationMessage
        nestedTypes
        ;
    };

  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    payload = null;
    binOp = _: _: null;
  };
  defaultTypeMerge = a: b:
    let payload = a.binOp a.payload b.payload;
    in
    if a.name != b.name then null
    else if a.payload == null then assert b.payload == null; a.type
    else assert b.payload != null; if payload == null then null else a.type payload;

  mergeTypes = a: b:
    assert isOptionType a && isOptionType b;
    let merged = a.typeMerge b.functor;
    in if merged == null then setType "merge-error" { error = "Cannot merge types"; } else merged;

  # The description as part of another one, in parentheses where it would read wrong.
  optionDescriptionPhrase = fits: type:
    if fits (type.descriptionClass or null) then type.description else "(${type.description})";

  addCheck = type: check:
    if type.merge ? v2 then
      type // {
        check = lib.support.coherent (value: type.check value && check value);
        merge = lib.support.checkedMerge ({ loc, defs }:
          let result = lib.support.coherence loc type (type.merge.v2 { inherit loc defs; });
          in result // {
            headError = if result.headError != null then result.headError else lib.support.headError check defs;
          });
      }
    else type // { check = value: type.check value && check value; };
}
