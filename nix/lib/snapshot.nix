/**
  The merged globals as plain data, from which a host can be evaluated without its neighbours.

  What can't be written down (functions, derivations, paths, errors) is left to the evaluation of all
  hosts, value by value: a host that reads such a one pays for it, and has the right value all the same.
*/
{ lib }:

let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    deepSeq
    getContext
    hasContext
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    mapAttrs
    tryEval
    unsafeDiscardStringContext
    ;

  # deeper than any data that people write; what refers to itself ends here
  deepest = 40;

  unwritable = {
    unwritable = true;
  };

  # sets that are more than their attributes
  isSpecial =
    value:
    any (mark: value ? ${mark}) [
      "__functor"
      "__toString"
      "_type"
      "outPath"
    ]
    || value.type or null == "derivation"
    # a whole package set
    || (value ? callPackage && value ? stdenv);

  write =
    depth: value:
    if isString value then
      if hasContext value then
        {
          string = unsafeDiscardStringContext value;
          context = getContext value;
        }
      else
        { plain = value; }
    else if isList value then
      if depth > deepest then unwritable else writeList (map (item: whole (write (depth + 1) item)) value)
    else if isAttrs value then
      if depth > deepest || isSpecial value then
        unwritable
      else
        { attributes = mapAttrs (_: safely (depth + 1)) value; }
    else if value == null || isBool value || isInt value || isFloat value then
      { plain = value; }
    else
      unwritable;

  # what is in a list can't be left out of it
  writeList =
    items:
    if any (item: item ? unwritable) items then
      unwritable
    else if all (item: item ? plain) items then
      { plain = map (item: item.plain) items; }
    else
      { list = items; };

  whole =
    written:
    let
      inside = mapAttrs (_: whole) written.attributes;
      values = attrValues inside;
    in
    if !(written ? attributes) then
      written
    else if any (inner: inner ? unwritable) values then
      unwritable
    else if all (inner: inner ? plain) values then
      { plain = mapAttrs (_: inner: inner.plain) inside; }
    else
      { attributes = inside; };

  safely =
    depth: value:
    let
      written = write depth value;
      answer = tryEval (if written ? attributes then written else deepSeq written written);
    in
    if answer.success then answer.value else unwritable;

  # Whether all that could be written of a value can be evaluated.
  holds = value: (tryEval (forced 0 value)).success;
  forced =
    depth: value:
    if depth > deepest then
      true
    else if isList value then
      all (forced (depth + 1)) value
    else if isAttrs value && !(isSpecial value) then
      all (forced (depth + 1)) (attrValues value)
    else
      builtins.seq value true;
in
{
  /**
    Writes a value down, each attribute of it apart.

    Of a string with context the context is kept, without which a derivation would lose what it is made of.

    # Type

    ```
    write :: Any -> Written

    Written = { plain :: Json; } | { string :: String; context :: Attrs; } | { list :: [ Written ]; }
            | { attributes :: { [String] :: Written }; } | { unwritable :: true; }
    ```
  */
  write = safely 0;

  /**
    The paths at which a value can't be evaluated. What is below one of them is not looked at.

    # Type

    ```
    failing :: Any -> [ [ String ] ]
    ```
  */
  failing =
    let
      go =
        depth: path: value:
        let
          isBranch = tryEval (isAttrs value && !(isSpecial value) && depth <= deepest);
        in
        if isBranch.success && isBranch.value then
          lib.concatMap (name: go (depth + 1) (path ++ [ name ]) value.${name}) (attrNames value)
        else
          lib.optional (!isBranch.success || !(holds value)) path;
    in
    go 0 [ ];
}
