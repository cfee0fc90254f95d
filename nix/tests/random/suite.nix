# Random modules as a suite: each seed's answer by its hash, a few in full, so that a difference can be looked at.
{ lib, root, harness }:
let
  answer = import ./. { inherit lib root; };
  hash = seed: builtins.substring 0 12 (builtins.hashString "sha256" (answer seed));
  count = 400;
  inFull = [ 0 1 2 ];

  hashed = seed: { name = "seed ${toString seed}"; value.expr = hash seed; };
  full = seed: { name = "seed ${toString seed} in full"; value.expr = builtins.fromJSON (answer seed); };
  all = builtins.listToAttrs (map full inFull ++ builtins.genList hashed count);
in
{
  inherit answer all;
  # where an error that nothing can catch is the answer, or releases differ, none was recorded
  recorded = builtins.intersectAttrs (harness.golden "random") all;
  # hashes of some seeds, to compare two libs over many
  hashes = from: to: builtins.concatStringsSep "" (builtins.genList (n: "${toString (from + n)} ${hash (from + n)}\n") (to - from));
}
