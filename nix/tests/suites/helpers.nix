# Ordinary functions on lists, sets, strings and the rest.
{ lib }:
let
  set = { a = 1; b = { c = 2; d = { e = 3; }; }; "x y" = null; };
  words = [ "" "a" "abc" "a b" "/etc/x" "it's" "$HOME" "a\nb" "\${x}" "01" "x\\y" "<&>\"'" "10.77.0.2" "if" "a'b" "_x-1" "ünï" ];
  lists = [ [ ] [ 1 ] [ 3 1 2 ] [ 1 2 2 3 1 ] ];
  each = f: map f words;
  eachList = f: map f lists;
  try = value: let tried = builtins.tryEval (builtins.deepSeq value value); in if tried.success then tried.value else "<refused>";
  drv = { type = "derivation"; name = "tool-1.2"; pname = "tool"; version = "1.2"; outPath = "/out"; bin.outPath = "/bin-out"; meta.mainProgram = "tl"; };
in
lib.mapAttrs (_: expr: { inherit expr; }) {
  "lists: take, drop, sublist" = eachList (l: with lib; [ (take 2 l) (drop 2 l) (sublist 1 1 l) (take 9 l) (drop 9 l) ]);
  "lists: last, init" = eachList (l: [ (try (lib.last l)) (try (lib.init l)) ]);
  "lists: reverseList, unique, allUnique, remove, count" = eachList (l: with lib; [ (reverseList l) (unique l) (allUnique l) (remove 1 l) (count (x: x > 1) l) ]);
  "lists: folds" = eachList (l: with lib; [ (foldr (x: acc: "(${toString x}${acc})") "." l) (foldl (acc: x: "(${acc}${toString x})") "." l) (foldl' (a: b: a + b) 0 l) ]);
  "lists: findFirst, findSingle, any, all" = eachList (l: with lib; [ (findFirst (x: x > 1) null l) (findSingle (x: x == 2) "none" "many" l) (any (x: x == 3) l) (all (x: x < 3) l) ]);
  "lists: imap, genList, range, replicate" = with lib; [ (imap0 (n: x: [ n x ]) [ "a" "b" ]) (imap1 (n: x: [ n x ]) [ "a" ]) (genList (n: n * n) 4) (range 3 6) (range 6 3) (replicate 3 "x") ];
  "lists: flatten, concatMap, toList, singleton, optional" = with lib; [ (flatten [ 1 [ 2 [ 3 [ ] ] ] ]) (flatten 1) (concatMap (x: [ x x ]) [ 1 2 ]) (toList 1) (toList [ 1 ]) (singleton 1) (optional true 1) (optional false 1) (optionals true [ 1 ]) (optionals false [ 1 ]) ];
  "lists: set operations" = with lib; [ (intersectLists [ 1 2 3 ] [ 3 2 4 ]) (subtractLists [ 1 3 ] [ 1 2 3 4 ]) (mutuallyExclusive [ 1 ] [ 2 ]) (mutuallyExclusive [ 1 ] [ 1 ]) ];
  "lists: sort, sortOn, naturalSort" = with lib; [ (sort lessThan [ 3 1 2 ]) (sortOn stringLength [ "ccc" "a" "bb" "d" ]) (naturalSort [ "disk11" "disk8" "disk100" "disk9" ]) (naturalSort [ "10.46.133.149" "10.5.16.62" "10.54.16.25" ]) ];
  "lists: partition, groupBy, zip" = with lib; [ (partition (x: x > 1) [ 1 2 3 ]) (groupBy (x: if x > 1 then "big" else "small") [ 1 2 3 ]) (zipLists [ 1 2 3 ] [ "a" "b" ]) (zipListsWith (a: b: a + b) [ 1 2 ] [ 3 4 ]) (forEach [ 1 2 ] toString) ];

  "sets: paths" = with lib; [
    (attrByPath [ "b" "d" "e" ] 0 set) (attrByPath [ "b" "x" ] "none" set) (attrByPath [ ] "none" set) (attrByPath [ "a" "b" ] "none" set)
    (hasAttrByPath [ "b" "c" ] set) (hasAttrByPath [ "b" "z" ] set) (hasAttrByPath [ ] set) (getAttrFromPath [ "b" "c" ] set)
    (setAttrByPath [ "a" "b" ] 3) (setAttrByPath [ ] 3) (showAttrPath [ "a" "b c" ]) (showAttrPath [ ])
  ];
  "sets: filter, map, collect" = with lib; [
    (filterAttrs (n: v: n != "a" && v != null) set) (filterAttrsRecursive (n: v: n != "c") set) (mapAttrs' (n: v: nameValuePair "${n}!" n) set)
    (mapAttrsToList (n: v: n) set) (mapAttrsRecursive (path: v: concatStringsSep "/" path) set)
    (mapAttrsRecursiveCond (s: !(s ? e)) (path: v: concatStringsSep "/" path) set) (collect isInt set) (collect (x: x ? e) set)
    (concatMapAttrs (n: v: { "${n}1" = n; "${n}2" = n; }) { x = 1; y = 2; }) (foldlAttrs (acc: n: v: acc ++ [ n ]) [ ] set)
  ];
  "sets: make" = with lib; [
    (genAttrs [ "a" "b" ] (n: n + n)) (getAttrs [ "a" ] set) (attrVals [ "a" "x y" ] set) (attrsToList { a = 1; b = 2; }) (optionalAttrs true { a = 1; }) (optionalAttrs false { a = 1; })
    (listToAttrs [ (nameValuePair "a" 1) (nameValuePair "a" 2) ]) (zipAttrs [ { a = 1; } { a = 2; b = 3; } ]) (zipAttrsWith (n: vs: [ n vs ]) [ { a = 1; } { a = 2; } ])
    (mergeAttrsList [ { a = 1; } { a = 2; b = 1; } ]) (mergeAttrsList [ ]) (cartesianProduct { a = [ 1 2 ]; b = [ 3 4 ]; }) (catAttrs "a" [ { a = 1; } { } { a = 2; } ])
  ];
  "sets: recursiveUpdate" = with lib; [
    (recursiveUpdate set { b.d.f = 4; a = { z = 1; }; }) (recursiveUpdate { a.b = 1; } { a = 2; }) (recursiveUpdate { } set)
    (recursiveUpdateUntil (path: l: r: path == [ "b" ]) set { b.c = 9; }) (matchAttrs { b.c = 2; } set) (matchAttrs { b.c = 3; } set)
  ];
  "sets: derivations" = with lib; [ (isDerivation drv) (isDerivation { }) (getBin drv).outPath (getOutput "doc" drv).outPath (getExe drv) (getExe' drv "other") (getName drv) (getVersion drv) (getName "x-1.0") (getVersion "x-1.0") (makeBinPath [ drv "/usr" ]) ];

  "strings: prefix, suffix, infix" = each (s: with lib; [ (hasPrefix "a" s) (hasSuffix "b" s) (hasInfix "b" s) (hasInfix "" s) (removePrefix "a" s) (removeSuffix "b" s) ]);
  "strings: split" = each (s: with lib; [ (splitString " " s) (splitString "." s) (splitString "\n" s) (stringToCharacters "a b") ]);
  "strings: escape" = each (s: with lib; [ (escapeShellArg s) (strings.escapeNixString s) (strings.escapeXML s) (escapeRegex s) (escape [ "a" ] s) ]);
  "strings: identifiers" = map lib.strings.escapeNixIdentifier [ "a" "a-b" "a'b" "_x" "1a" "a.b" "" "a b" "\${x}" ];
  "strings: shell" = with lib; [ (escapeShellArgs [ "a b" 1 "c" ]) (toShellVar "x" "a b") (toShellVar "x" [ 1 "b c" ]) (toShellVar "x" { k = "v w"; }) (toShellVars { a = 1; b = "x y"; }) (try (toShellVar "1x" "a")) ];
  "strings: case, trim, width" = each (s: with lib; [ (toUpper s) (toLower s) (trim " \t${s}\n ") (try (fixedWidthString 4 "_" s)) ]);
  "strings: trimWith" = with lib; [ (trimWith { start = true; } "  a  ") (trimWith { end = true; } "  a  ") (trimWith { } " a ") (trim "   ") (fixedWidthNumber 5 42) ];
  "strings: join" = with lib; [ (concatStringsSep "," [ "a" "b" ]) (concatMapStringsSep "," toString [ 1 2 ]) (concatMapStrings (s: s + s) [ "a" "b" ]) (concatLines [ "a" "b" ]) (intersperse "/" [ "a" "b" "c" ]) (intersperse "/" [ ]) (concatImapStringsSep "," (n: s: "${toString n}${s}") [ "a" "b" ]) (concatMapAttrsStringSep ";" (n: v: "${n}=${v}") { a = "1"; b = "2"; }) (concatStrings [ "a" "b" ]) (replaceString "a" "b" "aba") ];
  "strings: numbers" = map (s: [ (try (lib.toInt s)) (try (lib.toIntBase10 s)) ]) [ "1" " 12 " "-3" "007" "0" "x" "" "1.5" "00" ];
  "strings: kinds" = with lib; map (x: [ (isStringLike x) (strings.isConvertibleWithToString x) (isStorePath x) ]) [ "a" 1 null [ 1 ] [ { } ] { } { outPath = "/x"; } { __toString = _: "x"; } builtins.storeDir "${builtins.storeDir}/abc" "${builtins.storeDir}/abc/bin" true 1.5 ];
  "strings: versions" = with lib; [ (versionOlder "1.1" "1.2") (versionOlder "1.2" "1.1") (versionAtLeast "1.1" "1.1") (versionAtLeast "1.0" "1.1") ];
  "strings: posix names" = map lib.isValidPosixName [ "a" "1" "A_b1" "a-b" "" ];
  "strings: levenshtein" = map (pair: lib.strings.levenshtein (builtins.elemAt pair 0) (builtins.elemAt pair 1)) [ [ "" "" ] [ "a" "" ] [ "" "abc" ] [ "kitten" "sitting" ] [ "ngnix" "nginx" ] [ "abc" "abc" ] [ "flaw" "lawn" ] ];
  "strings: derivation names" = map lib.strings.sanitizeDerivationName [ "a" ".a b" "" "..." "x/y" "a+b_c?d=e-f.g" ];

  "trivial: numbers" = with lib; [ (min 1 2) (max 1 2) (mod 11 4) (mod (-11) 4) (compare 1 2) (compare 2 2) (compare 3 2) (boolToString true) (boolToString false) (bitAnd 12 10) ];
  "trivial: functions" = with lib; [ (pipe 2 [ (x: x + 1) (x: x * 3) ]) (flip (a: b: [ a b ]) 1 2) (const 1 2) (id 3) (mapNullable (x: x + 1) null) (mapNullable (x: x + 1) 1) (defaultTo 1 null) (defaultTo 1 2) (mergeAttrs { a = 1; } { b = 2; }) ];
  "trivial: functions as values" = with lib; [
    (functionArgs ({ a, b ? 1 }: a)) (functionArgs { __functor = _: { x }: x; }) (functionArgs (setFunctionArgs (x: x) { q = true; })) (isFunction (x: x)) (isFunction { }) (isFunction { __functor = _: x: x; })
    (toFunction 5 0) (toFunction (x: x + 1) 0) ((setFunctionArgs (x: x + 1) { }) 4)
  ];
  "trivial: conditions" = with lib; [ (throwIf false "x" 1) (try (throwIf true "x" 1)) (throwIfNot true "x" 1) (warnIf false "x" 1) (assertMsg true "x") (try (assertOneOf "n" 1 [ 2 ])) ];

  "options: showOption" = map lib.showOption [ [ "a" "b" ] [ "a" "b.c" ] [ "a" "*" "<name>" "2x" ] [ ] ];
  "options: showFiles, getValues, getFiles" = with lib; [ (showFiles [ "a" "b" ]) (getValues [ { value = 1; } ]) (getFiles [ { file = "f"; } ]) (showOptionWithDefLocs { loc = [ "x" "y" ]; files = [ "f" "g" ]; }) ];
  "options: showDefs" = map (value: lib.options.showDefs [ { file = "f"; inherit value; } ]) [
    1 "a" [ ] { } { a = 1; b.c = [ 1 { } "x" ]; } "two\nlines" (throw "no") { x = throw "no"; } null 1.5 (x: x) ({ a, b ? 1 }: a) drv [ 1 2 3 4 5 6 7 ]
    { a.b.c.d.e.f.g.h.i.j.k.l = 1; } (lib.foldr (n: v: [ v ]) 1 (lib.range 1 14)) { "if x" = 1; __toString = _: "x"; } "\${a} ''b'' \\ \"q\""
  ];
  "options: declarations" = with lib; [ (isOption (mkOption { })) (isOption { }) (literalExpression "x") (literalMD "x") (removeAttrs (mkEnableOption "x") [ "type" ]) ];
  "types: mergeTypes" = with lib.types; [ (mergeTypes (enum [ 1 ]) (enum [ 2 ])).description (mergeTypes int str) ];
  "types: optionDescriptionPhrase" = with lib.types; map (t: optionDescriptionPhrase (class: class == "noun") t) [ int (listOf int) (nullOr int) ];

  "generators: toPretty" = map (lib.generators.toPretty { }) [ 1 "a" [ ] { } { a = [ 1 "x" { } ]; "b c" = null; } "two\nlines" "ended\n" 1.5 (x: x) ({ a, b ? 1 }: a) drv true ];
  "generators: toPretty on one line" = map (lib.generators.toPretty { multiline = false; }) [ { a = [ 1 "x" ]; } "two\nlines" ];
  "generators: toINI, toKeyValue" = with lib.generators; [ (toINI { } { a = { x = 1; y = true; z = "s"; }; "b]" = { "k=" = 1.5; }; }) (toKeyValue { } { a = 1; b = "x y"; }) (toKeyValue { listsAsDuplicateKeys = true; } { a = [ 1 2 ]; }) (toJSON { } { a = 1; }) (mkKeyValueDefault { } ":" "a:b" null) ];
}
