# Types of one plain value.
lib:
let
  inherit (builtins) isAttrs isBool isFloat isInt isPath isString match;
  inherit (lib.options) getValues mergeEqualOption mergeOneOption;
  inherit (lib.types) addCheck defaultFunctor mkOptionType optionDescriptionPhrase;
  inherit (lib.strings) concatStringsSep hasPrefix isStringLike;

  noun = type: mkOptionType ({ descriptionClass = "noun"; } // type);
  equal = type: noun ({ merge = mergeEqualOption; } // type);
in
rec {
  raw = noun { name = "raw"; description = "raw value"; merge = mergeOneOption; };
  unspecified = noun { name = "unspecified"; description = "unspecified value"; };

  anything = noun {
    name = "anything";
    description = "anything";
    merge = loc: defs:
      let
        kind = value: if isAttrs value && isStringLike value then "package" else builtins.typeOf value;
        common = kind (builtins.head defs).value;
        same = builtins.all
          (def: kind def.value == common || throw "The option `${lib.options.showOption loc}' has conflicting option types in ${lib.options.showFiles (lib.options.getFiles defs)}")
          defs;
        merges = {
          set = (lib.types.attrsOf anything).merge;
          package = mergeOneOption;
          lambda = loc: defs: argument:
            anything.merge (loc ++ [ "<function body>" ]) (map (def: { inherit (def) file; value = def.value argument; }) defs);
        };
      in
      assert same;
      (merges.${common} or mergeEqualOption) loc defs;
  };

  bool = equal { name = "bool"; description = "boolean"; check = isBool; };
  boolByOr = noun {
    name = "boolByOr";
    description = "boolean (merged using or)";
    check = isBool;
    merge = _: builtins.foldl' (any: def: any || def.value) false;
  };

  int = equal { name = "int"; description = "signed integer"; check = isInt; };
  float = equal { name = "float"; description = "floating point number"; check = isFloat; };
  number = lib.types.either int float;
  ints =
    let
      both = low: high: "${toString low} and ${toString high} (both inclusive)";
      between = low: high:
        assert lib.assertMsg (low <= high) "ints.between: lowest must be smaller than highest";
        addCheck int (n: n >= low && n <= high) // {
          name = "intBetween";
          description = "integer between ${both low high}";
        };
      bits = name: sort: low: high: between low high // { inherit name; description = "${sort}; between ${both low high}"; };
      unsignedBits = n: size: bits "unsignedInt${n}" "${n} bit unsigned integer" 0 (size - 1);
      signedBits = n: size: bits "signedInt${n}" "${n} bit signed integer" (0 - size / 2) (size / 2 - 1);
      clause = type: type // { descriptionClass = "nonRestrictiveClause"; };
    in
    {
      inherit between;
      unsigned = clause (addCheck int (n: n >= 0) // { name = "unsignedInt"; description = "unsigned integer, meaning >=0"; });
      positive = clause (addCheck int (n: n > 0) // { name = "positiveInt"; description = "positive integer, meaning >0"; });
      u8 = unsignedBits "8" 256;
      u16 = unsignedBits "16" 65536;
      u32 = unsignedBits "32" 4294967296;
      s8 = signedBits "8" 256;
      s16 = signedBits "16" 65536;
      s32 = signedBits "32" 4294967296;
    };
  port = ints.u16;

  str = equal { name = "str"; description = "string"; check = isString; };
  nonEmptyStr = equal {
    name = "nonEmptyStr";
    description = "non-empty string";
    check = s: isString s && match "[ \t\n]*" s == null;
  };
  singleLineStr = noun {
    name = "singleLineStr";
    description = "(optionally newline-terminated) single-line string";
    check = s: isString s && match "[^\n\r]*\n?" s != null;
    merge = loc: defs: lib.removeSuffix "\n" (mergeEqualOption loc defs);
  };
  strMatching = pattern: equal {
    name = "strMatching ${lib.strings.escapeNixString pattern}";
    description = "string matching the pattern ${pattern}";
    check = s: isString s && match pattern s != null;
    functor = defaultFunctor "strMatching" // {
      type = payload: strMatching payload.pattern;
      payload = { inherit pattern; };
      binOp = a: b: if a == b then a else null;
    };
  };
  separatedString = sep: noun {
    name = "separatedString";
    description = "strings concatenated with ${builtins.toJSON sep}";
    check = isString;
    merge = _: defs: concatStringsSep sep (getValues defs);
    functor = defaultFunctor "separatedString" // {
      type = payload: separatedString payload.sep;
      payload = { inherit sep; };
      binOp = a: b: if a.sep == b.sep then a else null;
    };
  };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  passwdEntry = type: addCheck type (s: match "[^:\n]*" s != null) // {
    name = "passwdEntry ${type.name}";
    description = "${optionDescriptionPhrase (class: class == "noun") type}, not containing newlines or colons";
    descriptionClass = "nonRestrictiveClause";
  };

  path = equal {
    name = "path";
    description = "absolute path";
    check = p: isStringLike p && hasPrefix "/" (toString p);
  };
  package = noun {
    name = "package";
    check = p: lib.isDerivation p || lib.isStorePath p;
    merge = loc: defs:
      let one = mergeOneOption loc defs;
      in if isPath one || (isString one && !builtins.hasContext one) then lib.toDerivation one else one;
  };

  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = _: builtins.foldl' (merged: def: merged // def.value) { };
    emptyValue.value = { };
  };

  optionType = noun {
    name = "optionType";
    description = "optionType";
    check = lib.types.isOptionType;
    merge = loc: defs:
      let
        declare = def: { _file = def.file; pos = null; options = lib.options.mkOption { type = def.value; }; };
      in
      if builtins.length defs == 1 then (builtins.head defs).value
      else (lib.modules.fixupOptionType loc (lib.modules.mergeOptionDecls loc (map declare defs))).type;
  };
}
