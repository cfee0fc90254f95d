# Types on their own: how they are described, what they accept, how values merge.
{ lib }:
let
  inherit (lib) mkOption types evalModules;

  drv = name: { type = "derivation"; inherit name; outPath = "/nix/store/00000000000000000000000000000000-${name}"; };
  all = with types; {
    inherit
      anything attrs bool boolByOr commas deferredModule envVar float int lines nonEmptyStr number optionType package path port raw singleLineStr
      str unspecified;
    "ints.between" = ints.between (-3) 7;
    "ints.positive" = ints.positive;
    "ints.s16" = ints.s16;
    "ints.s32" = ints.s32;
    "ints.s8" = ints.s8;
    "ints.u16" = ints.u16;
    "ints.u32" = ints.u32;
    "ints.u8" = ints.u8;
    "ints.unsigned" = ints.unsigned;
    "addCheck" = addCheck str (s: s != "x");
    "addCheck listOf" = addCheck (listOf int) (l: builtins.length l < 3);
    "attrsOf bool" = attrsOf bool;
    "attrsOf submodule" = attrsOf (submodule { options.a = mkOption { type = int; default = 1; }; });
    "attrsWith" = attrsWith { elemType = int; placeholder = "host"; };
    "coercedTo int str" = coercedTo int toString str;
    "coercedTo str listOf" = coercedTo str (s: [ s ]) (listOf str);
    "either int str" = either int str;
    "either positive listOf" = either ints.positive (listOf int);
    "either list either" = either (listOf int) (either bool (attrsOf int));
    "enum of one" = enum [ "a" ];
    "enum of none" = enum [ ];
    "enum of several" = enum [ "x" 1 true null ];
    "functionTo int" = functionTo int;
    "lazyAttrsOf int" = lazyAttrsOf int;
    "listOf enum" = listOf (enum [ "x" "y" ]);
    "listOf listOf" = listOf (listOf int);
    "listOf nullOr" = listOf (nullOr int);
    "nonEmptyListOf int" = nonEmptyListOf int;
    "nullOr either" = nullOr (either int str);
    "nullOr int" = nullOr int;
    "nullOr listOf" = nullOr (listOf str);
    "nullOr positive" = nullOr ints.positive;
    "oneOf" = oneOf [ int (listOf int) (attrsOf str) ];
    "passwdEntry" = passwdEntry str;
    "separatedString" = separatedString "\t";
    "strMatching" = strMatching "[a-z]+\\.?";
    "submodule" = submodule { };
    "submodule open" = submodule { freeformType = attrsOf (either int str); };
    "submoduleWith" = submoduleWith { modules = [ ]; description = "a special thing"; };
    "uniq listOf" = uniq (listOf int);
    "unique" = unique { message = "why"; } str;
  };

  values = {
    "-1" = -1;
    "0" = 0;
    "300" = 300;
    "70000" = 70000;
    "1.5" = 1.5;
    "true" = true;
    "null" = null;
    "empty string" = "";
    "x" = "x";
    "a path" = "${toString ../fixtures}/modules/plain.nix";
    "two lines" = "a\nb";
    "ended line" = "a\n";
    "with a colon" = "a:b";
    "empty list" = [ ];
    "list" = [ 1 2 ];
    "mixed list" = [ 1 null "x" ];
    "nested list" = [ [ 1 ] [ ] ];
    "strings" = [ "x" "y" "x" ];
    "empty set" = { };
    "ints" = { a = 1; b = 2; };
    "bools" = { a = true; b = false; };
    "conditional" = { a = lib.mkIf false true; b = lib.mkForce true; };
    "conditional int" = { a = lib.mkIf false 1; b = lib.mkDefault 3; };
    "package" = drv "tool-1.0";
    "like a string" = { __toString = _: "/as/text"; };
    "function" = x: 5;
    "a type" = types.int;
  };

  show = value:
    if lib.isFunction value then
      if builtins.isAttrs value && !(value ? __functionArgs) then "<functor>" else { function = show (value 1); args = lib.functionArgs value; }
    else if lib.isDerivation value then "<derivation ${value.name}>"
    else if value ? __toString then "<string ${value}>"
    else if builtins.isAttrs value then if value._type or "" == "option-type" then "<type ${value.name}>" else builtins.mapAttrs (_: show) value
    else if builtins.isList value then map show value
    else value;
  try = value: let tried = builtins.tryEval (builtins.deepSeq value value); in if tried.success then tried.value else "<refused>";

  merged = type: defs: try (show (evalModules {
    modules = [ { options.it = mkOption { inherit type; }; } ]
      ++ lib.imap1 (n: value: { _file = "file ${toString n}"; config.it = value; }) defs;
  }).config.it);
in
lib.concatMapAttrs
  (name: type: {
    "${name}: is described" = {
      expr = { inherit (type) name description descriptionClass; nested = lib.mapAttrs (_: t: t.description) type.nestedTypes; empty = type.emptyValue ? value; functor = type.functor.name; submodules = type.getSubModules != null; };
    };
    # one definition, and twice the same
    "${name}: takes" = {
      expr = lib.filterAttrs (_: shown: shown != "<refused>") (lib.mapAttrs (_: value: merged type [ value ]) values);
    };
    "${name}: merges" = {
      expr = lib.filterAttrs (_: shown: shown != "<refused>") (lib.mapAttrs (_: value: merged type [ value value ])
        # nixpkgs fails on two functions without a type, and nothing can catch it
        (if name == "unspecified" then removeAttrs values [ "function" ] else values));
    };
  })
  all
