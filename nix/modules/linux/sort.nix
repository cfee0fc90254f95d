/**
  Sorts names so that each comes after those it depends on, alphabetically otherwise.

  A circle is no reason to stop evaluating: it becomes a failed assertion, and its names follow in their order.

  # Type

  ```
  sort :: (String -> [String]) -> [String] -> { names :: [String]; assertions :: String -> [Assertion]; }
  ```
*/
{ lib }:

depsOf: all:
let
  rounds =
    done: left:
    let
      ready = lib.filter (name: lib.all (dep: lib.elem dep done || !(lib.elem dep all)) (depsOf name)) left;
    in
    if left == [ ] then
      {
        names = done;
        circle = [ ];
      }
    else if ready == [ ] then
      {
        names = done ++ left;
        circle = left;
      }
    else
      rounds (done ++ ready) (lib.filter (name: !(lib.elem name ready)) left);

  result = rounds [ ] (lib.sort (a: b: a < b) all);
in
{
  inherit (result) names;
  assertions = option: [
    {
      assertion = result.circle == [ ];
      message = "${option}: these wait for each other in a circle: ${lib.concatStringsSep ", " result.circle}.";
    }
  ];
}
