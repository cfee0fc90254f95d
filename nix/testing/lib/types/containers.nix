# Types that hold values of another type.
lib:
let
  inherit (builtins) concatLists isAttrs isList mapAttrs zipAttrsWith;
  inherit (lib) imap1;
  inherit (lib.modules) mergeDefinitions;
  inherit (lib.types) addCheck mkOptionType;
  inherit (lib.support) checkedMerge coherent elementFunctor headError inside;
in
rec {
  listOf = elemType: mkOptionType {
    name = "listOf";
    description = "list of ${inside [ "noun" "composite" ] elemType}";
    descriptionClass = "composite";
    check = coherent isList;
    merge = checkedMerge ({ loc, defs }:
      let
        entry = n: def: m: value:
          mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType [ { inherit (def) file; inherit value; } ];
        entries = concatLists (imap1 (n: def: imap1 (entry n def) def.value) defs);
        present = builtins.filter (e: e.isDefined) entries;
      in
      {
        headError = headError isList defs;
        value = map (e: e.mergedValue) present;
        valueMeta.list = map (e: e.checkedAndMerged.valueMeta) present;
      });
    emptyValue.value = [ ];
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
    inherit (elemType) getSubModules;
    substSubModules = modules: listOf (elemType.substSubModules modules);
    functor = elementFunctor "listOf" (payload: listOf payload.elemType) elemType;
    nestedTypes = { inherit elemType; };
  };

  nonEmptyListOf = elemType:
    let list = addCheck (listOf elemType) (value: value != [ ]);
    in list // {
      description = "non-empty ${inside [ "noun" ] list}";
      emptyValue = { };
      substSubModules = modules: nonEmptyListOf (elemType.substSubModules modules);
    };

  attrsOf = elemType: attrsWith { inherit elemType; };
  # Lazy in its values, so it can't leave out what an mkIf switched off.
  lazyAttrsOf = elemType: attrsWith { inherit elemType; lazy = true; };
  attrsWith = { elemType, lazy ? false, placeholder ? "name" }: mkOptionType {
    name = if lazy then "lazyAttrsOf" else "attrsOf";
    description = "${if lazy then "lazy attribute set" else "attribute set"} of ${inside [ "noun" "composite" ] elemType}";
    descriptionClass = "composite";
    check = coherent isAttrs;
    merge = checkedMerge ({ loc, defs }:
      let
        byName = zipAttrsWith (name: mergeDefinitions (loc ++ [ name ]) elemType)
          (map (def: mapAttrs (_: value: { inherit (def) file; inherit value; }) def.value) defs);
        present = if lazy then byName else lib.filterAttrs (_: e: e.isDefined) byName;
      in
      {
        headError = headError isAttrs defs;
        value = mapAttrs (_: e: e.optionalValue.value or elemType.emptyValue.value or e.mergedValue) present;
        valueMeta.attrs = mapAttrs (_: e: e.checkedAndMerged.valueMeta) present;
      });
    emptyValue.value = { };
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
    inherit (elemType) getSubModules;
    substSubModules = modules: attrsWith { elemType = elemType.substSubModules modules; inherit lazy placeholder; };
    functor = {
      name = "attrsWith";
      type = attrsWith;
      payload = { inherit elemType lazy placeholder; };
      binOp = a: b:
        let
          merged = a.elemType.typeMerge b.elemType.functor;
          placeholders = lib.remove "name" (lib.unique [ a.placeholder b.placeholder ]);
        in
        if merged == null || a.lazy != b.lazy || builtins.length placeholders > 1 then null
        else {
          elemType = merged;
          inherit (a) lazy;
          placeholder = if placeholders == [ ] then "name" else builtins.head placeholders;
        };
    };
    nestedTypes = { inherit elemType; };
  };
}
