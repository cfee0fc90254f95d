/**
  Turns a value into data whose JSON is what `builtins.toJSON` writes of it, but without building or copying anything into
  the systems that are made of it: texts lose their context, paths and derivations become the texts of their store paths.

  What JSON has no form for is not passed over.

  # Type

  ```
  exact :: Any -> { value :: Json; problem :: null; } | { value :: null; problem :: String; }
  ```

  # Examples

  ```nix
  exact { a = 1; b = x: x; }
  => { value = null; problem = "`b` is a function"; }
  ```
*/
{ lib, adapter }:

let
  inherit (builtins) isAttrs isList isString isPath unsafeDiscardStringContext;

  # of data that people write; what refers to itself ends here
  deepest = 100;

  wrong = place: what: {
    problem = "${if place == [ ] then "it" else "`${lib.concatStringsSep "." place}`"} ${what}";
  };

  # a set with `problem` in it, for the first that is found, or null
  find =
    place: value:
    if lib.isFunction value && !(isAttrs value) then
      wrong place "is a function"
    else if lib.length place > deepest then
      wrong (lib.take 3 place) "is nested too deeply"
    else if isList value then
      first (lib.imap0 (n: find (place ++ [ (toString n) ])) value)
    else if !(isAttrs value) || value ? __toString || value ? outPath then
      null
    else if adapter.propertyOf value != null then
      wrong place "is a condition or a priority (mkIf, mkForce, …), which nothing looks into here"
    else
      first (lib.mapAttrsToList (name: find (place ++ [ name ])) value);
  first = found: lib.findFirst (one: one != null) null found;

  plain =
    value:
    if isString value then
      unsafeDiscardStringContext value
    else if isPath value then
      # a copy of its own: within the flake its name would change with every edit elsewhere
      unsafeDiscardStringContext "${value}"
    else if isList value then
      map plain value
    else if !(isAttrs value) then
      value
    else if value ? __toString then
      unsafeDiscardStringContext (toString value)
    else if value ? outPath then
      plain value.outPath
    else
      lib.mapAttrs (_: plain) value;
in
value:
let
  found = find [ ] value;
  exact =
    if found != null then
      found // { value = null; }
    else
      {
        value = plain value;
        problem = null;
      };
  tried = builtins.tryEval (builtins.deepSeq exact exact);
in
if tried.success then
  tried.value
else
  {
    value = null;
    problem = "it can't be evaluated";
  }
