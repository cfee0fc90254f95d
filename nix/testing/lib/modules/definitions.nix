# Definitions of one option: properties decided, types checked, values merged.
lib:
let
  inherit (builtins) addErrorContext all concatMap filter head isAttrs length;
  inherit (lib.modules) defaultOverridePriority dischargeProperties filterOverrides' mkOptionDefault sortProperties;
  inherit (lib.options) showDefs showFiles showOption;
in
rec {
  mergeDefinitions = loc: type: defs: rec {
    # Before the type sees them: `values` in order, and the priority they share.
    defsFinal' =
      let
        apart = concatMap
          (def: map (value: if value._type or null == "definition" then value else { inherit (def) file; inherit value; })
            (addErrorContext "while evaluating definitions from `${def.file}':" (dischargeProperties def.value)))
          defs;
        strongest = filterOverrides' apart;
        ordered = lib.any (def: def.value._type or "" == "order") strongest.values;
        single = head defs;
        plain = addErrorContext "while evaluating definitions from `${single.file}':" (!(isAttrs single.value && single.value ? _type));
      in
      # most options have one definition without any property
      if length defs == 1 && plain then { values = defs; highestPrio = defaultOverridePriority; }
      else {
        values = if ordered then sortProperties strongest.values else strongest.values;
        inherit (strongest) highestPrio;
      };
    defsFinal = defsFinal'.values;
    isDefined = defsFinal != [ ];
    optionalValue = if isDefined then { value = mergedValue; } else { };

    mergedValue =
      let
        wrong = filter (def: !type.check def.value) defsFinal;
        mismatch = "A definition for option `${showOption loc}' is not of type `${type.description}'.";
      in
      if isDefined then
        if type.merge ? v2 then
          if checkedAndMerged.headError != null then throw "${mismatch} TypeError: ${checkedAndMerged.headError.message}"
          else checkedAndMerged.value
        else if all (def: type.check def.value) defsFinal then type.merge loc defsFinal
        else throw "${mismatch} Definition values:${showDefs wrong}"
      else if type.emptyValue ? value then type.emptyValue.value
      else throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";

    # { headError; value; valueMeta; }: what the type's own merge found out beside the value.
    checkedAndMerged =
      if type.merge ? v2 then
        let result = lib.support.coherence loc type (type.merge.v2 { inherit loc; defs = defsFinal; });
        in result // { valueMeta = result.valueMeta // { _internal = { inherit type; }; }; }
      else { headError = null; value = mergedValue; valueMeta = { }; };
  };

  # An option with its value and all that is known of it.
  evalOptionValue = loc: option: defs:
    let
      all = lib.optional (option ? default) { file = head option.declarations; value = mkOptionDefault option.default; } ++ defs;
      apart = map (def: def // { value = (mergeDefinitions loc option.type [ def ]).mergedValue; }) all;
      merged =
        if option.readOnly or false && length all > 1
        then throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs apart}"
        else mergeDefinitions loc option.type all;
      warned =
        if option.type.deprecationMessage == null then lib.id
        else lib.warn "The type `types.${option.type.name}' of option `${showOption loc}' defined in ${showFiles option.declarations} is deprecated. ${option.type.deprecationMessage}";
    in
    warned option // {
      value = addErrorContext "while evaluating the option `${showOption loc}':"
        ((option.apply or lib.id) merged.mergedValue);
      inherit (merged.defsFinal') highestPrio;
      inherit (merged) isDefined;
      inherit (merged.checkedAndMerged) valueMeta;
      definitions = map (def: def.value) merged.defsFinal;
      files = map (def: def.file) merged.defsFinal;
      definitionsWithLocations = merged.defsFinal;
      __toString = _: showOption loc;
    };
}
