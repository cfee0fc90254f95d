/**
  Exports what one host defines in the globals' namespace.

  Not values are exported but definitions, as they were written, each with its file: so in the fleet's
  evaluation `mkForce`, `mkDefault`, `mkBefore` and conflicts mean what they would mean if all definitions
  stood in one place. What a submodule defines by itself is left to the fleet, which has the same
  submodule; only what it defines in hosts alone (`lib.optionalAttrs localEval { host = mkDefault name; }`)
  is added, see `additions.nix`.
*/
{ lib, adapter }:

let
  inherit (builtins) head mapAttrs tail;
  inherit (lib) isOption mkMerge;

  put = import ./put.nix { inherit lib adapter; };
  additions = import ./additions.nix { inherit lib adapter put; };

  exportTree =
    host: options: fleetOptions:
    mapAttrs (
      name: inner:
      let
        fleetInner = fleetOptions.${name} or { };
      in
      if isOption inner then exportOption host inner fleetInner else exportTree host inner fleetInner
    ) options;

  exportOption =
    host: option: fleetOption:
    let
      merged = adapter.mergedOption option;
      isDefaultOnly = option ? default && merged.priority >= adapter.optionDefaultPriority;
      # an `mkOptionDefault` stands beside the option's default, which the fleet declares by itself
      beside = removeFirst (d: d.file == head option.declarations && !(d ? priority)) merged.definitions;
    in
    if isDefaultOnly then
      mkMerge (put.definitions host option.type (merged // { definitions = beside; }))
    else
      mkMerge (
        additions.extend {
          inherit host option;
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

    `fleetOptions` are the options of the fleet's evaluation in the namespace; only their types are looked at.

    # Type

    ```
    hostModule :: { namespace :: [ String ]; name :: String; options; fleetOptions; } -> Module
    ```
  */
  hostModule =
    {
      namespace,
      name,
      options,
      fleetOptions,
    }:
    {
      _file = put.tagHost name;
      config = lib.setAttrByPath namespace (exportTree name options fleetOptions);
    };
}
