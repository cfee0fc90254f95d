# Everything that `run` asks for. The library under test is STEADING_TEST_LIB (a path to nixpkgs' lib), or the stand-in.
let
  path = builtins.getEnv "STEADING_TEST_LIB";
  lib = import (if path == "" then ../testing/lib else /. + path);
  harness = import ./harness.nix { root = ./.; };

  fleets = import ./fleets.nix { inherit lib; };

  suiteFiles = folder: given: builtins.listToAttrs (map
    (file: {
      name = builtins.head (builtins.match "(.*)\\.nix" file);
      value = import (folder + "/${file}") given;
    })
    (builtins.filter (file: builtins.match ".*\\.nix" file != null) (builtins.attrNames (builtins.readDir folder))));
  suites = suiteFiles ./suites { inherit lib; } // suiteFiles ./library { inherit lib fleets; } // {
    random = random.recorded;
    fleets = import ./random/fleets.nix { inherit lib fleets; root = ./.; };
  };
  random = import ./random/suite.nix { inherit lib harness; root = ./.; };

  # errors: as lists, to be asked for by number
  release = lib.trivial.release or "99";
  applicable = case: !(case ? since) || builtins.compareVersions release case.since >= 0;
  errorTable = import ./errors.nix { inherit lib; } // lib.mapAttrs' (name: lib.nameValuePair "steading: ${name}") (import ./library-errors.nix { inherit lib fleets; });
  errorNames = builtins.filter (name: applicable errorTable.${name}) (builtins.attrNames errorTable);
in
{
  inherit suites;
  # one line for each fragment: NUMBER TAB NAME TAB FRAGMENT
  errorFragments = builtins.concatStringsSep "" (builtins.concatLists (lib.imap0
    (n: name: map (fragment: "${toString n}\t${name}\t${fragment}\n") errorTable.${name}.says)
    errorNames));
  errorExprs = map (name: errorTable.${name}.expr) errorNames;
  names = builtins.concatStringsSep "\n" (builtins.attrNames suites);
  report = builtins.mapAttrs (name: suite: harness.report (harness.judgeAll { ${name} = suite; })) suites;
  reportAll = harness.report (harness.judgeAll suites);
  cases = builtins.mapAttrs (_: suite: builtins.concatStringsSep "\n" (builtins.attrNames suite)) suites;
  case = builtins.mapAttrs (name: suite: builtins.mapAttrs (n: c: harness.report [ (harness.judge name n c) ]) suite) suites;
  record = builtins.mapAttrs (_: harness.record) (suites // { random = random.all; });
  recordCase = builtins.mapAttrs (_: builtins.mapAttrs (name: case: harness.record { ${name} = case; })) (suites // { random = random.all; });
  allCases = builtins.mapAttrs (_: suite: builtins.concatStringsSep "\n" (builtins.attrNames suite)) (suites // { random = random.all; });
  inherit (random) answer hashes;
}
