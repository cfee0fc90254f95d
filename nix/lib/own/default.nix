/**
  The options of one evaluation (NixOS, nix-darwin, home-manager, or any other of nixpkgs' module system): what is set,
  what there is, and everything about one place. Each question evaluates what it names and nothing else.

  # Type

  ```
  { evaluation; host :: String; lib ? …; } -> {
    set :: { values :: Bool; } -> [ String ] -> [ SetOption ];
    names :: [ String ] -> [ [ String ] ];
    below :: [ String ] -> [ String ];
    look :: [ String ] -> Node | Nowhere;
    declared :: [ String ] -> Node;
  }
  ```
*/
{
  evaluation,
  host,
  lib ? (import ./origin.nix evaluation).lib,
}:

let
  inherit (builtins)
    attrNames
    filter
    head
    isAttrs
    isList
    length
    tail
    toString
    tryEval
    ;

  inherit (import ./origin.nix evaluation) modules;
  adapter = import ../adapter.nix {
    inherit lib;
    anyAge = true;
  };
  visible = import ./visible.nix { inherit lib; };
  # values that may be of any size are shown by their beginning
  glimpse = import ../show.nix {
    inherit lib adapter;
    most = {
      depth = 5;
      items = 50;
      bytes = 200000;
    };
  };
  leaves = import ../leaves.nix {
    inherit lib adapter;
    show = glimpse;
  };
  defs = import ../definitions.nix { inherit lib adapter; };
  walk = import ../walk.nix {
    inherit lib adapter defs;
    careful = false;
  };
  inherit (import ../collect.nix { inherit lib adapter; }) collect;

  options = adapter.optionsOf evaluation;

  tree = walk.tree {
    path = [ ];
    option = options;
    contexts = [ ];
    definitions = lib.concatMap (
      m:
      defs.start {
        host = null;
        inherit (m) file;
        value = m.config;
      }
    ) (collect { inherit evaluation modules; });
  };

  # ---- what is set ----

  isSet =
    option:
    let
      answer = tryEval (option.highestPrio < adapter.optionDefaultPriority);
    in
    answer.success && answer.value;

  scalars = [
    "bool"
    "enum"
    "float"
    "int"
    "intBetween"
    "ints.positive"
    "path"
    "positiveInt"
    "signedInt16"
    "signedInt32"
    "signedInt8"
    "singleLineStr"
    "str"
    "unsignedInt"
    "unsignedInt16"
    "unsignedInt32"
    "unsignedInt8"
  ];
  isScalar =
    type:
    lib.elem type.name scalars
    || lib.hasPrefix "strMatching" type.name
    || lib.hasPrefix "passwdEntry" type.name
    || (type.name == "nullOr" && isScalar type.nestedTypes.elemType);
  # and lists and sets of them
  isShort =
    type:
    isScalar type
    || (
      lib.elem type.name [
        "listOf"
        "attrsOf"
        "lazyAttrsOf"
      ]
      && isScalar type.nestedTypes.elemType
    );

  short =
    option:
    let
      shown = glimpse.plain option.value;
      sizeOf = value: if isList value then length value else if isAttrs value then length (attrNames value) else 0;
      fits = sizeOf shown.value <= 8;
    in
    if !(isShort option.type) then
      { }
    else if shown == { } then
      { error = "it can't be evaluated"; }
    else
      lib.optionalAttrs fits shown;

  # ---- one place ----

  textOf =
    option: words: value:
    if option ? ${words} && visible.wordsOf option.${words} != null then
      { text = visible.wordsOf option.${words}; }
    else if option ? ${value} then
      glimpse.plain option.${value}
    else
      { };

  # what its declaration says of an option; an element of one (null) has none of its own
  describe =
    option:
    if option == null then
      {
        description = null;
        default = { };
        example = { };
      }
    else
      {
        description = visible.wordsOf (option.description or null);
        default = textOf option "defaultText" "default";
        example = textOf option "example" "example";
      };

  # Where many have a say, as in `assertions`, a look at what each says would evaluate half the host, and nobody could
  # read it: the first of those that count are told, without their values.
  many = 40;
  rank = {
    used = 0;
    overridden = 1;
    disabled = 2;
  };
  few =
    definitions:
    if length definitions <= many then
      definitions
    else
      lib.take many (
        lib.concatMap (state: filter (d: rank.${d.state} == state) definitions) [
          0
          1
          2
        ]
      );

  # what is behind it, by names alone
  outlineOf =
    value:
    let
      outline =
        if isAttrs value && (value.type or null) != "derivation" then
          "<set of ${toString (length (attrNames value))}>"
        else if isList value then
          "<list of ${toString (length value)}>"
        else
          null;
      answer = tryEval outline;
    in
    if answer.success && answer.value != null then { inherit (answer) value; } else { };

  # a renamed option that nobody uses says something about the new one, in vain
  isIdleRename = d: d.state == "disabled" && d.position == null && d.via == null;
  definitionsIn = place: filter (d: !(isIdleRename d)) (place.definitions ++ place.around);

  definitionsOf =
    { place, how }:
    map (
      d:
      let
        written = leaves.publishDefinition (d // { value = null; });
        whole = leaves.publishDefinition d;
        outline = if d.state == "disabled" then { } else outlineOf d.value;
      in
      (if how == "whole" then whole else removeAttrs written [ "value" ] // lib.optionalAttrs (how == "outline") outline)
      // {
        host = if d.kind == "default" then null else host;
      }
    ) (few (definitionsIn place));

  detail =
    {
      place,
      option,
      children,
    }:
    let
      isAlias = option != null && visible.isAlias option;
      count = length (definitionsIn place);
      how =
        if isAlias || count > many then
          "none"
        else if children == null || isShort place.type then
          "whole"
        else
          "outline";
      priority = tryEval place.merged.priority;
      defined = tryEval (place.merged.isDefined or false);
      isDefined = defined.success && defined.value;
      one = head (leaves.one place);
      held = tryEval (builtins.deepSeq one one);
      whole = if held.success then held.value else head (leaves.broken place);
    in
    removeAttrs (leaves.leaf place { }) [ "definitions" ]
    // {
      definitions = definitionsOf { inherit place how; };
      folded = if count > many then count - many else 0;
      priority = if isDefined && priority.success then priority.value else null;
    }
    // describe option
    // (
      if isAlias then
        { error = "it stands for another option: look at that one"; }
      else if how == "whole" then
        lib.intersectAttrs { value = null; error = null; } whole
      else if isDefined then
        outlineOf place.merged.value
      else
        { error = "no value: it is not set"; }
    );

  shownChildren =
    node:
    if node.children == null then
      null
    else
      filter (
        child: if child ? option then visible.anyShown child.option else child.node.place.merged.isDefined
      ) node.children;

  find =
    node: option: path:
    let
      next = filter (child: child.name == head path) node.children;
      here = head next;
    in
    if path == [ ] then
      { inherit node option; }
    else if node.children == null || next == [ ] then
      {
        nowhere = head path;
        names = if node.children == null then [ ] else map (child: child.name) (shownChildren node);
      }
    else
      find here.node (here.option or null) (tail path);
