/**
  Exports what one host defines in the globals' namespace.

  Not values are exported but definitions, as they were written, each with its file: so in the fleet's
  evaluation `mkForce`, `mkDefault`, `mkBefore` and conflicts mean what they would mean if all definitions
  stood in one place. What the declaring modules define themselves is the fleet's (`shared.nix`). What a submodule defines by itself is left to the fleet, which has the same
  submodule; only what it defines in hosts alone (`lib.optionalAttrs localEval { host = mkDefault name; }`)
  is added, see `additions.nix`.
*/
{
  lib,
  adapter,
  namespace,
}:

let
  inherit (builtins) head mapAttrs tail;
  inherit (lib) isOption mkMerge;

  put = import ./put.nix { inherit lib adapter; };
  additions = import ./additions.nix { inherit lib adapter put; };
  shared = import ./shared.nix {
    inherit
      lib
      adapter
      namespace
      put
      ;
  };

  exportTree =
    host: own: options: fleetOptions:
    mapAttrs (
      name: inner:
      let
        fleetInner = fleetOptions.${name} or { };
      in
      if isOption inner then
        exportOption host (shared.down "downToValue" name own) inner fleetInner
      else
        exportTree host (shared.down "downToSet" name own) inner fleetInner
    ) options;

  exportOption =
    host: ownDefinitions: option: fleetOption:
    let
      inherit (shared.apart host ownDefinitions option) merged own;
      isDefaultOnly = option ? default && merged.priority >= adapter.optionDefaultPriority;
      # an `mkOptionDefault` stands beside the option's default, which the fleet declares by itself
      beside = removeFirst (d: d.file == head option.declarations && !(d ? priority)) merged.definitions;
    in
    if isDefaultOnly then
      mkMerge (own ++ put.definitions host option.type (merged // { definitions = beside; }))
    else
      mkMerge (
        own
        ++ additions.extend {
          inherit host option merged;
          fleetType = fleetOption.type or null;
        }
      );

  removeFirst =
    isIt: list:
    if list == [ ] then
      [ ]
    else if isIt (head list) then
      tail list
    else
      [ (head list) ] ++ removeFirst isIt (tail list);
in
{
  /**
    A module for the fleet's evaluation with everything that a host defines in the namespace.

    `modules` are those that the fleet has, too. Of the fleet's options only the types are looked at.

    # Type

    ```
    hostModule :: {
      name :: String;
      host :: Evaluation;
      fleet :: Evaluation;
      modules :: [ Module ];
    } -> Module
    ```
  */
  hostModule =
    {
      name,
      host,
      fleet,
      modules,
    }:
    let
      optionsOf = evaluation: lib.attrByPath namespace { } evaluation.options;
    in
    {
      _file = put.tagHost name;
      config = lib.setAttrByPath namespace (
        exportTree name (shared.said { inherit modules host fleet; }) (optionsOf host) (optionsOf fleet)
      );
    };
}
