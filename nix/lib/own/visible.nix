/**
  Which options are for people to see.
*/
{ lib }:

let
  inherit (builtins) attrNames isAttrs isString;
  inherit (lib) isOption;

  tryOr =
    fallback: value:
    let
      answer = builtins.tryEval value;
    in
    if answer.success then answer.value else fallback;

  textOf = text: if isAttrs text then text.text or null else text;
in
rec {
  /** The text of a description, an example …; null where there is none. */
  wordsOf =
    text:
    let
      words = tryOr null (textOf text);
    in
    if isString words then builtins.unsafeDiscardStringContext words else null;

  /**
    Says whether an option only stands for another one (`mkRenamedOptionModule`, `mkAliasOptionModule`). To ask for its
    value may be a failure that nobody can catch.
  */
  isAlias =
    option:
    option ? apply
    && option ? description
    && (
      let
        words = wordsOf option.description;
      in
      words != null && lib.hasPrefix "Alias of" words
    );

  /** Says whether an option is neither hidden, nor internal, nor an alias. */
  isShown =
    option:
    tryOr false (
      (option.visible or true) != false && (option.internal or false) != true && !(isAlias option)
    );

  /** The same for what may be a set of options: whether any in it is shown. */
  anyShown =
    node:
    if isOption node then
      isShown node
    else
      isAttrs node && builtins.any (name: anyShown node.${name}) (attrNames node);

  /**
    All options that are shown, as `make path option` has them.

    # Type

    ```
    mapShown :: ([ String ] -> Option -> a) -> [ String ] -> OptionTree -> [ a ]
    ```
  */
  mapShown =
    make: path: node:
    if isOption node then
      lib.optional (isShown node) (make path node)
    else if isAttrs node then
      lib.concatMap (name: mapShown make (path ++ [ name ]) node.${name}) (attrNames node)
    else
      [ ];
}
