# Everything that an evaluation tells, as plain data; what fails, catchably, as a mark.
{ lib }:
let
  try = value:
    let tried = builtins.tryEval (builtins.deepSeq value value);
    in if tried.success then tried.value else "<error>";

  show = value:
    if builtins.isFunction value then "<function>"
    else if builtins.isList value then map show value
    else if builtins.isAttrs value then
      if value ? __functor then { returns = show (value { }); arguments = lib.functionArgs value; }
      else if value._type or "" == "option-type" then "<type ${value.name}>"
      else builtins.mapAttrs (_: show) value
    else value;

  meta = m:
    if m ? configuration then configuration m.configuration
    else if m ? attrs then builtins.mapAttrs (_: meta) m.attrs
    else if m ? list then map meta m.list
    else builtins.attrNames m;

  option = o: let value = try (show o.value); in {
    inherit (o) loc declarations declarationPositions;
    inherit value;
    type = try o.type.description;
    about = [ (o.internal or null) (o.description or null) ];
    isDefined = try o.isDefined;
    priority = try o.highestPrio;
    files = try o.files;
    definitions = try (map show o.definitionsWithLocations);
    # of a value of the wrong type, it can fail in ways that nothing can catch
    meta = if value == "<error>" then value else try (meta o.valueMeta);
  };

  options = tree: builtins.mapAttrs (_: part: if lib.isOption part then try (option part) else options part) (removeAttrs tree [ "_module" ]);

  configuration = evaluated: {
    names = try (builtins.attrNames evaluated.config);
    config = try (show evaluated.config);
    options = try (options evaluated.options);
  };
in
configuration
