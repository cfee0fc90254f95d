/**
  Where the elements of a global attribute set (services, secrets) are defined.
*/
{ lib, adapter }:

let
  inherit (builtins) filter sort;

  leaves = import ./leaves.nix { inherit lib adapter; };

  isBefore = a: b: a.file < b.file || (a.file == b.file && a.line < b.line);
in
{
  /** For `provenance.nix`: the definitions of each element, and no leaves. */
  reporter = {
    one = _: [ ];
    broken = _: [ ];
    element = place: [
      {
        inherit (place) path;
        definitions = map leaves.publishDefinition (
          filter (d: d.state == "used" && d.kind == "definition" && d.position != null) place.definitions
        );
      }
    ];
  };

  /**
    Chooses one place for an element: in the host that it is about, if that defines it.

    # Type

    ```
    choose :: [ { path, definitions } ] -> [ String ] -> String | Null -> { host, file, line, column } | Null
    ```
  */
  choose =
    elements: path: host:
    let
      places = lib.concatMap (e: if e.path == path then e.definitions else [ ]) elements;
      atHost = filter (d: d.host == host) places;
      first = lib.head (sort isBefore (if atHost == [ ] then places else atHost));
    in
    if places == [ ] then null else { inherit (first) host file line column; };
}
