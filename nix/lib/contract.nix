/**
  The flake output `steading`: what the console reads, schema 1. Each part can be evaluated alone, and
  only the parts that need a host evaluate it. The JSON Schemas stand in nix/schema/.
*/
{
  lib,
  adapter,
  namespace,
  found,
  kindOf,
  hostTable,
  evaluate,
  evaluations,
  fleet,
  globalConfig,
  provenance,
  sources,
  locate,
  inputs,
  outputs,
}:

let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    mapAttrs
    ;

  show = import ./show.nix { inherit lib adapter; };
  snapshot = import ./snapshot.nix { inherit lib; };
  inherit (import ./provenance.nix { inherit lib adapter namespace; }) leavesOf;
  carefully = import ./provenance.nix {
    inherit lib adapter namespace;
    careful = true;
  };

  leaves = import ./leaves.nix { inherit lib adapter; };

  # ---- hosts ----

  hostPart =
    evaluations: name: host:
    let
      evaluation = evaluations.${name};
      kind = kindOf host;
      inherit (evaluation.config) deployment;
      failed =
        map (a: a.message) (filter (a: !a.assertion) evaluation.config.assertions)
        ++ map (other: "deployment.after names `${other}`, but there is no host called so.") (
          filter (other: !(hostTable ? ${other})) deployment.after
        );
      system = kind.toplevel evaluation;
      checked =
        system:
        if kind.checksAssertions || failed == [ ] then
          system
        else
          throw "steading: ${host.place}: failed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}";
    in
    {
      inherit (evaluation.config) warnings;
      inherit deployment;
      assertions = failed;
      toplevel = checked system;
      unchecked = system;
    };

  # ---- globals ----

  globalOptions = lib.attrByPath namespace { } fleet.options;

  # paths of the options, without a look at their values
  optionPaths =
    path: options:
    lib.concatMap (
      name:
      if lib.isOption options.${name} then
        [ (path ++ [ name ]) ]
      else
        optionPaths (path ++ [ name ]) options.${name}
    ) (attrNames options);

  has = path: lib.hasAttrByPath path globalOptions;

  whereabouts = import ./whereabouts.nix { inherit lib adapter; };
  places = import ./provenance.nix {
    inherit lib adapter namespace;
    leaves = whereabouts.reporter;
  };
  definedAt =
    option:
    let
      elements = places.leavesOf (provenance // { only = option; });
    in
    name: whereabouts.choose elements (option ++ [ name ]);
in
{
  schema = 1;

  inherit sources;

  hosts = mapAttrs (_: host: {
    inherit (host) kind deployment;
    folder = if host.folder == null then "." else host.folder;
    system = host.meta.system or null;
  }) hostTable;

  host = mapAttrs (hostPart evaluations) hostTable;

  # The same hosts, which see of the merged globals what a function makes of them. The console reads them from
  # a snapshot so: then a host is evaluated without its neighbours.
  hostSeeing = seenAs: mapAttrs (hostPart (evaluate seenAs).evaluations) hostTable;

  # what the console's questions about a host's own options are about: `options`, `config`; no JSON
  inherit evaluations;

  globals = {
    inherit namespace;
    leaves = leavesOf provenance;
  };

  # The merged values, to evaluate hosts from: see snapshot.nix.
  snapshot = snapshot.write globalConfig;

  # Where the values of globals stand that are made of the one at a path, directly or by way of others: they
  # can't be evaluated any more when hosts find an error in its place.
  madeOf =
    path:
    let
      poison = throw "steading: this value is out of bounds";
      without =
        path: values:
        if path == [ ] then
          poison
        else if isAttrs values && values ? ${builtins.head path} then
          values // { ${builtins.head path} = without (builtins.tail path) values.${builtins.head path}; }
        else
          values;
      poisoned = evaluate (without path);
    in
    lib.subtractLists (snapshot.failing globalConfig) (snapshot.failing poisoned.globalConfig);

  # The same option by option, for when an error that Nix can't catch spoils the whole: definitions that
  # don't hold are not evaluated at all here, and have no value.
  globalsByOption = lib.listToAttrs (
    map (path: {
      name = lib.showOption path;
      value = carefully.leavesOf (provenance // { only = path; });
    }) (optionPaths [ ] globalOptions)
  );

  # Questions about one path, each of which may fail alone.
  globalsAt = {
    # the leaves at and below it, as in `globalsByOption`
    leaves = path: carefully.leavesOf (provenance // { only = path; });
    # the names below it, or null where there is nothing
    names = path: carefully.namesBelow (provenance // { only = path; });
    # the leaf there as far as no value is evaluated, or null; without conditions all count as used
    outline =
      { path, conditions }:
      let
        here = provenance // {
          only = path;
        };
        place = carefully.placeAt here;
        unasked = definition: definition // { state = "used"; };
        written = carefully.writtenAt here;
      in
      if place == null then
        null
      else
        leaves.outline place (if conditions then written else map unasked written);
    # who writes something there, which is no global, and which names there are beside it
    undeclared = import ./undeclared.nix {
      inherit
        lib
        adapter
        namespace
        provenance
        ;
    };
  };

  services = lib.optionals (has [ "netsrv" "services" ]) (
    import ./services.nix {
      inherit lib show globalConfig;
      definedAt = definedAt [
        "netsrv"
        "services"
      ];
    }
  );

  network =
    if has [ "netsrv" "services" ] then
      import ./network.nix {
        inherit lib globalConfig;
        definedAt = locate null;
      }
    else
      throw "steading: this fleet has no global `netsrv`: there are no services that anything could follow from.";

  secrets =
    if has [ "agenix" "secrets" ] then
      import ./secrets.nix {
        inherit
          lib
          adapter
          show
          globalConfig
          ;
        definedAt = definedAt [
          "agenix"
          "secrets"
        ];
      }
    else
      {
        secrets = [ ];
        mounts = [ ];
        adminKeys = [ ];
        hostKeys = { };
      };

  # Programs of secrets that scripts make, by system and secret. Not JSON: a derivation, its program, and the names of
  # what is in its PATH.
  secretPrograms = import ./programs.nix {
    inherit lib inputs;
    inherit (outputs) packages;
    secrets = globalConfig.agenix.secrets or { };
  };

  inherit (found) recipes;

  packages = lib.mapAttrsToList (name: entry: {
    inherit name;
    hasShell = entry.shell != null;
  }) found.packages;

  # Places where provenance and the module system disagree about the files of used definitions: none.
  # Asked by the tests.
  selfCheck =
    let
      checker = import ./provenance.nix {
        inherit lib adapter namespace;
        leaves = import ./selfcheck.nix { inherit lib adapter; };
      };
    in
    filter (comparison: !comparison.agrees) (checker.leavesOf provenance);
}
