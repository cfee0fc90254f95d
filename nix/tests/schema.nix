# JSON Schema, as far as nix/schema uses it: what is wrong with a value, as a list of sentences. A keyword that is not known
# here is an error, so that none is passed over in silence.
let
  inherit (builtins) attrNames concatLists concatMap concatStringsSep elem filter genList head isAttrs isList isString length match toJSON;

  isType = value: type: {
    object = isAttrs value;
    array = isList value;
    string = isString value;
    integer = builtins.isInt value;
    number = builtins.isInt value || builtins.isFloat value;
    boolean = builtins.isBool value;
    "null" = value == null;
  }.${type};

  annotations = [ "$schema" "$id" "$defs" "title" "description" "default" "examples" "properties" "then" "else" ];

  # a pattern matches anywhere, unless anchored
  search = pattern: text:
    let
      start = match "\\^.*" pattern != null;
      end = match ".*\\$" pattern != null;
      size = builtins.stringLength pattern;
      bare = builtins.substring (if start then 1 else 0) (size - (if start then 1 else 0) - (if end then 1 else 0)) pattern;
    in
    match "${if start then "" else ".*"}(${bare})${if end then "" else ".*"}" text != null;

  check = document: schema: where: value:
    let
      complain = text: [ "${where}: ${text}" ];
      unless = holds: text: if holds then [ ] else complain text;
      inside = check document;
      passes = other: inside other where value == [ ];
      count = alternatives: length (filter passes alternatives);
      known = attrNames (schema.properties or { });
      keyword = name: rule: {
        type = unless (builtins.any (isType value) (if isList rule then rule else [ rule ])) "is no ${toJSON rule}: ${toJSON value}";
        enum = unless (elem value rule) "${toJSON value} is none of ${toJSON rule}";
        const = unless (value == rule) "${toJSON value} is not ${toJSON rule}";
        required = if !isAttrs value then [ ] else concatMap (key: unless (value ? ${key}) "has no ${key}") rule;
        additionalProperties =
          if !isAttrs value then [ ]
          else concatMap
            (key: if rule == false then complain "has ${key}, which the schema does not know" else if rule == true then [ ] else inside rule "${where}.${key}" value.${key})
            (filter (key: !(elem key known)) (attrNames value));
        items = if !isList value then [ ] else concatLists (genList (n: inside rule "${where}[${toString n}]" (builtins.elemAt value n)) (length value));
        minItems = unless (!isList value || length value >= rule) "has fewer than ${toString rule} items";
        minLength = unless (!isString value || builtins.stringLength value >= rule) "is too short";
        minimum = unless (!(isType value "number") || value >= rule) "is less than ${toString rule}";
        maximum = unless (!(isType value "number") || value <= rule) "is more than ${toString rule}";
        pattern = unless (!isString value || search rule value) "${toJSON value} does not match ${rule}";
        propertyNames = if !isAttrs value then [ ] else concatMap (inside rule "a name in ${where}") (attrNames value);
        oneOf = unless (count rule == 1) "fits ${toString (count rule)} of the ${toString (length rule)} alternatives: ${toJSON value}";
        anyOf = unless (count rule > 0) "fits none of the alternatives: ${toJSON value}";
        allOf = concatMap (other: inside other where value) rule;
        not = unless (!(passes rule)) "is what it must not be: ${toJSON value}";
        "if" =
          if passes rule then (if schema ? "then" then inside schema."then" where value else [ ])
          else if schema ? "else" then inside schema."else" where value else [ ];
        "$ref" = inside document."$defs".${head (match "#/\\$defs/(.*)" rule)} where value;
      }.${name} or (throw "schema.nix does not know the keyword ${name} (${where})");
      properties = concatMap
        (key: if isAttrs value && value ? ${key} then inside schema.properties.${key} "${where}.${key}" value.${key} else [ ])
        known;
    in
    if schema == true then [ ]
    else if schema == false then complain "must not be there"
    else concatMap (name: keyword name schema.${name}) (filter (name: !(elem name annotations)) (attrNames schema)) ++ properties;
in
file: value:
let document = builtins.fromJSON (builtins.readFile file);
in check document document "it" value
