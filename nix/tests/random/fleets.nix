# Random fleets as a suite: nothing may be wrong with any.
{ lib, fleets, root }:
let
  complaints = import ./properties.nix { inherit lib fleets root; };
in
builtins.listToAttrs (builtins.genList
  (seed: {
    name = "seed ${toString seed}";
    value = { expr = complaints seed; expected = [ ]; };
  })
  240)
