/**
  Says why a value could not be evaluated. Nix keeps the message of a caught error to itself, so the
  common reasons are found again from the definitions.
*/
{ lib, show }:

let
  inherit (builtins)
    filter
    head
    length
    tail
    toJSON
    tryEval
    ;

  where =
    definition:
    let
      line = lib.optionalString (definition.position != null) ":${toString definition.position.line}";
      host = lib.optionalString (definition.host != null) " (host ${definition.host})";
    in
    "${definition.position.file or definition.file}${line}${host}";

  attributePath =
    path:
    lib.concatStringsSep "." (
      map (name: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" name != null then name else toJSON name) path
    );
in
{
  /**
    Explains a leaf without a value in one sentence.

    # Type

    ```
    reason :: { path :: [ String ]; type :: Type | Null; definitions :: [ Definition ]; } -> String
    ```
  */
  reason =
    {
      path,
      type,
      definitions,
    }:
    let
      used = filter (d: d.state == "used") definitions;
      shown = map (d: show.plain d.value) used;
      # Nix looks at the overridden ones too, to see that they are
      broken = filter (d: d.state != "disabled" && show.plain d.value == { }) (
        used ++ filter (d: d.state == "overridden") definitions
      );
      fits =
        d:
        let
          answer = tryEval (type.check d.value);
        in
        type == null || (answer.success && answer.value);
      misfits = filter (d: !(fits d)) used;
      differ = filter (s: s != head shown) (tail shown);
      quote =
        d:
        let
          text = toJSON (show.plain d.value).value;
          short = if builtins.stringLength text > 60 then "${builtins.substring 0 57 text}…" else text;
        in
        "${short} in ${where d}";
    in
    if definitions == [ ] then
      "no value: it is not set"
    else if used == [ ] then
      "no value: every definition is overridden or switched off"
    else if broken != [ ] then
      "the definition in ${where (head broken)} can't be evaluated"
    else if misfits != [ ] then
      "${quote (head misfits)} is not of type ${type.description}"
    else if length used > 1 && type != null && type.name == "unique" then
      "only one definition is allowed: ${lib.concatMapStringsSep ", " quote used}"
    else if length used > 1 && differ != [ ] then
      "the definitions conflict: ${lib.concatMapStringsSep ", " quote used}"
    else
      "it can't be evaluated; `nix eval '.#globalConfig.${attributePath path}'` shows why";
}
