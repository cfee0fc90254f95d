/**
  The definitions inside a submodule: what was written at the place of the submodule, and what the
  submodule's own modules define, in the fleet and in each host.
*/
{
  lib,
  adapter,
  defs,
}:

let
  inherit (builtins)
    any
    concatMap
    filter
    head
    isAttrs
    ;

  inherit (import ./collect.nix { inherit lib adapter; }) collect;

  # what modules of a type define where they are evaluated
  ownDefinitions =
    {
      host,
      type,
      configuration,
      state,
    }:
    concatMap (
      module:
      map
        (
          d:
          d
          // {
            fromType = true;
            state = if d.state == "used" then state else d.state;
          }
        )
        (
          defs.start {
            inherit host;
            inherit (module) file;
            value = module.config;
          }
        )
    ) (collect {
      evaluation = configuration;
      modules = adapter.modulesOfType type;
    });
in
{
  /**
    Lists the definitions inside a submodule, for its options.

    # Type

    ```
    definitionsIn :: {
      type :: Type;
      configuration :: Evaluation;         # the fleet's
      contexts :: [ { host; type; merged; } ];   # each host's, see provenance.nix
      definitions :: [ Definition ];       # at the place itself, judged
    } -> [ Definition ]
    ```
  */
  definitionsIn =
    {
      type,
      configuration,
      contexts,
      definitions,
    }:
    let
      # a definition may be a module of its own: a function, a file, or one with `imports`
      opened =
        d:
        let
          isPlain = isAttrs d.value && adapter.readsAttrsAsConfig type;
          isModule = isAttrs d.value || lib.isFunction d.value || builtins.isPath d.value;
          modules = collect {
            evaluation = configuration;
            modules = [ d.value ];
            inherit (d) file;
          };
        in
        if isPlain then
          [ d ]
        else if d.state == "disabled" || !isModule then
          [ ]
        else
          concatMap (
            m:
            defs.peel (
              d
              // {
                inherit (m) file;
                value = m.config;
              }
            )
          ) modules;

      # a host's own modules count as far as anything that it says here does
      ofHosts = concatMap (
        context:
        let
          mine = filter (d: d.host == context.host && d.kind == "definition") definitions;
        in
        lib.optionals (mine != [ ]) (ownDefinitions {
          inherit (context) host type;
          configuration = adapter.configurationOf context.merged.meta;
          state = if any (d: d.state == "used") mine then "used" else (head mine).state;
        })
      ) contexts;

      ofFleet = ownDefinitions {
        host = null;
        inherit type configuration;
        state = "used";
      };
    in
    concatMap opened (defs.below definitions) ++ ofFleet ++ ofHosts;
}