in
{
  /** The options that are set below a path, each with its value where `values` are wanted and that is short. */
  set =
    { values }:
    path:
    filter (entry: entry != null) (
      visible.mapShown (
        at: option:
        if isSet option then { path = at; } // lib.optionalAttrs values (short option) else null
      ) path (lib.attrByPath path { } options)
    );

  /** The names right below a path, shown or not: what is asked for one by one when the whole fails. */
  below =
    path:
    let
      node = lib.attrByPath path { } options;
    in
    if lib.isOption node then [ ] else attrNames node;

  /** The names of the options below a path that are shown. */
  names = path: visible.mapShown (at: _: at) path (lib.attrByPath path { } options);

  /** What is at a path: `{ path; children; option; }`, or `{ nowhere; names; }` where it leads nowhere from some name on. */
  look =
    path:
    let
      found = find tree null path;
      children = shownChildren found.node;
    in
    if found ? nowhere then
      found
    else
      {
        inherit path;
        children = if children == null then [ ] else map (child: child.name) children;
        option =
          if found.node.place == null then
            null
          else
            detail {
              inherit (found.node) place;
              inherit (found) option;
              inherit children;
            };
      };

  /** What the declaration of an option says alone: what is left to tell when no definition can be looked at. */
  declared =
    path:
    let
      option = lib.attrByPath path (throw "there is no option ${lib.showOption path}") options;
      leaf = leaves.leaf {
        inherit path;
        inherit (option) type;
        declarations = adapter.declarationsOf option;
        definitions = [ ];
        around = [ ];
      } { };
    in
    {
      inherit path;
      children = [ ];
      option =
        leaf
        // describe option
        // {
          priority = null;
          folded = 0;
        };
    };
}
