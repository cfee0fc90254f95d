/**
  Compares what provenance found with what the module system itself knows: the files of the definitions
  that are used. For tests: a difference means that the shadow merge has lost its way.
*/
{ lib, adapter }:

let
  inherit (builtins) all any filter;

  put = import ./put.nix { inherit lib adapter; };

  compare =
    place:
    let
      used = filter (d: d.state == "used") place.definitions;
      tagOf = d: if d.host == null then toString d.file else put.tagFile d.host d.file;
      # what says its file itself, inside a submodule, keeps that as it is
      isFrom = d: file: lib.elem file ([ (tagOf d) (toString d.file) ] ++ lib.optional (d.host != null) (put.tagHost d.host));
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
