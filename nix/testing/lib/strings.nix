# Strings.
lib:
let
  inherit (builtins) concatStringsSep elem isString match replaceStrings stringLength substring;
  inherit (lib.lists) genList imap1;
in
rec {
  inherit (builtins)
    concatStringsSep
    isString
    match
    replaceStrings
    split
    stringLength
    substring
    typeOf
    unsafeDiscardStringContext
    ;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep = between: f: list: concatStringsSep between (map f list);
  concatImapStringsSep = between: f: list: concatStringsSep between (imap1 f list);
  concatMapAttrsStringSep = between: f: set: concatStringsSep between (lib.attrsets.mapAttrsToList f set);
  concatLines = concatMapStrings (line: line + "\n");
  intersperse = between: list:
    if list == [ ] then [ ]
    else [ (builtins.head list) ] ++ builtins.concatMap (x: [ between x ]) (builtins.tail list);
  optionalString = condition: s: if condition then s else "";
  replaceString = from: to: replaceStrings [ from ] [ to ];

  hasPrefix = prefix: s: substring 0 (stringLength prefix) s == prefix;
  hasSuffix = suffix: s:
    let start = stringLength s - stringLength suffix;
    in start >= 0 && substring start (-1) s == suffix;
  hasInfix = infix: s: infix == "" || replaceStrings [ infix ] [ "" ] s != s;
  removePrefix = prefix: s: if hasPrefix prefix s then substring (stringLength prefix) (-1) s else s;
  removeSuffix = suffix: s: if hasSuffix suffix s then substring 0 (stringLength s - stringLength suffix) s else s;

  stringToCharacters = s: genList (n: substring n 1 s) (stringLength s);
  stringAsChars = f: s: concatMapStrings f (stringToCharacters s);
  splitString = between: s:
    let parts = builtins.filter isString (builtins.split (escapeRegex (toString between)) (toString s));
    in map (addContextFrom s) parts;
  addContextFrom = source: s: substring 0 0 source + s;
  trim = trimWith { start = true; end = true; };
  trimWith = { start ? false, end ? false }: s:
    let
      blank = c: elem c [ " " "\t" "\r" "\n" ];
      size = stringLength s;
      skip = at: step: if at < 0 || at >= size || !blank (substring at 1 s) then at else skip (at + step) step;
      first = if start then skip 0 1 else 0;
      afterLast = if end then skip (size - 1) (-1) + 1 else size;
    in
    if afterLast <= first then "" else substring first (afterLast - first) s;

  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  fixedWidthString = width: filler: s:
    assert lib.assertMsg (stringLength s <= width)
      "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString (stringLength s)})";
    if stringLength s == width then s else filler + fixedWidthString (width - stringLength filler) filler s;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);

  escape = chars: replaceStrings chars (map (c: "\\${c}") chars);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeShellArg = arg:
    let s = toString arg;
    in if match "[[:alnum:],._+:@%/-]+" s != null then s else "'${replaceString "'" "'\\''" s}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar = name: value:
    if !isValidPosixName name then throw "toShellVar: ${name} is not a valid shell variable name"
    else if builtins.isAttrs value && !isStringLike value then
      "declare -A ${name}=(${concatMapAttrsStringSep " " (n: v: "[${escapeShellArg n}]=${escapeShellArg v}") value})"
    else if builtins.isList value then "declare -a ${name}=(${escapeShellArgs value})"
    else "${name}=${escapeShellArg value}";
  toShellVars = set: concatMapAttrsStringSep "\n" toShellVar set;

  escapeNixString = s: escape [ "$" ] (builtins.toJSON s);
  escapeNixIdentifier =
    let
      keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ];
    in
    s: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null && !elem s keywords then s else escapeNixString s;

  toInt = s:
    let
      digits = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" s;
      number = builtins.fromJSON (builtins.head digits);
    in
    if digits == null then throw "toInt: Could not convert ${escapeNixString s} to int."
    else if match "0[[:digit:]]+" (builtins.head digits) != null
    then throw "toInt: Ambiguity in interpretation of ${escapeNixString s} between octal and zero padded integer."
    else number;
  toIntBase10 = s:
    let digits = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" s;
    in
    if digits == null then throw "toIntBase10: Could not convert ${escapeNixString s} to int."
    else builtins.fromJSON (builtins.head digits);

  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString = x:
    isStringLike x
    || elem (builtins.typeOf x) [ "null" "int" "float" "bool" ]
    || (builtins.isList x && builtins.all isConvertibleWithToString x);
  isStorePath = x:
    isStringLike x && (
      let s = toString x;
      in hasPrefix "/" s && (dirOf s == builtins.storeDir || match "/[0-9a-z]{52}" s != null)
    );
  sanitizeDerivationName = name:
    let
      unmarked = builtins.head (match "\\.*(.*)" (builtins.unsafeDiscardStringContext name));
      clean = concatMapStrings (part: if builtins.isList part then "-" else part)
        (builtins.split "[^[:alnum:]+._?=-]+" unmarked);
      # 211 characters are allowed; ".drv" comes on top
      short = substring (lib.max (stringLength clean - 207) 0) (-1) clean;
    in
    if short == "" then "unknown" else short;

  fileContents = file: removeSuffix "\n" (builtins.readFile file);
  getName = x: if isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion = x: if isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  makeBinPath = packages:
    concatMapStringsSep ":" (package: "${lib.attrsets.getBin package}/bin") (builtins.filter (p: p != null) packages);

  # How many insertions, deletions and replacements lead from one string to the other.
  levenshtein = a: b:
    let
      chars = stringToCharacters b;
      # one row of the table for each character of `a`, from the row above
      nextRow = row: c:
        builtins.foldl'
          (acc: n:
            let
              left = builtins.elemAt acc (n - 1);
              above = builtins.elemAt row n;
              diagonal = builtins.elemAt row (n - 1) + (if c == builtins.elemAt chars (n - 1) then 0 else 1);
            in
            acc ++ [ (lib.min (lib.min (left + 1) (above + 1)) diagonal) ])
          [ (builtins.head row + 1) ]
          (lib.range 1 (stringLength b));
    in
    lib.last (builtins.foldl' nextRow (lib.range 0 (stringLength b)) (stringToCharacters a));
}
