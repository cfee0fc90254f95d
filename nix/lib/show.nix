/**
  Turns any value into plain data that can be written as JSON, without building or copying anything.
*/
{
  lib,
  adapter,
  # { depth; items; bytes; }: how much is shown, and so evaluated, of a value that may be of any size; then what in it
  # can't be evaluated does not spoil the rest
  most ? null,
}:

let
  inherit (builtins)
    attrNames
    isAttrs
    isList
    isPath
    isString
    length
    mapAttrs
    stringLength
    tryEval
    unsafeDiscardStringContext
    ;

  # by itself deeper than any data that people write; what refers to itself ends here
  deepest = if most == null then 40 else most.depth;

  text =
    value:
    let
      plain = unsafeDiscardStringContext value;
    in
    if most != null && stringLength plain > most.bytes then
      "<text of ${toString (stringLength plain)} bytes>"
    else
      plain;

  some =
    list:
    if most == null || length list <= most.items then
      list
    else
      lib.take most.items list ++ [ "<${toString (length list - most.items)} more>" ];

  someOf =
    set:
    let
      names = attrNames set;
    in
    if most == null || length names <= most.items then
      set
    else
      lib.getAttrs (lib.take most.items names) set
      // {
        "…" = "<${toString (length names - most.items)} more>";
      };

  guarded =
    shown:
    let
      answer = tryEval shown;
    in
    if most == null then
      shown
    else if answer.success then
      answer.value
    else
      "<it can't be evaluated>";

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
      inner = value: guarded (show (depth + 1) value);
    in
    if isString value then
      text value
    else if isPath value then
      unsafeDiscardStringContext (toString value)
    else if lib.isFunction value then
      "<function>"
    else if depth > deepest && (isAttrs value || isList value) then
      (if most == null then "<nested too deeply>" else if isList value then "<list>" else "<set>")
    else if isList value then
      map inner (some value)
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
      mapAttrs (_: inner) (someOf value);

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
