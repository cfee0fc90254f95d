/**
  What types are made of: the part of the adapter that looks into nixpkgs' types.
*/
{ lib }:

let
  isAbsolute = value: builtins.isString value && builtins.substring 0 1 value == "/";
in
rec {
  /**
    Says what a type is made of, as far as its values can be walked into. `leaf` is everything else.

    # Type

    ```
    shapeOf :: Type -> { kind = "submodule" | "leaf"; }
      | { kind = "attrs" | "list" | "nullable" | "unique" | "coerced"; inner :: Type; }
      | { kind = "either"; left :: Type; right :: Type; }
    ```
  */
  shapeOf =
    type:
    if type.name == "submodule" then
      { kind = "submodule"; }
    else if type.name == "attrsOf" || type.name == "lazyAttrsOf" then
      {
        kind = "attrs";
        inner = type.nestedTypes.elemType;
      }
    else if type.name == "listOf" then
      {
        kind = "list";
        inner = type.nestedTypes.elemType;
      }
    else if type.name == "nullOr" then
      {
        kind = "nullable";
        inner = type.nestedTypes.elemType;
      }
    else if type.name == "unique" then
      {
        kind = "unique";
        inner = type.nestedTypes.elemType;
      }
    else if type.name == "coercedTo" then
      {
        kind = "coerced";
        inner = type.nestedTypes.finalType;
      }
    else if type.name == "either" then
      {
        kind = "either";
        inherit (type.nestedTypes) left right;
      }
    else
      { kind = "leaf"; };

  /** The side of an `either` that merges these definitions, if one does: "left" or "right". */
  sideOf =
    type: merged:
    if builtins.all (d: type.nestedTypes.left.check d.value) merged.definitions then "left" else "right";

  /** Says whether an attribute set has an element also where none of its definitions counts. */
  isLazy = type: type.name == "lazyAttrsOf";

  /** The type of the elements of an attribute set; else null. */
  elementTypeOf =
    type:
    if type.name == "attrsOf" || type.name == "lazyAttrsOf" then type.nestedTypes.elemType else null;

  /**
    Says whether a type stumbles over `definitionIn` with this value: submodules and types of types do,
    also behind types that hand definitions on. What can't be a submodule is handed on to none, unless
    it is coerced to one.
  */
  refusesFile =
    type: value:
    if type.name == "submodule" || type.name == "optionType" then
      true
    else if type.name == "either" then
      builtins.any (side: side.check value && refusesFile side value) [
        type.nestedTypes.left
        type.nestedTypes.right
      ]
    else if type.name == "nullOr" || type.name == "unique" then
      value != null && refusesFile type.nestedTypes.elemType value
    else if type.name == "coercedTo" then
      refusesFile type.nestedTypes.finalType { }
    else
      false;

  /** Says whether a submodule would take a value as a definition. */
  canBeModule =
    value:
    builtins.isAttrs value || lib.isFunction value || builtins.isPath value || isAbsolute value;

  /** Says whether definitions are of a type, as far as their outside shows. */
  fits = type: merged: builtins.all (d: type.check d.value) merged.definitions;

  /** Says whether a `coercedTo` would coerce this value (once more). */
  wouldCoerce =
    type: value: type.name == "coercedTo" && type.nestedTypes.coercedType.check value;

  /** Says whether a type of submodule reads a plain attribute set as configuration only. */
  readsAttrsAsConfig = type: type.functor.payload.shorthandOnlyDefinesConfig == true;

  /** The modules that a submodule type itself brings. */
  modulesOfType = type: type.functor.payload.modules;
}
