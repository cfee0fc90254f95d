/**
  Where every leaf of the globals comes from: all definitions of all hosts, also the losing ones.

  A shadow of the finished evaluations is walked: the modules are read once more (`collect.nix`), their
  definitions followed down the option tree (`definitions.nix`), beside the values that were really
  merged. Nothing here reaches a derivation.
*/
{
  lib,
  adapter,
  namespace,
  # whether what does not hold is left alone altogether (see definitions.nix)
  careful ? false,
  # what is made of a place: { one, broken, element } :: Place -> [ Leaf ], for a leaf, for what can't be
  # walked into, and for an element of an attribute set beside what is in it
  leaves ? import ./leaves.nix { inherit lib adapter careful; },
  # whether a place is looked at, by its path: what stands beside it is then not evaluated
  wanted ? _: true,
}:

let
  inherit (builtins)
    attrNames
    concatMap
    deepSeq
    filter
    head
    listToAttrs
    tryEval
    ;
  inherit (lib) isOption optional;

  inherit (import ./collect.nix { inherit lib adapter; }) collect;
  defs = import ./definitions.nix { inherit lib adapter careful; };
  submodules = import ./submodules.nix { inherit lib adapter defs; };

  # ---- walking ----
  # A place in the option tree:
  #   path, type, declarations
  #   definitions   judged records
  #   merged        what the fleet's evaluation has here (`adapter.merge`), with `isDefined`
  #   contexts      [ { host; type; merged; } ]: what each host's evaluation has here, for the
  #                 definitions that an option's own submodules make in the host
  #   files         names of the used definitions as the module system has them, or null
  #   isApplied     whether the option has an `apply`

  wantedIn = path: filter (name: wanted (path ++ [ name ]));

  guarded =
    place: walked:
    let
      careful = tryEval (deepSeq walked walked);
    in
    if careful.success then careful.value else leaves.broken place;

  walkTree =
    {
      path,
      options,
      contexts,
      definitions,
    }:
    concatMap (
      name:
      let
        option = options.${name};
        at = {
          path = path ++ [ name ];
          contexts = concatMap (
            c:
            optional (c.options ? ${name}) {
              inherit (c) host;
              options = c.options.${name};
            }
          ) contexts;
          definitions = concatMap (
            if isOption option then defs.downToValue name else defs.downToSet name
          ) definitions;
        };
      in
      if isOption option then
        walkOption (at // { inherit option; })
      else
        walkTree (at // { options = option; })
    ) (wantedIn path (attrNames options));

  walkOption =
    {
      path,
      option,
      contexts,
      definitions,
    }:
    let
      place = {
        inherit path;
        inherit (option) type;
        declarations = option.declarationPositions;
        definitions = defs.judge (defs.startDefault option ++ defs.withoutEchoes definitions);
        merged = adapter.mergedOption option // {
          inherit (option) isDefined;
        };
        contexts = map (c: {
          inherit (c) host;
          inherit (c.options) type;
          merged = adapter.mergedOption c.options;
        }) contexts;
        inherit (option) files;
        isApplied = option ? apply;
      };
    in
    guarded place (walk place);

  # what an option's `apply` makes of the definitions may be of any shape: it is the value of a leaf alone
  unapplied =
    place:
    if place.isApplied or false then
      (adapter.merge place.path place.type place.merged.definitions).value
    else
      place.merged.value;

  walk =
    place:
    if !place.merged.isDefined || !(adapter.fits place.type place.merged) then
      leaves.one place
    else
      # a host whose definitions are of another type has nothing to walk into
      walkInto (place // { contexts = filter (c: adapter.fits c.type c.merged) place.contexts; });

  walkInto =
    place:
    let
      shape = adapter.shapeOf place.type;
      elements = adapter.elementsOf place.merged.meta;
      isWalkable = (adapter.shapeOf shape.inner).kind != "leaf";
    in
    if shape.kind == "submodule" && adapter.configurationOf place.merged.meta != null then
      walkSubmodule place
    else if adapter.elementTypeOf place.type != null && elements != null then
      walkElements place
    else if shape.kind == "nullable" && isWalkable && unapplied place != null then
      walkInto (unwrapped place)
    else if shape.kind == "unique" && isWalkable then
      # where several hosts define it there is no value to walk into
      builtins.seq place.merged.value (walkInto (unwrapped place))
    else if shape.kind == "coerced" && (adapter.shapeOf shape.inner).kind == "submodule" then
      walkInto (uncoerced place)
    else
      leaves.one place;

  # behind `nullOr` and `uniq`
  unwrapped =
    place:
    let
      again =
        type: merged:
        merged
        // {
          meta = adapter.metaAs place.path type merged;
        };
      inner = type: (adapter.shapeOf type).inner;
      isThere = c: c.merged.definitions != [ ] && !(builtins.any (d: d.value == null) c.merged.definitions);
    in
    place
    // {
      type = inner place.type;
      merged = again (inner place.type) place.merged;
      contexts = map (
        c:
        c
        // {
          type = inner c.type;
          merged = again (inner c.type) c.merged;
        }
      ) (filter isThere place.contexts);
    };

  # what was coerced is shown as what came out of that defines
  uncoerced =
    place:
    let
      inner = type: (adapter.shapeOf type).inner;
      coerced =
        d:
        if d.state == "used" && adapter.wouldCoerce place.type d.value then
          d
          // {
            value = adapter.definedIn (
              adapter.configurationOf
                (adapter.merge place.path place.type [ { inherit (d) file value; } ]).meta
            );
          }
        else
          d;
    in
    place
    // {
      type = inner place.type;
      definitions = map coerced place.definitions;
      contexts = map (c: c // { type = inner c.type; }) place.contexts;
    };

  walkElements =
    place:
    let
      elements = adapter.elementsOf place.merged.meta;
      mentioned = listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) (concatMap defs.namesIn place.definitions)
      );
      names = attrNames (elements // mentioned);
      inside = defs.below place.definitions;
      values = unapplied place;
      element =
        name:
        let
          mergeOf =
            type: merged:
            adapter.mergedElement place.path type name merged
            // {
              meta = (adapter.elementsOf merged.meta).${name} or { };
            };
          inner = adapter.elementTypeOf place.type;
          at = {
            path = place.path ++ [ name ];
            type = inner;
            inherit (place) declarations;
            definitions = defs.judge (concatMap (defs.downToValue name) inside);
            merged = mergeOf inner place.merged // {
              isDefined = elements ? ${name};
              value = values.${name};
            };
            contexts = map (
              c:
              let
                type = adapter.elementTypeOf c.type;
              in
              {
                inherit (c) host;
                inherit type;
                merged = mergeOf type c.merged;
              }
            ) (filter (c: (adapter.elementsOf c.merged.meta) ? ${name}) place.contexts);
            files = null;
          };
        in
        leaves.element at ++ guarded at (walk at);
    in
    if names == [ ] then leaves.one place else concatMap element (wantedIn place.path names);

  walkSubmodule =
    place:
    let
      configuration = adapter.configurationOf place.merged.meta;
      options = adapter.optionsOf configuration;
      contexts = filter (c: adapter.configurationOf c.merged.meta != null) place.contexts;
      definitions = submodules.definitionsIn {
        inherit configuration contexts;
        inherit (place) type definitions;
      };
    in
    walkTree {
      inherit (place) path;
      inherit options definitions;
      contexts = map (c: {
        inherit (c) host;
        options = adapter.optionsOf (adapter.configurationOf c.merged.meta);
      }) contexts;
    }
    ++ walkFreeform {
      inherit (place) path;
      inherit definitions;
      value = adapter.freeformOf configuration;
      type = adapter.freeformTypeOf configuration;
    };

  # values of no option: a leaf for each attribute
  walkFreeform =
    {
      path,
      definitions,
      value,
      type,
    }:
    concatMap (
      name:
      let
        at = {
          path = path ++ [ name ];
          type = if type == null then null else adapter.elementTypeOf type;
          declarations = [ ];
          definitions = defs.judge (concatMap (defs.downToValue name) definitions);
          merged = {
            isDefined = true;
            value = value.${name};
          };
          files = null;
        };
      in
      guarded at (leaves.one at)
    ) (wantedIn path (attrNames value));

  # ---- where it starts ----

  definitionsOf =
    {
      host,
      evaluation,
      modules,
      skip,
    }:
    concatMap (
      m:
      defs.start {
        inherit host;
        inherit (m) file;
        value = m.config;
      }
    ) (collect { inherit evaluation modules skip; });
