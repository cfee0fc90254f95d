/**
  Places behind types that wrap others: `nullOr`, `uniq`, `either`, `coercedTo`. A place is one of walk.nix.
*/
{ lib, adapter }:

let
  inherit (builtins) any filter;

  shapeOf = type: adapter.shapeOf type;

  again =
    path: type: merged:
    merged // { meta = adapter.metaAs path type merged; };

  isNull = d: d.value == null;
in
rec {
  /**
    What an option's `apply` makes of the definitions may be of any shape: it is the value of a leaf alone.
    This is what it was made of.
  */
  unapplied =
    place:
    if place.isApplied or false then
      (adapter.merge place.path place.type place.merged.definitions).value
    else
      place.merged.value;

  /** The place behind the wrapper, or null where there is nothing to walk into. */
  unwrap =
    place:
    let
      shape = shapeOf place.type;
    in
    if shape.kind == "nullable" then
      if unapplied place == null then
        null
      else
        inner place (c: c.merged.definitions != [ ] && !(any isNull c.merged.definitions))
    else if shape.kind == "unique" then
      # where several hosts define it there is no value to walk into
      builtins.seq place.merged.value (inner place (_: true))
    else if shape.kind == "either" then
      chosen place
    else if shape.kind == "coerced" then
      uncoerced place
    else
      null;

  # what `nullOr` and `uniq` hold: they hand no meta on
  inner =
    place: isThere:
    let
      innerOf = type: (shapeOf type).inner;
      behind = at: {
        type = innerOf at.type;
        merged = again place.path (innerOf at.type) at.merged;
      };
    in
    place // behind place // { contexts = map (c: c // behind c) (filter isThere place.contexts); };

  # the side of an `either` that all definitions are of
  chosen =
    place:
    let
      side = adapter.sideOf place.type place.merged;
      isSame = c: adapter.sideOf c.type c.merged == side;
      at = type: (shapeOf type).${side};
    in
    place
    // {
      type = at place.type;
      contexts = map (c: c // { type = at c.type; }) (filter isSame place.contexts);
    };

  # what was coerced is shown as what came out of that defines
  uncoerced =
    place:
    let
      behind = at: {
        type = (shapeOf at.type).inner;
        merged = at.merged // {
          definitions = map (coerced at.type) at.merged.definitions;
        };
      };
      coerced =
        type: d:
        if adapter.wouldCoerce type d.value then
          d // { value = adapter.coercedDefinition place.path type d.value; }
        else
          d;
    in
    place
    // behind place
    // {
      definitions = map (d: if d.state == "used" then coerced place.type d else d) place.definitions;
      contexts = map (c: c // behind c) place.contexts;
    };
}
