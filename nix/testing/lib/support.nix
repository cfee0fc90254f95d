# Helpers of the stand-in itself.
lib:
let
  inherit (builtins) all filter isAttrs isList isString concatStringsSep split length;
  inherit (lib.attrsets) mapAttrsToList;
  inherit (lib.options) showDefs showOption;
  inherit (lib.strings) escape escapeNixIdentifier;
in
rec {
  # A value as Nix code; below the limit, if there is one, "<unevaluated>".
  pretty = { multiline, allowPrettyValues, depthLimit }:
    let
      go = depth: indent: value:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          inner = go (depth + 1) (indent + "  ");
          text = builtins.filter isString (split "\n" value);
          shownInner = name: v: if depthLimit != null && builtins.elem name uncounted then go (-1000000) (indent + "  ") v else inner v;
        in
        # a scalar counts as one level more than the container it stands in
        if depthLimit != null && depth + (if isAttrs value || isList value then 0 else 1) > depthLimit then ''"<unevaluated>"''
        else if isAttrs value && !lib.isFunction value then
          if allowPrettyValues && value ? __pretty && value ? val then value.__pretty value.val
          else if value == { } then "{ }"
          else if value ? type && value.type == "derivation" then "<derivation ${value.name or "???"}>"
          else "{${open}${concatStringsSep open (mapAttrsToList (n: v: "${escapeNixIdentifier n} = ${shownInner n v};") value)}${close}}"
        else if isList value then
          if value == [ ] then "[ ]" else "[${open}${concatStringsSep open (map inner value)}${close}]"
        else if lib.isFunction value then
          let args = mapAttrsToList (n: optional: if optional then n + "?" else n) (lib.functionArgs value);
          in if args == [ ] then "<function>" else "<function, args: {${concatStringsSep ", " args}}>"
        else if isString value then
          if multiline && length text > 1 then
            let
              escaped = map (builtins.replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) text;
              end = lib.last escaped;
            in
            "''${open}${concatStringsSep open (lib.init escaped)}${if end == "" then close else open + end}''"
          else "\"${concatStringsSep "\\n" (map (escape [ "\\" "\"" "\${" ]) text)}\""
        else if builtins.isFloat value then builtins.toJSON value
        else if builtins.isBool value then lib.boolToString value
        else if value == null then "null"
        else toString value;
      # parts of a set that are no data: never cut off
      uncounted = [ "__functor" "__functionArgs" "__toString" "__pretty" ];
    in
    go 0;

  # For error messages: deep values don't fill the screen.
  prettyShallow = pretty { multiline = true; allowPrettyValues = false; depthLimit = 10; } "";

  # The next four are for types that check and merge in one go ("v2" in nixpkgs).
  coherent = check: { __functor = _: check; isV2MergeCoherent = true; };
  checkedMerge = v2: { __functor = self: loc: defs: (self.v2 { inherit loc defs; }).value; inherit v2; };
  headError = check: defs:
    if all (def: check def.value) defs then null
    else { message = "Definition values: ${showDefs (filter (def: !check def.value) defs)}"; };
  # Such a type must not have its check replaced from outside.
  coherence = loc: type: result:
    if type.check.isV2MergeCoherent or false then result
    else throw ''
      The option `${showOption loc}' has a type `${type.description}' that uses
      an ad-hoc `type // { check = ...; }' override, which is incompatible with
      the v2 merge mechanism.

      Please use `lib.types.addCheck` instead of `type // { check }' to add
      custom validation.
    '';

  # The same answers from a type of either sort.
  run = type: loc: defs:
    if type.merge ? v2 then coherence loc type (type.merge.v2 { inherit loc defs; })
    else { headError = headError type.check defs; value = type.merge loc defs; valueMeta = { }; };

  # Two types of an element type are merged by merging that.
  elementFunctor = name: type: elemType: lib.types.defaultFunctor name // {
    inherit type;
    payload = { inherit elemType; };
    binOp = a: b:
      let merged = a.elemType.typeMerge b.elemType.functor;
      in if merged == null then null else { elemType = merged; };
  };

  # A type's description inside another one.
  inside = classes: lib.types.optionDescriptionPhrase (class: builtins.elem class classes);
}
