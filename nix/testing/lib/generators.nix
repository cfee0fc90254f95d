# Values as text.
lib:
let
  inherit (builtins) isList isString concatStringsSep;
  inherit (lib.strings) escape;
  inherit (lib.attrsets) mapAttrsToList;
in
rec {
  # A value as Nix code, as far as it has any.
  toPretty = { multiline ? true, allowPrettyValues ? false, indent ? "" }:
    lib.support.pretty { inherit multiline allowPrettyValues; depthLimit = null; } indent;

  toJSON = _: builtins.toJSON;

  mkValueStringDefault = _: value:
    if builtins.isBool value then lib.boolToString value
    else if value == null then "null"
    else if isString value || builtins.isInt value || builtins.isFloat value then toString value
    else if lib.isDerivation value then toString value
    else throw "generators.mkValueStringDefault: this value is not supported: ${toPretty { } value}";
  mkKeyValueDefault = { mkValueString ? mkValueStringDefault { } }: separator: key: value:
    "${escape [ separator ] key}${separator}${mkValueString value}";

  toKeyValue = { mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }: set:
    let
      line = key: value: "${indent}${mkKeyValue key value}\n";
      lines = key: value: if listsAsDuplicateKeys && isList value then map (line key) value else [ (line key value) ];
    in
    lib.concatStrings (lib.concatLists (mapAttrsToList lines set));

  toINI = { mkSectionName ? escape [ "[" "]" ], mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }: sections:
    concatStringsSep "\n" (mapAttrsToList
      (name: values: "[${mkSectionName name}]\n${toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values}")
      sections);
}
