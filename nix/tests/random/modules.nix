# Random modules: a tree of options declared here and there, and definitions of them.
{ lib, chance, types }:
let
  inherit (chance) number percent pick some;
  inherit (types) decorate definition spec toType typed valueOf;

  files = 2 + number "files" 3;
  fileOf = key: number "${key}.file" files;

  # ---- the options: [ { path; spec; file; … } ]
  names = [ "a" "b" "c" "d" ];
  tree = key: path: depth:
    lib.concatMap
      (n:
        let here = "${key}.${n}"; at = path ++ [ n ];
        in
        if !percent "${here}?" 70 then [ ]
        else if depth > 0 && percent "${here}/" 25 then tree here at (depth - 1)
        else [
          {
            path = at;
            key = here;
            file = fileOf here;
            spec = spec here 3;
            default = types.empty (spec here 3) || percent "${here}.default" 60;
            readOnly = percent "${here}.readOnly" 4;
            apply = percent "${here}.apply" 6;
          }
        ])
      names;
  options = tree "o" [ ] 1;

  # with positions that are the same in every lib
  at = path: value: if path == [ ] then value else { ${builtins.head path} = at (builtins.tail path) value; };

  declare = o: at o.path (lib.mkOption (
    typed o.spec
    // lib.optionalAttrs o.default { default = valueOf "${o.key}.defaultValue" o.spec; }
    // lib.optionalAttrs o.readOnly { readOnly = true; }
    // lib.optionalAttrs (percent "${o.key}.described" 30) { description = "first"; internal = true; }
    // lib.optionalAttrs o.apply { apply = value: { applied = value; }; }
  ));
  # a second declaration of some, by another file
  redeclare = o:
    let
      other =
        if o.spec.kind == "submodule" then o.spec // { options = spec' "${o.key}.again"; key = "${o.key}.again"; }
        else if o.spec.kind == "enum" then o.spec // { values = [ "again" "x" ]; }
        else o.spec;
      spec' = key: { s = types.option "${key}.s" 1; };
    in
    # or just options below it
    if o.spec.kind == "submodule" && percent "${o.key}.below" 50
    then at (o.path ++ [ "below" ]) (lib.mkOption { default = 1; })
    else at o.path (lib.mkOption (typed other // { internal = false; }));

  merged = lib.foldl' lib.recursiveUpdate { };
  declaredBy = n:
    merged (map declare (lib.filter (o: o.file == n) options)
      ++ map redeclare (lib.filter (o: o.file != n && percent "${o.key}.again.${toString n}" (if o.spec.kind == "submodule" then 15 else 6)) options)
      ++ lib.optional (n == 0) { flag = lib.mkOption { type = lib.types.bool; default = percent "flag" 50; }; });

  # ---- definitions of one file: some options, some of them in a group under one property
  defined = definedWith definition;
  # to stand inside a priority
  bare = definedWith valueOf;
  definedWith = make: key: n:
    merged (map
      (o: at o.path (make "${key}.${o.key}" o.spec))
      (lib.filter (o: percent "${key}.${o.key}.has" 38) options));
  config = key: n: given:
    let
      plain = defined key n;
      unknown = lib.optionalAttrs (percent "${key}.unknown" 2) { zz = 1; };
    in
    pick "${key}.config" [
      (plain // unknown)
      (plain // unknown)
      (lib.mkMerge [ plain (defined "${key}.second" n) ])
      (lib.mkIf given.config.flag plain)
      (lib.mkMerge [ (lib.mkIf (!given.config.flag) plain) (lib.mkDefault (bare "${key}.second" n)) ])
      (lib.mkForce (bare key n))
      (lib.mapAttrs (name: group: decorate { orders = false; careful = true; } "${key}.group.${name}" (_: group)) (bare key n))
    ];

  free = key: lib.optionalAttrs (percent "freeform" 12) {
    extra = definition "${key}.extra" { kind = "int"; key = "${key}.extra"; };
    under.extra = definition "${key}.under" { kind = "str"; key = "${key}.under"; };
  };

  module = n:
    let
      key = "m${toString n}";
      body = given: {
        _file = "file ${toString n}";
        options = declaredBy n;
        config = lib.mkMerge [ (config key n given) (free key) ];
        imports = some "${key}.imports" 0 2 (k: { _file = "imported by file ${toString n}"; key = "import ${pick k [ "1" "2" "1" ]}"; config = config k n given; })
          ++ lib.optional (percent "${key}.nested" 15) { imports = [ { config = defined "${key}.deep" n; } ]; };
        disabledModules = lib.optional (percent "${key}.disables" 10) { key = "import 1"; };
      }
      // lib.optionalAttrs (n == 0 && percent "freeform" 12) {
        freeformType = pick "freeformType" [ (lib.types.attrsOf lib.types.anything) (lib.types.lazyAttrsOf lib.types.anything) lib.types.attrs (lib.types.attrsOf lib.types.int) ];
      };
    in
    { config, ... }@given: body given;
in
lib.genList module files
