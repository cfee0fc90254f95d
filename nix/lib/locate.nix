/**
  Says where the globals are defined, for messages: `hosts/linux/attic/default.nix:12`.

  A message that refuses something names the line to go to. It is looked for only when a message is made: that
  walks the definitions of one option in the whole fleet, which no evaluation that goes well has to pay for.
*/
{
  lib,
  adapter,
  namespace,
  # what `leavesOf` of provenance.nix asks for
  provenance,
  # as in the contract: longer paths may lie in shorter ones
  sources,
}:

let
  inherit (builtins)
    concatMap
    filter
    head
    isAttrs
    isList
    length
    sort
    tryEval
    unsafeGetAttrPos
    ;

  inherit (import ./provenance.nix { inherit lib adapter namespace; }) placeAt;

  ownModules = toString ../modules;
  isSaid =
    d: d.state == "used" && d.kind == "definition" && !(lib.hasPrefix "${ownModules}/" (toString d.file));

  # of several definitions the first by file and line: in the host that asks, or else in each host
  choose =
    host: definitions:
    let
      mine = filter (d: d.host == host) definitions;
      lineOf = d: d.position.line or 0;
      isBefore = a: b: a.file < b.file || (a.file == b.file && lineOf a < lineOf b);
      first = of: head (sort isBefore of);
    in
    if mine != [ ] then
      [ (first mine) ]
    else if host != null then
      [ (first definitions) ]
    else
      map first (lib.attrValues (builtins.groupBy (d: toString d.host) definitions));

  # what is said at a path itself, or else around it, as far as the options go
  saidAt =
    path:
    let
      place = placeAt (provenance // { only = path; });
      said = if place == null then [ ] else filter isSaid place.definitions;
    in
    if said != [ ] || path == [ ] then said else saidAt (lib.init path);

  # the definitions of a list that have an item with these attributes, each at the item's own line
  withItem =
    item: definitions:
    let
      has =
        value:
        (tryEval (
          isAttrs value && lib.all (name: value ? ${name} && value.${name} == item.${name}) (lib.attrNames item)
        )).value;
      at =
        definition: value:
        let
          position = unsafeGetAttrPos (head (lib.attrNames item)) value;
          isThere = position != null && lib.hasPrefix (toString definition.file) position.file;
        in
        definition // lib.optionalAttrs isThere { inherit position; };
      items =
        d:
        let
          value = if (tryEval (isList d.value)).value then d.value else [ ];
        in
        map (at d) (filter has value);
      found = concatMap items definitions;
    in
    if found == [ ] then definitions else found;

  strip =
    file:
    let
      known = filter (source: lib.hasPrefix "${source.path}/" file) (
        sort (a: b: builtins.stringLength a.path > builtins.stringLength b.path) sources
      );
      source = head known;
      rest = lib.removePrefix "${source.path}/" file;
    in
    if known == [ ] then
      file
    else if source.input == null then
      rest
    else
      "${source.input}:${rest}";

  inherit (import ./leaves.nix { inherit lib adapter; }) publishPlace;

  textOf =
    definition:
    let
      place = publishPlace definition.position definition.file;
    in
    strip (builtins.unsafeDiscardStringContext place.file)
    + lib.optionalString (place.line != null) ":${toString place.line}";
in
/*
  # Inputs

  `host`

  : Host that asks: where several define the same, its own line is named. Without one, a line of each host is.

  `path`

  : Path below the namespace. Its last part may be a set of attributes: the item of a list that has them. A path
    that nobody defines by itself stands for what is around it, so a default leads to what it belongs to.

  # Type

  ```
  locate :: String | Null -> [ String | Attrs ] -> String
  ```

  # Examples

  ```nix
  locate "attic" [ "netsrv" "services" "paperless" "ports" "http" ] => "modules/linux/documents.nix:20"
  locate null [ "netsrv" "access" { service = "none"; } ]           => "hosts/linux/gate/default.nix:7"
  ```
*/
host: path:
let
  names = lib.filter builtins.isString path;
  found = saidAt names;
  definitions = if length names == length path then found else withItem (lib.last path) found;
  answer = tryEval (
    lib.optionalString (found != [ ]) (
      lib.concatStringsSep " and " (lib.unique (map textOf (choose host definitions)))
    )
  );
in
# what is wrong with a definition is no reason to lose the message
if answer.success && answer.value != "" then answer.value else "a place unknown"
