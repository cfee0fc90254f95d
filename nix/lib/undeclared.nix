/**
  What there is to say of a global that nobody declared: who writes it, and what is declared beside it.

  One such definition makes its host refuse to evaluate, and with it the fleet. So it is asked of the hosts as they
  are without that refusal.
*/
{
  lib,
  adapter,
  namespace,
  # what `leavesOf` of provenance.nix asks for
  provenance,
}:

let
  inherit (builtins)
    attrNames
    attrValues
    head
    mapAttrs
    tail
    ;

  leaves = import ./leaves.nix { inherit lib adapter; };
  inherit (import ./provenance.nix { inherit lib adapter namespace; }) writtenAt;

  unchecked = part: part // { evaluation = adapter.withoutCheck part.evaluation; };
  hosts = mapAttrs (_: unchecked) provenance.hosts;

  # the fleet's own modules are read as one of the hosts reads them: its own evaluation waits for all of them
  anyHost = head (attrValues hosts);
  parts = provenance // {
    inherit hosts;
    fleet = provenance.fleet // {
      inherit (anyHost) evaluation;
    };
  };

  namesIn =
    options: path:
    if lib.isOption options then
      let
        # the name of an element is any
        below = if adapter.elementTypeOf options.type == null then path else lib.drop 1 path;
      in
      namesIn (removeAttrs (options.type.getSubOptions options.loc) [ "_freeformOptions" ]) below
    else if path == [ ] then
      attrNames (removeAttrs options [ "_module" ])
    else if options ? ${head path} then
      namesIn options.${head path} (tail path)
    else
      [ ];
in
path: {
  /** Where something is written at the path, by whom; whether it holds or not. */
  written = map leaves.publishWhereabouts (writtenAt (parts // { only = path; }));

  /** The names that are declared where the last of the path should be. */
  beside = namesIn (lib.attrByPath namespace { } anyHost.evaluation.options) (lib.init path);
}
