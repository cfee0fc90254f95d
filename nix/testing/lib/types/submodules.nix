# Submodules: values that are configurations themselves.
lib:
let
  inherit (builtins) attrNames intersectAttrs isAttrs;
  inherit (lib.types) defaultFunctor mkOptionType path;
  inherit (lib.support) checkedMerge coherent headError inside;

  # Options may be shown where modules lack half of what they need.
  unchecked = {
    _file = "<built-in module that disables checks for the purpose of documentation generation>";
    config._module.check = lib.mkForce false;
  };
in
rec {
  submodule = modules: submoduleWith { modules = lib.toList modules; shorthandOnlyDefinesConfig = true; };

  submoduleWith =
    given@{ modules
    , specialArgs ? { }
    , # whether a set as a definition is configuration (as in submodule), not a module
      shorthandOnlyDefinesConfig ? false
    , description ? null
    , class ? null
    }:
    let
      base = lib.evalModules {
        inherit class specialArgs;
        modules = [ { _module.args.name = lib.mkOptionDefault "‹name›"; } ] ++ modules;
      };
      inherit (base._module) freeformType;
      shown = base.extendModules { modules = [ unchecked ]; };

      asModule = def:
        if isAttrs def.value && shorthandOnlyDefinesConfig then { _file = def.file; config = def.value; }
        else { _file = def.file; imports = [ def.value ]; };
      # `{ value, file }:` as in nixpkgs: a definition with anything else is refused there too
      strict = { value, file }@def: def;
      accepts = value: isAttrs value || lib.isFunction value || path.check value;
    in
    mkOptionType {
      name = "submodule";
      description =
        if description != null then description
        else if shown._module.freeformType ? description
        then "open submodule of ${inside [ "noun" "composite" ] shown._module.freeformType}"
        else "submodule";
      check = coherent accepts;
      merge = checkedMerge ({ loc, defs }:
        let
          configuration = base.extendModules {
            modules = [ { _module.args.name = lib.last loc; } ] ++ map (def: asModule (strict def)) defs;
            prefix = loc;
          };
        in
        {
          headError = headError accepts defs;
          value = configuration.config;
          valueMeta = { inherit configuration; };
        });
      emptyValue.value = base.config;
      getSubOptions = prefix:
        let
          docs = base.extendModules { modules = [ unchecked ]; inherit prefix; };
          inherit (docs._module) freeformType;
        in
        docs.options // lib.optionalAttrs (freeformType != null) { _freeformOptions = freeformType.getSubOptions prefix; };
      getSubModules = modules;
      substSubModules = modules: submoduleWith (given // { inherit modules; });
      nestedTypes = lib.optionalAttrs (freeformType != null) { inherit freeformType; };
      functor = defaultFunctor "submodule" // {
        type = submoduleWith;
        payload = { inherit modules class specialArgs shorthandOnlyDefinesConfig description; };
        binOp = a: b:
          let
            agreed = name: complaint:
              if a.${name} == null then b.${name}
              else if b.${name} == null || a.${name} == b.${name} then a.${name}
              else throw "A submoduleWith option is declared multiple times with ${complaint}";
            twice = attrNames (intersectAttrs a.specialArgs b.specialArgs);
          in
          {
            modules = a.modules ++ b.modules;
            specialArgs =
              if twice == [ ] then a.specialArgs // b.specialArgs
              else throw "A submoduleWith option is declared multiple times with the same specialArgs \"${toString twice}\"";
            class = agreed "class" "conflicting class values \"${toString a.class}\" and \"${toString b.class}\".";
            shorthandOnlyDefinesConfig = agreed "shorthandOnlyDefinesConfig" "conflicting shorthandOnlyDefinesConfig values";
            description = agreed "description" "conflicting descriptions";
          };
      };
    };
}
