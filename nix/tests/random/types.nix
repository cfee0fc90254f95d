# Random types, as plain data (`spec`), what they stand for in a lib, and random values of them. `proper`: properties stand
# only where the module system looks for them; `wrong`: how many values in a hundred are of another type.
{ lib, chance, file, proper ? false, wrong ? 2 }:
let
  inherit (chance) number percent pick some;
  inherit (lib) types mkOption;

  leaves = [
    "bool" "int" "int" "str" "str" "lines" "lines" "commas" "enum" "port" "path" "anything" "raw" "attrs" "none" "between" "matching" "nonEmptyStr" "boolByOr"
    "float" "number" "checked" "singleLineStr"
  ];
  composites = [
    "listOf" "listOf" "attrsOf" "attrsOf" "lazyAttrsOf" "nullOr" "either" "coercedTo" "coercedTo" "submodule" "submodule" "submodule" "functionTo" "uniq"
    "nonEmptyListOf" "addCheck" "deferredModule"
  ];
in
rec {
  spec = key: depth:
    let
      kind = if depth > 0 && percent "${key}?" 62 then pick key composites else pick key leaves;
      inner = name: spec "${key}.${name}" (depth - 1);
    in
    { inherit kind key; }
    // (
      if kind == "enum" then { values = lib.unique ([ "x" ] ++ some "${key}.v" 0 3 (k: pick k [ "y" "z" 1 2 true null ])); }
      else if lib.elem kind [ "listOf" "attrsOf" "lazyAttrsOf" "nullOr" "functionTo" "uniq" "nonEmptyListOf" "addCheck" ] then { of = inner "of"; }
      else if kind == "either" then { left = inner "l"; right = inner "r"; }
      else if kind == "coercedTo" then
        let to = inner "to";
        in { inherit to; from = pick "${key}.from" ([ "int" "str" ] ++ lib.optional (lib.elem to.kind [ "int" "str" "lines" "bool" "enum" "submodule" ]) "list"); }
      else if kind == "submodule" then {
        options = lib.genAttrs (lib.unique (some "${key}.n" 0 3 (k: pick k [ "p" "q" "r" ]))) (n: option "${key}.${n}" (depth - 1));
        free = if percent "${key}.free" 20 then spec "${key}.free" 0 else null;
        # configuration of the submodule itself
        own = percent "${key}.own" 40;
        plain = percent "${key}.plain" 80;
      }
      else { }
    );

  # a declared option inside a submodule
  option = key: depth: let spec' = spec key depth; in {
    spec = spec';
    default = empty spec' || percent "${key}.default" 70;
  };

  # Without a definition, releases differ in what such a type's value is: then there is a default.
  empty = s:
    lib.elem s.kind [ "listOf" "attrsOf" "lazyAttrsOf" "submodule" "nullOr" "attrs" "none" ]
    || (lib.elem s.kind [ "uniq" "addCheck" ] && empty s.of)
    || (s.kind == "coercedTo" && empty s.to);

  toType = s:
    let inner = toType s.of;
    in
    {
      inherit (types) bool int str lines commas port path anything raw attrs nonEmptyStr boolByOr float number singleLineStr deferredModule;
      enum = types.enum s.values;
      none = types.unspecified;
      between = types.ints.between 0 3;
      matching = types.strMatching "[xyz]+";
      checked = types.addCheck types.str (v: v != "x");
      listOf = types.listOf inner;
      nonEmptyListOf = types.nonEmptyListOf inner;
      attrsOf = types.attrsOf inner;
      lazyAttrsOf = types.lazyAttrsOf inner;
      nullOr = types.nullOr inner;
      uniq = types.uniq inner;
      addCheck = types.addCheck inner (v: v != null);
      functionTo = types.functionTo inner;
      either = types.either (toType s.left) (toType s.right);
      coercedTo =
        let value = rightValue "${s.key}.coerced" s.to;
        in
        if s.from == "int" then types.coercedTo types.int (_: value) (toType s.to)
        else if s.from == "str" then types.coercedTo types.str (_: value) (toType s.to)
        else types.coercedTo (types.listOf types.anything) (l: if l == [ ] then value else builtins.head l) (toType s.to);
      submodule =
        if s.plain then types.submodule (submoduleModules s)
        else types.submoduleWith { modules = submoduleModules s; };
    }.${s.kind};

  # `type` is left out where there is none
  typed = s: lib.optionalAttrs (s.kind != "none") { type = toType s; };

  submoduleModules = s:
    let
      declare = n: o: mkOption (typed o.spec // lib.optionalAttrs o.default { default = valueOf "${s.key}.${n}.default" o.spec; });
      declared = { options = lib.mapAttrs declare s.options; }
        // lib.optionalAttrs (s.free != null) { freeformType = types.attrsOf (toType s.free); };
      own = { name, config, ... }: {
        _file = "inside ${s.key}";
        config = lib.mapAttrs (n: o: definition "${s.key}.own.${n}" o.spec)
          (lib.filterAttrs (n: _: percent "${s.key}.owns.${n}" 50) s.options);
      };
    in
    [ declared ] ++ lib.optional s.own own;

  # A value of the type; now and then one that is not.
  valueOf = key: s:
    if percent "${key}.isWrong" wrong then pick "${key}.wrong" [ 7 "wrong" null true [ 1 ] { wrong = 1; } ]
    else rightValue key s;
  rightValue = key: s:
    let
      entries = low: some "${key}.e" low 3;
      ofKind = {
        bool = percent key 50;
        boolByOr = percent key 50;
        int = number key 3;
        between = number key 5;
        port = pick key [ 22 80 80 70000 ];
        float = pick key [ 1.5 1.5 2.5 ];
        number = pick key [ 1.5 1 ];
        str = pick key [ "x" "y" ];
        checked = pick key [ "x" "y" "y" ];
        nonEmptyStr = pick key [ "x" "x" " " ];
        singleLineStr = pick key [ "x" "x\n" "x\ny" ];
        lines = pick key [ "one" "two\n" "" ];
        commas = pick key [ "a" "b,c" ];
        matching = pick key [ "xyz" "abc" "xyz" ];
        enum = pick key (s.values or [ ] ++ [ "x" "x" ]);
        path = file;
        raw = pick key [ 1 "x" { a = 1; } [ 1 ] ];
        none = pick key [ 1 1 "x" [ 1 ] [ 2 ] { a = 1; } { a = 2; } { b = 2; } true ];
        attrs = pick key [ { } { a = 1; } { a = 2; b = 1; } ];
        anything = pick key [ 1 "x" [ 1 2 ] { a = 1; } { a.b = definition "${key}.any" { kind = "int"; }; } { c = "x"; } { } ];
        listOf = entries 0 (k: definition k s.of);
        nonEmptyListOf = entries 0 (k: definition k s.of);
        attrsOf = elements;
        lazyAttrsOf = elements;
        nullOr = if percent key 25 then null else valueOf "${key}.n" s.of;
        uniq = valueOf "${key}.u" s.of;
        addCheck = valueOf "${key}.c" s.of;
        functionTo = 
          let result = definition "${key}.f" s.of;
          in pick "${key}.arguments" [ (_: result) ({ x ? 1, ... }: result) ({ x ? 1, y ? 2, ... }: result) ];
        either = if percent key 50 then valueOf "${key}.l" s.left else valueOf "${key}.r" s.right;
        coercedTo =
          if percent key 50 then valueOf "${key}.t" s.to
          else { int = number key 2; str = pick key [ "s" "t" ]; list = if percent key 50 then [ ] else [ (rightValue "${key}.h" s.to) ]; }.${s.from};
        deferredModule = pick key [ { a = 1; } ({ ... }: { b = 2; }) { imports = [ ]; } ];
        submodule =
          if !percent "${key}.function" 12 then inside
          else if s.plain then { ... }: { config = inside; }
          else { ... }: inside;
      };
      elements = lib.listToAttrs (entries 0 (k: lib.nameValuePair (pick k [ "k" "l" "m n" ]) (definition "${k}.v" s.of)));
      inside =
        lib.mapAttrs (n: o: definition "${key}.${n}" o.spec) (lib.filterAttrs (n: _: percent "${key}.has.${n}" 55) s.options)
        // lib.optionalAttrs (s.free != null && percent "${key}.frees" 60) { free = definition "${key}.free" s.free; }
        // lib.optionalAttrs (percent "${key}.unknown" 2) { unknown = 1; };
    in
    ofKind.${s.kind};

  definition = key: s: decorate { orders = !strict s; careful = strict s; } key (k: valueOf k s);

  # A submodule takes no more than a file and a value: on an order or mkDefinition it fails, and nothing can catch that.
  strict = s:
    s.kind == "submodule"
    || (lib.elem s.kind [ "nullOr" "uniq" "addCheck" ] && strict s.of)
    || (s.kind == "either" && (strict s.left || strict s.right))
    || (s.kind == "coercedTo" && strict s.to);

  # A definition: a value with or without properties around it. `orders`: those of order and origin, too; `careful`: nothing
  # in a priority but the value, since what stands there is not looked at and becomes part of the value.
  decorate = { orders, careful, allowed ? null }@how: key: make:
    let
      conditions = [ "true" "true" "false" "merge" ];
      origins = lib.optional orders "definition";
      priorities = [ "force" "default" "override" ];
      sortings = lib.optionals orders [ "before" "after" "order" ];
      kinds = if allowed == null then conditions ++ origins ++ priorities ++ sortings else allowed;
      kind = pick "${key}.property" (kinds ++ lib.genList (_: "plain") (lib.max 1 (lib.length kinds)));
      # what the module system looks for inside
      inside =
        if lib.elem kind origins then priorities ++ sortings
        else if lib.elem kind priorities then sortings
        else if lib.elem kind sortings then [ ]
        else kinds;
      again = decorate
        (how // lib.optionalAttrs (proper || (careful && lib.elem kind priorities)) { allowed = inside; })
        "${key}+"
        make;
    in
    {
      plain = make key;
      "true" = lib.mkIf true again;
      "false" = lib.mkIf false again;
      force = lib.mkForce again;
      default = lib.mkDefault again;
      override = lib.mkOverride (pick "${key}.priority" [ 10 99 100 101 1500 1600 ]) again;
      before = lib.mkBefore again;
      after = lib.mkAfter again;
      order = lib.mkOrder (pick "${key}.order" [ 1 900 1000 1100 ]) again;
      merge = lib.mkMerge (some "${key}.merged" 0 3 (k: decorate how k make));
      definition = lib.mkDefinition { file = "named by ${key}"; value = again; };
    }.${kind};
}
