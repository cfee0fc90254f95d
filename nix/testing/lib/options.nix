# Option declarations, how they are shown, and the plain ways to merge definitions.
lib:
let
  inherit (builtins) all head tail length isList isAttrs isBool isString isInt foldl' filter match;
  inherit (lib.strings) concatStringsSep concatMapStrings;

  advice = "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n";
in
rec {
  unknownModule = "<unknown-file>";

  isOption = lib.types.isType "option";

  mkOption =
    { default ? null
    , defaultText ? null
    , example ? null
    , description ? null
    , relatedPackages ? null
    , type ? null
    , apply ? null
    , internal ? null
    , visible ? null
    , readOnly ? null
    }@declaration:
    declaration // { _type = "option"; };

  mkEnableOption = what: mkOption {
    type = lib.types.bool;
    default = false;
    example = true;
    description = "Whether to enable ${what}.";
  };

  literalExpression = text:
    if isString text then { _type = "literalExpression"; inherit text; }
    else throw "literalExpression expects a string.";
  literalMD = text:
    if isString text then { _type = "literalMD"; inherit text; }
    else throw "literalMD expects a string.";

  # `a."b.c".*.<name>`: placeholders stay as they are.
  showOption = path:
    concatStringsSep "." (map
      (part: if part == "*" || match "<(.*)>" part != null then part else lib.strings.escapeNixIdentifier part)
      path);
  showFiles = files: concatStringsSep " and " (map (file: "`${file}'") files);
  showDefs = concatMapStrings (def:
    let
      # a value that throws is left out, not an error on top of the error
      text = builtins.tryEval (lib.support.prettyShallow def.value);
      lines = filter isString (builtins.split "\n" text.value);
      shown = concatStringsSep "\n    " (lib.take 5 lines ++ lib.optional (length lines > 5) "...");
    in
    "\n- In `${def.file}'" + (
      if !text.success then ""
      else if length lines > 1 then ":\n    ${shown}"
      else ": ${shown}"
    ));

  getValues = map (def: def.value);
  getFiles = map (def: def.file);

  mergeOneOption = mergeUniqueOption { message = ""; };
  mergeUniqueOption = { message, merge ? _: defs: (head defs).value }: loc: defs:
    if length defs == 1 then merge loc defs
    else assert length defs > 1;
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${showDefs defs}\n${advice}";

  mergeEqualOption = loc: defs:
    let
      agree = first: def:
        if def.value == first.value then first
        else throw "The option `${showOption loc}' has conflicting definition values:${showDefs [ first def ]}\n${advice}";
    in
    if defs == [ ] then abort "mergeEqualOption without definitions"
    else if length defs == 1 then (head defs).value
    else (foldl' agree (head defs) (tail defs)).value;

  # For options without a type: what the values themselves allow.
  mergeDefaultOption = loc: defs:
    let values = getValues defs;
    in
    if length values == 1 then head values
    else if all lib.isFunction values then x: mergeDefaultOption loc (map (f: f x) values)
    else if all isList values then lib.concatLists values
    else if all isAttrs values then foldl' (a: b: a // b) { } values
    else if all isBool values then foldl' (a: b: a || b) false values
    else if all isString values then lib.concatStrings values
    else if all isInt values && all (value: value == head values) values then head values
    else throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs defs}";

  showOptionWithDefLocs = option: ''
    ${showOption option.loc}, with values defined in:
    ${concatStringsSep "\n" (map (file: "  - ${file}") option.files)}
  '';
}
