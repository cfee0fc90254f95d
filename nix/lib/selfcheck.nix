/**
  Compares what provenance found with what the module system itself knows: the files of the definitions
  that are used. For tests: a difference means that the shadow merge has lost its way.
*/
{ lib, adapter }:

let
  inherit (builtins) all any filter;

  export = import ./export.nix { inherit lib adapter; };

  compare =
    place:
    let
      used = filter (d: d.state == "used") place.definitions;
      tagOf = d: if d.host == null then toString d.file else export.tagFile d.host d.file;
      isFrom = d: file: file == tagOf d || (d.host != null && file == export.tagHost d.host);
      theirs = map toString place.files;
    in
    {
      inherit (place) path;
      ours = map tagOf used;
      inherit theirs;
      agrees = all (d: any (isFrom d) theirs) used && all (file: any (d: isFrom d file) used) theirs;
    };
in
{
  /** For `provenance.nix`: a comparison where a leaf is an option, nothing elsewhere. */
  one = place: lib.optional (place.files != null) (compare place);

  /** What can't be evaluated can't be compared. */
  broken = _: [ ];

  element = _: [ ];
}
