# Properties: what a definition says besides its value, and how they are taken off again.
lib:
let
  inherit (builtins) concatMap isAttrs isBool mapAttrs filter foldl' head length;

  tag = value: value._type or "";
in
rec {
  defaultOverridePriority = 100;
  defaultOrderPriority = 1000;

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkAssert = assertion: message: mkIf (assertion || throw "\nFailed assertion: ${message}");
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkDefinition = definition@{ file, value, ... }: definition // { _type = "definition"; };

  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;

  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  # From a configuration to the list of those it stands for, with conditions and priorities moved to its attributes:
  # so a condition may depend on the configuration without asking for it to know which attributes there are.
  pushDownProperties = config:
    let
      each = wrap: map (part: if isAttrs part then mapAttrs (_: wrap) part else part) (pushDownProperties config.content);
    in
    if tag config == "merge" then concatMap pushDownProperties config.contents
    else if tag config == "if" then each (mkIf config.condition)
    else if tag config == "override" then each (mkOverride config.priority)
    else [ config ];

  # From a definition to the list of those that hold, conditions decided.
  dischargeProperties = value:
    if tag value == "merge" then concatMap dischargeProperties value.contents
    else if tag value == "if" then
      if !isBool value.condition then throw "‘mkIf’ called with a non-Boolean condition"
      else if value.condition then dischargeProperties value.content
      else [ ]
    else [ value ];

  # The definitions of the strongest (numerically lowest) priority, without it.
  filterOverrides = defs: (filterOverrides' defs).values;
  filterOverrides' = defs:
    let
      priority = def: if tag def.value == "override" then def.value.priority else defaultOverridePriority;
      strip = def: if tag def.value == "override" then def // { value = def.value.content; } else def;
      highestPrio = if length defs == 1 then priority (head defs) else foldl' (prio: def: lib.min (priority def) prio) 9999 defs;
    in
    {
      values = map strip (filter (def: priority def == highestPrio) defs);
      inherit highestPrio;
    };

  # In the order asked for; equals stay as they are.
  sortProperties = defs:
    let
      strip = def:
        if tag def.value == "order" then def // { value = def.value.content; inherit (def.value) priority; } else def;
      rank = def: def.priority or defaultOrderPriority;
    in
    builtins.sort (a: b: rank a < rank b) (map strip defs);
}
