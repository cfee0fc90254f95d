/**
  The flake output `steading`: what the console reads, schema 1. Each part can be evaluated alone, and
  only the parts that need a host evaluate it. The JSON Schemas stand in nix/schema/.
*/
{
  lib,
  adapter,
  inputs,
  root,
  namespace,
  found,
  kindOf,
  hostTable,
  evaluations,
  fleet,
  fleetModules,
  globalConfig,
  hostModules,
}:

let
  inherit (builtins) mapAttrs;

  withoutContext = path: builtins.unsafeDiscardStringContext "${path}";

  hostPart =
    name: host:
    let
      evaluation = evaluations.${name};
      kind = kindOf host;
      failed = map (a: a.message) (lib.filter (a: !a.assertion) evaluation.config.assertions);
      checked =
        system:
        if kind.checksAssertions || failed == [ ] then
          system
        else
          throw "steading: ${host.place}: failed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}";
    in
    {
      inherit (evaluation.config) deployment warnings;
      assertions = failed;
      toplevel = checked (kind.toplevel evaluation);
    };
in
{
  schema = 1;

  sources = lib.optional (inputs ? self || root != null) {
    input = null;
    path = withoutContext (inputs.self or root);
  }
  ++ lib.mapAttrsToList (name: input: {
    input = name;
    path = withoutContext input;
  }) (removeAttrs inputs [ "self" ]);

  hosts = mapAttrs (_: host: {
    inherit (host) kind folder deployment;
    system = host.meta.system or null;
  }) hostTable;

  host = mapAttrs hostPart hostTable;

  recipes = found.recipes;
}
