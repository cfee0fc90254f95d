/**
  Makes a fleet's flake outputs from its folder.

  # Inputs

  `inputs`

  : The flake's own inputs, with `self`.

  `root`

  : Folder that is discovered: hosts/KIND/NAME/, modules/KIND/, pkgs/NAME/, recipes/. With `null`
    nothing is, and all is passed by hand.

  `lib`

  : nixpkgs' library, 25.11 or newer.

  `namespace`

  : Where modules define the globals.

  `specialArgs`

  : Further arguments for all modules, beside `globalConfig`, `name`, `localEval`, `namespace`, `inputs` and `self`.

  `hosts`

  : Hosts beside the discovered ones: `{ NAME = { kind; modules ? [ ]; system ? null; deployment ? null; }; }`.

  `modules`

  : Modules beside the discovered ones: `{ global = [ … ]; globaldata = [ … ]; nixos = [ … ]; … }`.

  `readyMade`

  : Which of the ready-made global option sets (`netsrv`, `agenix`, `users` …) are declared: all (`true`), none
    (`false`), or a list of names, for a fleet that has its own of some name. They cost nothing where they aren't used.

  # Type

  ```
  mkFleet :: { inputs, root, … } -> FlakeOutputs
  ```

  # Examples

  ```nix
  outputs = inputs: inputs.steading.lib.mkFleet { inherit inputs; root = ./.; };
  ```
*/
{
  inputs,
  root ? null,
  lib ? inputs.nixpkgs.lib,
  namespace ? [
    "x"
    "global"
  ],
  specialArgs ? { },
  hosts ? { },
  modules ? { },
  readyMade ? true,
}:

let
  inherit (builtins) attrNames attrValues mapAttrs;

  adapter = import ./adapter.nix { inherit lib; };
  names = import ./names.nix { inherit lib; };
  kinds = import ./kinds.nix { inherit lib inputs; };
  globals = import ./globals.nix { inherit lib adapter namespace; };
  found = import ./discover.nix { inherit lib root; };
  # where secrets/ lies
  top = if root != null then root else inputs.self.outPath or null;
  adopted = import ./adopted.nix {
    inherit lib;
    root = top;
  };
  hostTable = import ./hosts.nix {
    inherit lib names found;
    passed = hosts;
    modulesBeside = adopted.hostKey;
  };
  all = import ./modules.nix {
    inherit
      lib
      adapter
      names
      namespace
      found
      readyMade
      adopted
      secretFile
      ;
    passed = modules;
  };

  # a file of its own in the store: it changes only when it changes
  secretFile =
    secret:
    let
      path = top + "/secrets/data/${secret}.age";
    in
    if top == null || !(names.isSecretName secret) || !(builtins.pathExists path) then
      null
    else
      builtins.path {
        inherit path;
        name = lib.strings.sanitizeDerivationName "${secret}.age";
      };

  # ---- hosts ----

  argumentsOf = globalConfig: name: {
    inherit
      globalConfig
      inputs
      name
      namespace
      ;
    self = inputs.self or null;
    localEval = true;
    definedAt = locate name;
  };

  kindOf = host: kinds.${host.kind};

  givenTo = globalConfig: host: {
    modules = all.ofHost host;
    specialArgs = argumentsOf globalConfig host.name // specialArgs;
  };

  # ---- the whole: hosts, and what they make of the globals together ----

  fleetModules = all.ofFleet (attrNames hostTable);

  # `seenAs` turns the merged globals into what hosts see of them
  evaluate =
    seenAs:
    let
      seen = seenAs globalConfig;
      evaluations = mapAttrs (
        name: host:
        (kindOf host).evaluate host (givenTo seen host)
      ) hostTable;
      fleet = globals.evaluate {
        inherit seenAs;
        modules = fleetModules;
        shared = all.globals;
        hosts = evaluations;
        specialArgs =
          removeAttrs (argumentsOf seen "") [
            "name"
            "localEval"
            "globalConfig"
          ]
          // {
            definedAt = locate null;
          }
          // specialArgs;
      };
      globalConfig = lib.attrByPath namespace { } fleet.config;
    in
    {
      inherit
        evaluations
        fleet
        globalConfig
        ;
    };

  plain = evaluate (globalConfig: globalConfig);
  inherit (plain)
    evaluations
    fleet
    globalConfig
    ;

  # ---- where all of it comes from ----

  withoutContext =
    source:
    builtins.unsafeDiscardStringContext (if builtins.isPath source then toString source else "${source}");

  sources =
    lib.optional (inputs ? self || root != null) {
      input = null;
      path = withoutContext (inputs.self or root);
    }
    ++ lib.mapAttrsToList (name: input: {
      input = name;
      path = withoutContext input;
    }) (lib.filterAttrs (name: input: name != "self" && builtins.isAttrs input && input ? outPath) inputs);

  provenance = {
    shared = all.globals;
    fleet = {
      evaluation = fleet;
      modules = fleetModules;
    };
    hosts = mapAttrs (name: evaluation: {
      inherit evaluation;
      modules = all.ofHost hostTable.${name};
    }) evaluations;
    # nixpkgs' own modules define no globals
    skip =
      let
        nixpkgs = withoutContext inputs.nixpkgs;
      in
      file: inputs ? nixpkgs.outPath && lib.hasPrefix "${nixpkgs}/" file;
  };

  locate = import ./locate.nix {
    inherit
      lib
      adapter
      namespace
      provenance
      sources
      ;
  };

  steading = import ./contract.nix {
    inherit
      lib
      adapter
      namespace
      found
      kindOf
      hostTable
      evaluate
      evaluations
      fleet
      globalConfig
      provenance
      sources
      locate
      inputs
      outputs
      ;
  };

  outputs = import ./packages.nix { inherit lib inputs found; };

  # systems of the hosts whose meta.nix says what they are built for
  checks = builtins.foldl' (
    checks: host:
    lib.recursiveUpdate checks {
      ${host.meta.system}."host-${host.name}" = steading.host.${host.name}.toplevel;
    }
  ) { } (lib.filter (host: host.meta ? system) (attrValues hostTable));

  ofKind = kind: lib.filterAttrs (name: _: hostTable.${name}.kind == kind) evaluations;
in
{
  inherit globalConfig steading checks;
  inherit (outputs) packages devShells;
  nixosConfigurations = ofKind "nixos";
  darwinConfigurations = ofKind "darwin";
  homeConfigurations = mapAttrs (
    name: _: kinds.home.output hostTable.${name} (givenTo globalConfig hostTable.${name})
  ) (ofKind "home");
}
