/**
  The fleet's evaluation: every host's definitions of the globals, merged once.
*/
{
  lib,
  adapter,
  namespace,
}:

let
  export = import ./export.nix { inherit lib adapter namespace; };
in
{
  /**
    Evaluates the globals of a fleet.

    `hosts` are finished evaluations, taken lazily: each of them is given the result as `globalConfig`.

    # Type

    ```
    evaluate :: {
      modules :: [ Module ];           # declarations of the globals, and the fleet's own data
      shared ? :: [ Module ];          # those among them that the hosts have, too
      hosts :: { [String] :: Evaluation };
      specialArgs :: Attrs;
      seenAs ? :: Attrs -> Attrs;      # what modules see of the result
    } -> Evaluation
    ```
  */
  evaluate =
    {
      modules,
      shared ? [ ],
      hosts,
      specialArgs,
      seenAs ? globalConfig: globalConfig,
    }:
    let
      exports = lib.mapAttrsToList (
        name: evaluation:
        export.hostModule {
          inherit name fleet;
          host = evaluation;
          modules = shared;
        }
      ) hosts;
      fleet = lib.evalModules {
        modules = modules ++ exports;
        specialArgs = specialArgs // {
          name = throw "steading: `name` is the name of a host: it has no value where the fleet's globals are evaluated. Use it under `lib.optionalAttrs localEval { … }`.";
          localEval = false;
          globalConfig = seenAs (lib.attrByPath namespace { } fleet.config);
        };
      };
    in
    fleet;
}
