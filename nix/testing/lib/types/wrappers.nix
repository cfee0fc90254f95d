# Types that change how another type merges, and functions and modules as values.
lib:
let
  inherit (builtins) all isAttrs zipAttrsWith;
  inherit (lib.modules) mergeDefinitions setDefaultModuleLocation;
  inherit (lib.options) mergeUniqueOption showOption;
  inherit (lib.types) defaultFunctor mkOptionType path;
  inherit (lib.support) elementFunctor inside;
in
rec {
  uniq = unique { message = ""; };
  unique = { message }: type: mkOptionType {
    name = "unique";
    inherit (type) description descriptionClass check emptyValue getSubOptions getSubModules;
    merge = mergeUniqueOption { inherit message; inherit (type) merge; };
    substSubModules = modules: uniq (type.substSubModules modules);
    functor = elementFunctor "unique" (payload: unique { inherit message; } payload.elemType) type;
    nestedTypes.elemType = type;
  };

  functionTo = elemType: mkOptionType {
    name = "functionTo";
    description = "function that evaluates to a(n) ${inside [ "noun" "composite" ] elemType}";
    descriptionClass = "composite";
    check = lib.isFunction;
    merge = loc: defs: {
      # an argument is optional where every definition has it so
      __functionArgs = zipAttrsWith (_: all lib.id) (map (def: lib.functionArgs def.value) defs);
      __functor = _: argument:
        (mergeDefinitions (loc ++ [ "<function body>" ]) elemType
          (map (def: { inherit (def) file; value = def.value argument; }) defs)).mergedValue;
    };
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
    inherit (elemType) getSubModules;
    substSubModules = modules: functionTo (elemType.substSubModules modules);
    functor = elementFunctor "functionTo" (payload: functionTo payload.elemType) elemType;
    nestedTypes = { inherit elemType; };
  };

  deferredModule = deferredModuleWith { };
  deferredModuleWith = { staticModules ? [ ] }: mkOptionType {
    name = "deferredModule";
    description = "module";
    descriptionClass = "noun";
    check = value: isAttrs value || lib.isFunction value || path.check value;
    merge = loc: defs: {
      imports = staticModules
        ++ map (def: setDefaultModuleLocation "${def.file}, via option ${showOption loc}" def.value) defs;
    };
    inherit (lib.types.submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
    substSubModules = modules: deferredModuleWith { staticModules = modules; };
    functor = defaultFunctor "deferredModuleWith" // {
      type = deferredModuleWith;
      payload = { inherit staticModules; };
      binOp = a: b: { staticModules = a.staticModules ++ b.staticModules; };
    };
  };
}
