/**
  The tree of the globals' places: options, elements of attribute sets, options of submodules, values of no option.
  Lazy, so that a question about one place looks at nothing beside it.

  A node is `{ place; children; }`: `children` is `[ { name; node; option; } ]`, or null for a leaf; `option` is what is
  declared there, an option or a set of them, or absent; `place` is null for a set of options. A place has
    path, type, declarations
    definitions   judged records
    around        definitions of what it is in that lose, and can't be looked into
    merged        what the fleet's evaluation has here (`adapter.merge`), with `isDefined`
    contexts      [ { host; type; merged; } ]: what each host's evaluation has here, for the
                  definitions that an option's own submodules make in the host
    files         names of the used definitions as the module system has them, or null
    isApplied     whether the option has an `apply`
    isElement     whether it is an element of an attribute set
    isAbsent      whether it is one that is not there, since none of its definitions counts
*/
{
  lib,
  adapter,
  defs,
  # whether what does not hold is left alone altogether (see definitions.nix)
  careful,
}:

let
  inherit (builtins)
    attrNames
    concatMap
    filter
    listToAttrs
    tryEval
    ;
  inherit (lib) isOption optional;

  submodules = import ./submodules.nix { inherit lib adapter defs; };
  wrapped = import ./wrapped.nix { inherit lib adapter; };

  nodeOf = place: {
    inherit place;
    children = walk place;
  };

  walk =
    place:
    if
      place.type == null
      || (adapter.shapeOf place.type).kind == "leaf"
      || !place.merged.isDefined
      || !(adapter.fits place.type place.merged)
    then
      null
    else
      # a host whose definitions are of another type has nothing to walk into
      walkInto (place // { contexts = filter (c: adapter.fits c.type c.merged) place.contexts; });

  walkInto =
    place:
    let
      kind = (adapter.shapeOf place.type).kind;
      behind = wrapped.unwrap place;
    in
    if kind == "submodule" && adapter.configurationOf place.merged.meta != null then
      walkSubmodule place
    else if kind == "attrs" && adapter.elementsOf place.merged.meta != null then
      walkElements place
    else if behind == null then
      null
    else
      walkInto behind;

  # A definition that loses and is no set, as a number beside a submodule or what throws, is one of everything inside.
  aroundIn =
    place:
    let
      isClosed =
        d: d.kind == "definition" && d.state != "used" && !(tryEval (adapter.canBeModule d.value)).value;
    in
    place.around ++ (if careful then [ ] else filter isClosed place.definitions);

  walkElements =
    place:
    let
      elements = adapter.elementsOf place.merged.meta;
      inside = defs.below place.definitions;
      mentioned = listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) (concatMap defs.namesIn inside)
      );
      names = attrNames (elements // mentioned);
      values = wrapped.unapplied place;
      around = aroundIn place;
      inner = adapter.elementTypeOf place.type;
      mergeOf =
        name: type: merged:
        adapter.mergedElement place.path type name merged
        // {
          meta = (adapter.elementsOf merged.meta).${name} or { };
        };
      element =
        name:
        nodeOf {
          path = place.path ++ [ name ];
          type = inner;
          inherit (place) declarations;
          inherit around;
          definitions = defs.judge (concatMap (defs.downToValue name) inside);
          merged = mergeOf name inner place.merged // {
            isDefined = elements ? ${name};
            value = values.${name};
          };
          contexts = map (c: rec {
            inherit (c) host;
            type = adapter.elementTypeOf c.type;
            merged = mergeOf name type c.merged;
          }) (filter (c: (adapter.elementsOf c.merged.meta) ? ${name}) place.contexts);
          files = null;
          isElement = true;
          # of which no definition counts: it is not there, and that is no error
          isAbsent = !(elements ? ${name}) && !(adapter.isLazy place.type);
        };
    in
    if names == [ ] then null else children element names;

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
      around = aroundIn place;
    in
    walkTree {
      inherit (place) path;
      inherit options definitions around;
      contexts = map (c: {
        inherit (c) host;
        options = adapter.optionsOf (adapter.configurationOf c.merged.meta);
      }) contexts;
    }
    ++ walkFreeform {
      inherit (place) path;
      inherit definitions around;
      value = adapter.freeformOf configuration;
      type = adapter.freeformTypeOf configuration;
    };

  # values of no option; what submodules among them define in hosts alone does not get here
  walkFreeform =
    {
      path,
      definitions,
      around,
      value,
      type,
    }:
    let
      inner = if type == null then null else adapter.elementTypeOf type;
      free =
        name:
        let
          here = path ++ [ name ];
          judged = defs.judge (concatMap (defs.downToValue name) definitions);
          merged = adapter.merge here inner (
            map (d: {
              inherit (d) file;
              value = if d.order == null then d.value else lib.mkOrder d.order d.value;
            }) (filter (d: d.state == "used") judged)
          );
          isWalkable = inner != null && (adapter.shapeOf inner).kind != "leaf";
        in
        nodeOf {
          path = here;
          type = inner;
          inherit around;
          declarations = [ ];
          definitions = judged;
          merged = lib.optionalAttrs isWalkable merged // {
            isDefined = true;
            value = value.${name};
          };
          contexts = [ ];
          files = null;
        };
    in
    children free (attrNames value);

  children =
    make:
    map (name: {
      inherit name;
      node = make name;
    });

  walkTree =
    {
      path,
      options,
      contexts,
      definitions,
      around,
    }:
    map (name: {
      inherit name;
      option = options.${name};
      node = tree {
        inherit around;
        option = options.${name};
        path = path ++ [ name ];
        contexts = concatMap (
          c:
          optional (c.options ? ${name}) {
            inherit (c) host;
            option = c.options.${name};
          }
        ) contexts;
        definitions = concatMap (
          if isOption options.${name} then defs.downToValue name else defs.downToSet name
        ) definitions;
      };
    }) (attrNames options);

  tree =
    {
      path,
      option,
      contexts,
      definitions,
      around ? [ ],
    }:
    if isOption option then
      nodeOf {
        inherit path around;
        inherit (option) type files;
        declarations = adapter.declarationsOf option;
        definitions = defs.judge (defs.startDefault option ++ defs.withoutEchoes definitions);
        merged = adapter.mergedOption option // {
          inherit (option) isDefined;
        };
        contexts = map (c: {
          inherit (c) host;
          inherit (c.option) type;
          merged = adapter.mergedOption c.option;
        }) contexts;
        isApplied = option ? apply;
      }
    else
      {
        place = null;
        children = walkTree {
          inherit path definitions around;
          options = option;
          contexts = map (c: {
            inherit (c) host;
            options = c.option;
          }) contexts;
        };
      };

  find =
    node: path:
    let
      next = filter (child: child.name == builtins.head path) node.children;
    in
    if path == [ ] || (node.place != null && node.children == null) then
      node
    else if next == [ ] then
      null
    else
      find (builtins.head next).node (builtins.tail path);
in
{
  /**
    The node of an option or of a set of them.

    # Type

    ```
    tree :: { path; option; contexts :: [ { host; option; } ]; definitions :: [ Definition ]; } -> Node
    ```
  */
  inherit tree;

  /** The node at a path below another: the leaf that it is in, where the path goes on into a value; or null. */
  inherit find;
}
