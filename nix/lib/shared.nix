/**
  What the modules of modules/global define themselves, beside declaring options.

  Every host has them, and so has the fleet: what they define alike is the fleet's, and counts once. So a definition
  among them is not said again by each host, and neither is what `mkAliasOptionModule` and `mkRenamedOptionModule`
  hand on. What they define in hosts alone (by `localEval`, or a name of the host) is the host's.
*/
{
  lib,
  adapter,
  namespace,
  put,
}:

let
  inherit (builtins)
    concatMap
    elem
    filter
    length
    ;

  inherit (import ./collect.nix { inherit lib adapter; }) collect;
  defs = import ./definitions.nix { inherit lib adapter; };

  definitionsIn =
    modules: evaluation:
    lib.foldl' (definitions: name: concatMap (defs.downToSet name) definitions) (concatMap (
      module:
      defs.start {
        host = null;
        inherit (module) file;
        value = module.config;
        shared = true;
      }
    ) (collect { inherit evaluation modules; })) namespace;
in
{
  /**
    The definitions of these modules in the namespace, in a host and in the fleet.

    # Type

    ```
    said :: { modules :: [ Module ]; host :: Evaluation; fleet :: Evaluation; } -> Own

    Own = { host :: [ Definition ]; fleet :: [ Definition ]; }
    ```
  */
  said =
    {
      modules,
      host,
      fleet,
    }:
    {
      host = definitionsIn modules host;
      fleet = definitionsIn modules fleet;
    };

  /** The same below an attribute; `step` is one of `downToSet` and `downToValue`. */
  down = step: name: own: {
    host = concatMap (defs.${step} name) own.host;
    fleet = concatMap (defs.${step} name) own.fleet;
  };

  /**
    What is merged at an option of a host, without what is the fleet's; and beside it, as definitions, what these
    modules define in the host alone.

    # Type

    ```
    apart :: String -> Own -> Option -> { merged :: Merged; own :: [ Definition ]; }
    ```
  */
  apart =
    host: own: option:
    let
      merged = adapter.mergedOption option;
      alone = defs.notIn {
        others = own.fleet;
        holds = d: d.state == "used";
      } own.host;
      files = map (d: toString d.file) own.host;
    in
    if own.host == [ ] || length alone == length own.host then
      {
        inherit merged;
        own = [ ];
      }
    else
      {
        merged = merged // {
          definitions = filter (d: !(elem (toString d.file) files)) merged.definitions;
        };
        own = map (put.own host option.type) alone;
      };
}
