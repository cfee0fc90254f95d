/**
  Leaves of the globals as the contract has them.
*/
{
  lib,
  adapter,
  # whether what does not hold is shown without its value
  careful ? false,
  show ? import ./show.nix { inherit lib adapter; },
}:

let
  inherit (builtins)
    any
    attrNames
    filter
    head
    isAttrs
    isList
    pathExists
    sort
    unsafeGetAttrPos
    ;

  explain = import ./explain.nix { inherit lib show; };

  # an imported folder is named without its default.nix
  fileOf =
    name:
    let
      file = toString name;
    in
    if lib.hasPrefix "/" file && !(lib.hasSuffix ".nix" file) && pathExists "${file}/default.nix" then
      "${file}/default.nix"
    else
      file;

  publishPlace = position: file: {
    file = fileOf (position.file or file);
    line = position.line or null;
    column = position.column or null;
  };

  publishWithoutValue =
    definition:
    publishPlace definition.position definition.file
    // lib.optionalAttrs (definition.via != null) {
      via = publishPlace definition.via definition.via.file;
    }
    // {
      inherit (definition)
        host
        priority
        order
        state
        kind
        ;
    };

  publishDefinition =
    definition:
    let
      shown = show.plain definition.value;
    in
    publishWithoutValue definition
    // (
      if definition.state == "disabled" || (careful && definition.state != "used") then
        { }
      else if shown == { } then
        { error = "it can't be evaluated"; }
      else
        shown // itemsOf definition
    );

  # where the items of a list are written, as far as they have attributes: by the first of these
  itemsOf =
    definition:
    let
      placeOf =
        item:
        let
          own = filter (position: adapter.isIn position definition.file) (
            map (name: unsafeGetAttrPos name item) (attrNames item)
          );
          isBefore = a: b: a.line < b.line || (a.line == b.line && a.column < b.column);
          first = head (sort isBefore own);
        in
        if !(isAttrs item) || own == [ ] then null else publishPlace first first.file;
      bare =
        item:
        let
          property = adapter.propertyOf item;
        in
        if property == null || property.kind == "if" && !property.condition then
          item
        else
          bare (property.content or null);
      items = map (item: placeOf (bare item)) definition.value;
    in
    lib.optionalAttrs (isList definition.value && any (item: item != null) items) { inherit items; };

  leaf = leafOf publishDefinition;
  leafOf =
    publish: place: valueOrError:
    {
      inherit (place) path;
      type = if place.type == null then "unspecified value" else place.type.description;
      declarations = map (p: publishPlace p p.file) place.declarations;
      definitions = map publish (place.definitions ++ place.around);
    }
    // valueOrError;

  reasonOf = place: { error = explain.reason { inherit (place) path type definitions; }; };
in
{
  inherit leaf publishDefinition publishPlace;

  /** Where a definition is written, and by whom. */
  publishWhereabouts =
    definition:
    publishPlace definition.position definition.file
    // {
      inherit (definition) host;
    };

  /**
    A leaf of which nothing is evaluated, with all that is written there (`writtenAt`). What is behind a property
    of the value itself is not known then: neither its priority nor whether it holds.
  */
  outline =
    place: written:
    leafOf publishWithoutValue (
      place
      // {
        definitions = written;
        around = [ ];
      }
    ) { };

  /** The one leaf that a place is. */
  one =
    place:
    let
      shown = show.plain place.merged.value;
    in
    [
      (leaf place (
        if place.isAbsent or false then
          { }
        else if place.merged.isDefined && shown != { } then
          shown
        else
          reasonOf place
      ))
    ];

  /** The leaf of a place that can't be walked into, because something in it can't be evaluated. */
  broken = place: [ (leaf place (reasonOf place)) ];

  /** An element of an attribute set is no leaf, but what is in it. */
  element = _: [ ];
}
