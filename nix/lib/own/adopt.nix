/**
  The contract of a flake that knows nothing of Steading, as far as its outputs tell: hosts and their systems. It has
  no globals, and nothing that follows from them.

  Hosts are what `nixosConfigurations`, `darwinConfigurations`, `homeConfigurations` and `colmenaHive.nodes` name; how one
  is reached is said by `deploy.nodes` (deploy-rs) without evaluating it, or by its own `deployment` (colmena). A name that
  can't be a host's (`ada@desk`) has `-` for what does not fit; one that is taken stands behind its kind.

  One file without imports: it also travels as an argument.

  # Type

  ```
  adopt :: Outputs -> { schema; sources; hosts; host; evaluations; }
  ```
*/
outputs:

let
  inherit (builtins)
    attrNames
    concatStringsSep
    elemAt
    filter
    foldl'
    head
    isAttrs
    isList
    isString
    length
    mapAttrs
    match
    removeAttrs
    split
    substring
    ;

  setOf = value: if isAttrs value then value else { };

  groups = [
    {
      kind = "nixos";
      of = setOf (outputs.nixosConfigurations or { });
    }
    {
      kind = "nixos";
      # mostly the same hosts once more
      of = removeAttrs (setOf (outputs.colmenaHive.nodes or { })) (
        attrNames (setOf (outputs.nixosConfigurations or { }))
      );
    }
    {
      kind = "darwin";
      of = setOf (outputs.darwinConfigurations or { });
    }
    {
      kind = "home";
      of = setOf (outputs.homeConfigurations or { });
    }
  ];

  fitting =
    name:
    let
      parts = filter isString (split "[^A-Za-z0-9_-]+" name);
      joined = substring 0 63 (concatStringsSep "-" (filter (part: part != "") parts));
    in
    if match "[A-Za-z0-9].*" joined == null then substring 0 63 "host${joined}" else joined;

  free =
    table: kind: name:
    if !(table ? ${name}) then
      name
    else if !(table ? "${kind}-${name}") then
      substring 0 63 "${kind}-${name}"
    else
      free table kind (substring 0 63 "${kind}-${name}");

  table = foldl' (
    table: group:
    foldl' (
      table: original:
      table
      // {
        ${free table group.kind (fitting original)} = {
          inherit (group) kind;
          inherit original;
          evaluation = group.of.${original};
        };
      }
    ) table (attrNames group.of)
  ) { } groups;

  # ---- how hosts are reached ----

  defaults = name: {
    targetHost = name;
    targetUser = "root";
    targetPort = 22;
    tags = [ ];
    buildOn = "operator";
    after = [ ];
    hostKeys = [ ];
  };

  known = set: removeAttrs set (filter (name: set.${name} == null) (attrNames set));

  # deploy-rs: `hostname`, `sshUser`, and ssh's own options, of which the port counts here
  ofDeployRs =
    host:
    let
      nodes = setOf (outputs.deploy.nodes or { });
      node = nodes.${host.original};
      options = node.sshOpts or outputs.deploy.sshOpts or [ ];
      behindP = n: if elemAt options n == "-p" && n + 1 < length options then [ (elemAt options (n + 1)) ] else [ ];
      ports = filter (port: match "[0-9]+" port != null) (
        builtins.concatLists (builtins.genList behindP (length options))
      );
      profile = node.profiles.system or { };
    in
    if host.kind == "home" || !(nodes ? ${host.original}) then
      null
    else
      known {
        targetHost = node.hostname or null;
        targetUser = profile.sshUser or node.sshUser or outputs.deploy.sshUser or null;
        targetPort = if isList options && ports != [ ] then builtins.fromJSON (head ports) else null;
      };

  ofColmena =
    host:
    let
      said = host.evaluation.config.deployment or { };
    in
    known {
      targetHost = said.targetHost or null;
      targetUser = said.targetUser or null;
      targetPort = said.targetPort or null;
      tags = said.tags or null;
      buildOn = if said.buildOnTarget or false == true then "target" else null;
    };

  # ---- systems ----

  systemOf =
    host:
    if host.kind == "home" then
      host.evaluation.activationPackage
    else
      host.evaluation.config.system.build.toplevel;
in
{
  schema = 1;
  sources = [ ];

  hosts = mapAttrs (
    name: host:
    let
      reached = ofDeployRs host;
    in
    {
      inherit (host) kind;
      system = null;
      folder = ".";
      deployment = if reached == null then null else defaults name // reached;
    }
  ) table;

  host = mapAttrs (
    name: host:
    let
      reached = ofDeployRs host;
      inherit (host.evaluation) config;
    in
    {
      deployment = defaults name // ofColmena host // (if reached == null then { } else reached);
      warnings = config.warnings or [ ];
      assertions = map (a: a.message) (filter (a: !a.assertion) (config.assertions or [ ]));
      toplevel = systemOf host;
    }
  ) table;

  evaluations = mapAttrs (_: host: host.evaluation) table;
}