in
{
  /**
    All leaves, in the order of their paths.

    `only` restricts them to what is below a path of the namespace.

    # Type

    ```
    leavesOf :: {
      fleet :: { evaluation; modules; };
      hosts :: { [String] :: { evaluation; modules; } };
      skip ? :: String -> Bool;          # files whose modules define no globals
      only ? :: [ String ];
    } -> [ Leaf ]
    ```
  */
  leavesOf =
    {
      fleet,
      hosts,
      skip ? _: false,
      only ? [ ],
    }:
    let
      where = namespace ++ only;
      optionsOf = evaluation: lib.attrByPath where { } evaluation.options;
      options = optionsOf fleet.evaluation;
      # the last step leads to an option or to a set of them
      descend =
        path: definitions:
        if path == [ ] then
          definitions
        else
          let
            step =
              if builtins.length path == 1 && isOption options then defs.downToValue else defs.downToSet;
          in
          descend (builtins.tail path) (concatMap (step (head path)) definitions);
      start = {
        path = only;
        contexts = lib.mapAttrsToList (host: h: {
          inherit host;
          options = optionsOf h.evaluation;
        }) hosts;
        definitions = descend where (
          definitionsOf (
            fleet
            // {
              inherit skip;
              host = null;
            }
          )
          ++ concatMap (host: definitionsOf (hosts.${host} // { inherit host skip; })) (attrNames hosts)
        );
      };
    in
    if isOption options then
      walkOption (start // { option = options; })
    else
      walkTree (start // { inherit options; });
}
