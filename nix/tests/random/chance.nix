# Chance that is the same everywhere: every decision has a name, and seed and name decide it.
seed:
let
  inherit (builtins) elemAt fromTOML genList hashString length substring;
in
rec {
  # 0 ≤ number < limit
  number = key: limit:
    let n = (fromTOML "n = 0x${substring 0 7 (hashString "sha256" "${toString seed}/${key}")}").n;
    in n - limit * (n / limit);
  percent = key: p: number key 100 < p;
  pick = key: list: elemAt list (number key (length list));
  # a list of between low and high elements, each made by f from a name of its own
  some = key: low: high: f: genList (n: f "${key}.${toString n}") (low + number "${key}#" (high - low + 1));
}
