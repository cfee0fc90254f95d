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
  meta = import ./meta.nix { inherit lib; };
  kinds = import ./kinds.nix { inherit lib inputs; };
  globals = import ./globals.nix { inherit lib adapter namespace; };
  found = import ./discover.nix { inherit lib root; };
  # where secrets/ lies
  top = if root != null then root else inputs.self.outPath or null;
  adopted = import ./adopted.nix {
    inherit lib;
    root = top;
  };

  modulesOf =
    let
      unknown = lib.filter (kind: !(lib.elem kind found.moduleKinds)) (attrNames modules);
      first = lib.head unknown;
    in
    assert
      unknown == [ ]
      || throw "steading: mkFleet: `modules.${first}` is no kind of module; the kinds are ${lib.concatStringsSep ", " found.moduleKinds}.${names.didYouMean found.moduleKinds first}";
    kind: found.modules.${kind} ++ modules.${kind} or [ ];

  readyMadeModules =
    let
      all = import ../modules/global;
      unknown = lib.filter (name: !(all ? ${name})) readyMade;
      first = lib.head unknown;
    in
    if builtins.isBool readyMade then
      lib.optionals readyMade (attrValues all)
    else if unknown != [ ] then
      throw "steading: mkFleet: `readyMade` names `${first}`, but there are only ${lib.concatStringsSep ", " (attrNames all)}.${names.didYouMean (attrNames all) first}"
    else
      map (name: all.${name}) readyMade;

  # one that is passed by hand and in no file is told from what else is in none
  globalModules =
    let
      withFile =
        content:
        if builtins.isAttrs content && adapter.propertyOf content == null then
          { _file = "<mkFleet's modules.global>"; } // content
        else
          content;
      named =
        module:
        if lib.isFunction module then
          lib.setFunctionArgs (arguments: withFile (module arguments)) (lib.functionArgs module)
        else
          withFile module;
    in
    readyMadeModules ++ map named (modulesOf "global");

  # ---- hosts: what is known without evaluating them ----

  discovered = map (
    host:
    host
    // {
      place = host.folder;
      meta = if host.metaFile == null then { } else meta.read host.metaFile;
      deployment =
        if host.metaFile == null then
          null
        else
          meta.deployment {
            inherit (host) name;
            file = host.metaFile;
            more = adoptedKeysOf host.name;
          };
    }
  ) found.hosts;

  passed = lib.mapAttrsToList (
    name: host:
    let
      place = "mkFleet's `hosts.${name}`";
      unknown = lib.filter (key: !(lib.elem key knownKeys)) (attrNames host);
      knownKeys = [
        "kind"
        "modules"
        "system"
        "deployment"
      ];
    in
    if unknown != [ ] then
      throw "steading: ${place}: there is no `${lib.head unknown}` here, only ${lib.concatStringsSep ", " knownKeys}.${names.didYouMean knownKeys (lib.head unknown)}"
    else if !(lib.elem (host.kind or null) found.hostKinds) then
      throw "steading: ${place}: `kind` must be one of ${lib.concatStringsSep ", " found.hostKinds}.${names.didYouMean found.hostKinds (toString (host.kind or ""))}"
    else
      {
        name = names.checkHostName { inherit name place; };
        inherit (host) kind;
        inherit place;
        folder = null;
        metaFile = place;
        modules = host.modules or [ ];
        meta = lib.filterAttrs (key: value: key != "kind" && key != "modules" && value != null) host;
        deployment =
          if host.deployment or null == null then
            null
          else
            meta.check {
              inherit name;
              inherit (host) deployment;
              file = place;
              more = adoptedKeysOf name;
            };
      }
  ) hosts;

  hostTable =
    let
      add =
        table: host:
        let
          other = table.${host.name} or null;
        in
        if other != null then
          throw "steading: two hosts are called `${host.name}`: ${other.place} and ${host.place}. Names are unique over all kinds: rename one, or switch it off by a name that ends in `.off`."
        else
          table // { ${host.name} = host; };
    in
    builtins.foldl' add { } (discovered ++ passed);

  # ---- hosts: evaluated ----

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

  metaModule =
    host:
    { lib, ... }:
    {
      _file = toString host.metaFile;
      config = lib.mkMerge [
        (lib.optionalAttrs (host.meta ? deployment) { inherit (host.meta) deployment; })
        # a home takes its packages as they come
        (lib.optionalAttrs (host.meta ? system && host.kind != "home") {
          nixpkgs.hostPlatform = lib.mkDefault host.meta.system;
        })
      ];
    };

  # the key that was adopted is the one that the host may show, unless the fleet says otherwise
  adoptedKeysOf =
    name:
    let
      keys = adopted.keysOf name;
    in
    lib.optional (keys != [ ]) {
      _file = toString (adopted.file name);
      config.deployment.hostKeys = lib.mkDefault keys;
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

  # how a host of a kind gets its secrets; the others have no way for them
  secretModules = {
    linux = ../modules/secrets/linux.nix;
    nixos = ../modules/secrets/nixos.nix;
  };
  secretModulesOf =
    kind:
    lib.optional (secretModules ? ${kind}) {
      _file = toString secretModules.${kind};
      imports = [ (import secretModules.${kind} { fileOf = secretFile; }) ];
    };

  ownModulesOf =
    host:
    [ ../modules/deployment.nix ]
    ++ adoptedKeysOf host.name
    ++ secretModulesOf host.kind
    ++ globalModules
    ++ modulesOf host.kind
    ++ lib.optional (host.meta != { }) (metaModule host)
    ++ host.modules;

  kindOf = host: kinds.${host.kind};

  givenTo = globalConfig: host: {
    modules = ownModulesOf host;
    specialArgs = argumentsOf globalConfig host.name // specialArgs;
  };

  # ---- the whole: hosts, and what they make of the globals together ----

  fleetModules = globalModules ++ modulesOf "globaldata" ++ lib.concatMap adoptedRecipient (attrNames hostTable);

  # and the one that its secrets are encrypted to
  adoptedRecipient =
    name:
    let
      keys = adopted.keysOf name;
      option = namespace ++ [
        "agenix"
        "publicKeys"
      ];
    in
    lib.optional (keys != [ ]) (
      { lib, options, ... }:
      {
        _file = toString (adopted.file name);
        config = lib.optionalAttrs (lib.hasAttrByPath option options) (
          lib.setAttrByPath option { ${name} = lib.mkDefault keys; }
        );
      }
    );

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
        shared = globalModules;
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
    shared = globalModules;
    fleet = {
      evaluation = fleet;
      modules = fleetModules;
    };
    hosts = mapAttrs (name: evaluation: {
      inherit evaluation;
      modules = ownModulesOf hostTable.${name};
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
