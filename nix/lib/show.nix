/**
  Turns any value into plain data that can be written as JSON, without building or copying anything.
*/
{ lib, adapter }:

let
  inherit (builtins)
    isAttrs
    isList
    isPath
    isString
    mapAttrs
    tryEval
    unsafeDiscardStringContext
    ;

  # deeper than any data that people write; what refers to itself ends here
  deepest = 40;

  opaqueTypes = [
    "configuration"
    "flake"
    "option"
    "option-type"
    "pkgs"
  ];

  show =
    depth: value:
    let
      property = adapter.propertyOf value;
      inner = show (depth + 1);
    in
    if isString value then
      unsafeDiscardStringContext value
    else if isPath value then
      unsafeDiscardStringContext (toString value)
    else if lib.isFunction value then
      "<function>"
    else if depth > deepest && (isAttrs value || isList value) then
      "<nested too deeply>"
    else if isList value then
      map inner value
    else if !(isAttrs value) then
      value
    else if value.type or null == "derivation" then
      "<derivation ${unsafeDiscardStringContext (value.name or "without a name")}>"
    else if property != null then
      showProperty inner property
    else if lib.elem (value._type or null) opaqueTypes then
      "<${value._type}>"
    else if value ? __toString || value ? outPath then
      unsafeDiscardStringContext (toString value)
    else
      mapAttrs (_: inner) value;

  # inside a definition that no option looks into
  showProperty =
    inner: property:
    if property.kind == "if" then
      (if property.condition == true then inner property.content else "<mkIf false>")
    else if property.kind == "merge" then
      "<mkMerge>"
    else
      inner property.content;
in
{
  /**
    Shows a value, or says that it can't be evaluated. What `tryEval` can't catch goes through.

    Functions become `"<function>"`, derivations `"<derivation NAME>"`, paths absolute paths.

    # Type

    ```
    plain :: Any -> { value :: Json; } | { }
    ```
  */
  plain =
    value:
    let
      shown = show 0 value;
      careful = tryEval (builtins.deepSeq shown shown);
    in
    if careful.success then { inherit (careful) value; } else { };
}
