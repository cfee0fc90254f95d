/**
  Definitions as provenance follows them: with host, file and position, and with the properties
  (`mkIf`, `mkForce` …) remembered instead of discharged.

  A record has these parts:
    host        name, or null for the fleet's own
    file        as the module system calls it
    position    { file, line, column } of the innermost attribute that was written there; or null
    via         that of the innermost attribute that a helper made on the way to the value; or null
    kind        "definition", or "default" of an option
    override    priority given at this level, or null
    priority    the nearest one given at this level or around it: the one to show
    order       as `mkBefore` and `mkAfter` give it, or null
    state       "used", "overridden" or "disabled"
    conditional whether it stands under an `mkIf`
    shared      whether it stands in a module that all hosts and the fleet have (see shared.nix)
    open        whether the module system looks at its names, be it on or off: a set of options, not a value
    value       what is left

  Nix itself never evaluates what does not hold, so that may be broken in ways that can't be caught
  (`mkIf (site != null) site.domain`). What is disabled is therefore looked into only as far as attribute
  sets go, and with `careful` nothing is that does not hold.
*/
{
  lib,
  adapter,
  careful ? false,
}:

let
  inherit (builtins)
    any
    concatMap
    filter
    foldl'
    isAttrs
    tryEval
    unsafeGetAttrPos
    ;

  tryOr =
    fallback: value:
    let
      answer = tryEval value;
    in
    if answer.success then answer.value else fallback;

  # a property that was not taken off is no set of attributes
  isSet = value: isAttrs value && adapter.propertyOf value == null;

  has =
    name: definition:
    let
      answer = isSet definition.value && definition.value ? ${name};
    in
    # a condition that fails must not spoil what does not depend on it
    if definition.open || definition.state == "used" then answer else tryOr false answer;

  # What a function of the module's own file made can be told where it stands above the line that calls it, which
  # nothing does that is written in that line. What nixpkgs' lib made is of no interest.
  step =
    name: definition:
    let
      position = unsafeGetAttrPos name definition.value;
      isWritten =
        position != null
        && (
          (adapter.isNoFile definition.file && !(adapter.isOfLib position))
          || adapter.isIn position definition.file
        )
        && !(isAbove position definition.position);
      isMade = position != null && !(adapter.isOfLib position);
    in
    definition
    // {
      value = definition.value.${name};
    }
    // (
      if isWritten then
        {
          inherit position;
          via = null;
        }
      else
        lib.optionalAttrs isMade { via = position; }
    );

  isAbove =
    a: b:
    b != null && a.file == b.file && (a.line < b.line || (a.line == b.line && a.column < b.column));

  # takes the properties off; `stops` says where no further
  peelUntil =
    stops: definition:
    let
      # a value that throws is still a definition
      property = tryOr null (adapter.propertyOf definition.value);
      inside = changes: peelUntil stops (definition // { value = property.content; } // changes);
    in
    if stops definition || property == null then
      [ definition ]
    else if property.kind == "merge" then
      concatMap (value: peelUntil stops (definition // { inherit value; })) property.contents
    else if property.kind == "if" then
      inside {
        conditional = true;
        state =
          if definition.state == "used" && tryOr false property.condition != true then
            "disabled"
          else
            definition.state;
      }
    else if property.kind == "override" then
      # the outermost one counts
      inside (
        lib.optionalAttrs (definition.override == null) {
          override = property.priority;
          inherit (property) priority;
        }
      )
    else if property.kind == "order" then
      inside { order = property.priority; }
    else
      inside { inherit (property) file; };
in
rec {
  /**
    Starts records for what a module configures.

    # Type

    ```
    start :: { host :: String | Null; file :: String; value :: Any; shared ? :: Bool; } -> [ Definition ]
    ```
  */
  start =
    {
      host,
      file,
      value,
      shared ? false,
    }:
    peel {
      inherit
        host
        file
        value
        shared
        ;
      position = null;
      via = null;
      kind = "definition";
      override = null;
      priority = adapter.defaultOverridePriority;
      order = null;
      state = "used";
      conditional = false;
      open = true;
    };

  /**
    Takes the properties off a set of options; `mkMerge` makes several definitions of it. The module
    system looks into such a set whether it holds or not.
  */
  peel = peelUntil (_: false);

  /**
    Takes the properties off an option's value, as far as the module system looks at it before it knows
    what holds: into no `mkIf` that is false, and into no `mkForce`, `mkDefault` …
  */
  peelValue = peelUntil (definition: definition.state == "disabled" || definition.override != null);

  /** Steps into an attribute that holds further options: no definition, one, or several. */
  downToSet =
    name: definition: if has name definition then peel (step name definition) else [ ];

  /** Steps into an attribute that is an option, or an element of one. */
  downToValue =
    name: definition:
    if has name definition then peelValue (step name definition // { open = false; }) else [ ];

  /**
    The same without a look at conditions and options: for what is written at a path, whether it holds or not,
    and whether there is such an option or not.
  */
  downAnyway = name: definition: concatMap peel (stepAnyway name definition);

  /** The same without a look at what is there. */
  stepAnyway =
    name: definition:
    lib.optional (tryOr false (isSet definition.value && definition.value ? ${name})) (
      step name definition
    );

  /** The record of an option's default, as a list that is empty where there is none. */
  startDefault =
    option:
    lib.optional (option ? default) {
      host = null;
      file = lib.head option.declarations;
      position =
        let
          declared = lib.head (adapter.declarationsOf option ++ [ { line = null; } ]);
        in
        if declared.line == null then null else declared;
      via = null;
      kind = "default";
      override = adapter.optionDefaultPriority;
      priority = adapter.optionDefaultPriority;
      order = null;
      state = "used";
      conditional = false;
      open = false;
      shared = false;
      value = option.default;
    };

  /**
    Decides which definitions hold where the module system merges: at an option, an element of an
    attribute set, an item of a list.
  */
  judge =
    definitions:
    let
      levelOf = d: if d.override == null then adapter.defaultOverridePriority else d.override;
      best = foldl' (
        best: d: if d.state == "used" && levelOf d < best then levelOf d else best
      ) 9999 definitions;
      isLost = d: d.state == "used" && levelOf d > best;
    in
    concatMap (
      d:
      if d.state == "disabled" || (careful && isLost d) then
        [ (d // lib.optionalAttrs (isLost d) { state = "overridden"; }) ]
      else
        peel (d // lib.optionalAttrs (isLost d) { state = "overridden"; })
    ) definitions;

  /**
    Definitions of a submodule's own modules in one evaluation that stand in another one not, or don't
    hold there. Each is known by its file, its position, and its number there, since `mkMerge` makes
    several of one attribute; but where an alias makes as many as there are of another option, there is no position.

    # Type

    ```
    notIn :: { others :: [ Definition ]; holds :: Definition -> Bool; } -> [ Definition ] -> [ Definition ]
    ```
  */
  notIn =
    { others, holds }:
    let
      isAt = a: b: a.file == b.file && a.position == b.position;
      number = foldl' (
        done: definition:
        done
        ++ [
          {
            inherit definition;
            number = builtins.length (filter (e: isAt e.definition definition) done);
          }
        ]
      ) [ ];
      numbered = number others;
      isThere =
        mine:
        any (
          other:
          (
            other.number == mine.number
            || (mine.definition.shared && mine.definition.position == null)
          )
          && isAt other.definition mine.definition
          && holds other.definition
        ) numbered;
    in
    definitions: map (e: e.definition) (filter (e: !(isThere e)) (number definitions));

  /**
    Leaves out what modules that hosts and fleet have in common define in hosts as they do in the fleet: that is
    the fleet's (see shared.nix; and additions.nix, for a submodule's own modules: those records have `fromType`).
  */
  withoutEchoes =
    definitions:
    let
      isCommon = d: d.shared || d.fromType or false;
      own = filter isCommon definitions;
      of = host: filter (d: d.host == host) own;
      hosts = lib.unique (map (d: d.host) own);
      beside = notIn {
        others = of null;
        holds = d: d.state != "disabled";
      };
    in
    if own == [ ] then
      definitions
    else
      filter (d: !(isCommon d)) definitions
      ++ map (d: removeAttrs d [ "fromType" ] // { shared = false; }) (
        concatMap (host: if host == null then of null else beside (of host)) hosts
      );

  /** Goes below a place where the module system merged: priorities and orders start afresh there. */
  below =
    definitions:
    map (
      d:
      d
      // {
        override = null;
        order = null;
      }
    ) (if careful then filter (d: d.state == "used") definitions else definitions);

  /** Names that a definition mentions, where it is an attribute set that can be looked into. */
  namesIn =
    definition:
    tryOr [ ] (if isSet definition.value then builtins.attrNames definition.value else [ ]);
}
