/**
  Where every leaf of the globals comes from: all definitions of all hosts, also the losing ones.

  A shadow of the finished evaluations is walked (`walk.nix`): the modules are read once more (`collect.nix`),
  their definitions followed down the option tree (`definitions.nix`), beside the values that were really
  merged. Nothing here reaches a derivation.
*/
{
  lib,
  adapter,
  namespace,
  # whether what does not hold is left alone altogether (see definitions.nix)
  careful ? false,
  # what is made of a place: { one, broken, element } :: Place -> [ Leaf ], for a leaf, for what can't be
  # walked into, and for an element of an attribute set beside what is in it
  leaves ? import ./leaves.nix { inherit lib adapter careful; },
}:

let
  inherit (builtins)
    attrNames
    concatMap
    deepSeq
    tryEval
    ;

  inherit (import ./collect.nix { inherit lib adapter; }) collect;
  defs = import ./definitions.nix { inherit lib adapter careful; };
  walk = import ./walk.nix {
    inherit
      lib
      adapter
      defs
      careful
      ;
  };

  definitionsOf =
    {
      host,
      evaluation,
      modules,
      skip,
      shared,
    }:
    concatMap (
      m:
      defs.start {
        inherit host;
        inherit (m) file;
        value = m.config;
        shared = shared ? ${toString m.file};
      }
    ) (collect { inherit evaluation modules skip; });

  allDefinitions =
    {
      fleet,
      hosts,
      shared ? [ ],
      skip ? _: false,
      ...
    }:
    let
      files = lib.listToAttrs (
        map (m: lib.nameValuePair (toString m.file) null) (collect {
          inherit (fleet) evaluation;
          modules = shared;
        })
      );
      of =
        host: part:
        definitionsOf (
          part
          // {
            inherit host skip;
            shared = files;
          }
        );
    in
    of null fleet ++ concatMap (host: of host hosts.${host}) (attrNames hosts);

  descend = step: lib.foldl' (definitions: name: concatMap (step name) definitions);

  treeOf =
    { fleet, hosts, ... }@given:
    let
      optionsOf = evaluation: lib.attrByPath namespace { } evaluation.options;
    in
    walk.tree {
      path = [ ];
      option = optionsOf fleet.evaluation;
      contexts = lib.mapAttrsToList (host: h: {
        inherit host;
        option = optionsOf h.evaluation;
      }) hosts;
      definitions = descend defs.downToSet (allDefinitions given) namespace;
    };

  nodeAt = given: only: walk.find (treeOf given) only;

  flatten =
    path: node:
    let
      below = concatMap (child: flatten (path ++ [ child.name ]) child.node) node.children;
      inside = if node.children == null then leaves.one node.place else below;
      held = tryEval (deepSeq inside inside);
    in
    if node.place == null then
      below
    else
      lib.optionals (node.place.isElement or false) (leaves.element node.place)
      ++ (if held.success then held.value else leaves.broken node.place);
in
{
  /**
    All leaves, in the order of their paths.

    `only` restricts them to what is below a path of the namespace.

    # Type

    ```
    leavesOf :: {
      fleet :: { evaluation; modules; };
      hosts :: { [String] :: { evaluation; modules; } };
      shared ? :: [ Module ];            # modules that fleet and hosts have in common
      skip ? :: String -> Bool;          # files whose modules define no globals
      only ? :: [ String ];
    } -> [ Leaf ]
    ```
  */
  leavesOf =
    {
      only ? [ ],
      ...
    }@given:
    let
      node = nodeAt given only;
    in
    if node == null then [ ] else flatten only node;

  /**
    The names directly below a path: none where there is a leaf, null where there is nothing. Asks for no more
    than what decides that.

    # Type

    ```
    namesBelow :: { …; only :: [ String ]; } -> [ String ] | Null
    ```
  */
  namesBelow =
    { only, ... }@given:
    let
      node = nodeAt given only;
    in
    if node == null then
      null
    else if node.children == null then
      [ ]
    else
      map (child: child.name) node.children;

  /** The place at a path, with something in it or not; null where there is none. */
  placeAt =
    { only, ... }@given:
    let
      node = nodeAt given only;
    in
    if node == null then null else node.place;

  /**
    All definitions that are written at a path. Neither conditions are asked for, nor the option, nor what is
    written there.
  */
  writtenAt =
    { only, ... }@given:
    let
      path = namespace ++ only;
    in
    concatMap (defs.stepAnyway (lib.last path)) (
      descend defs.downAnyway (allDefinitions given) (lib.init path)
    );
}
