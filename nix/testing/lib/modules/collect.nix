# From the modules an evaluation is given to all that take part: functions called, paths imported, imports followed,
# duplicates and disabled ones left out.
lib:
let
  inherit (builtins) attrNames concatMap elem filter isAttrs isList isString mapAttrs removeAttrs;
  inherit (lib.modules) applyModuleArgsIfFunction mkMerge unifyModuleSyntax;
  inherit (lib.options) showDefs unknownModule;
  inherit (lib.strings) escapeNixString hasPrefix isConvertibleWithToString;

  common = [ "_class" "_file" "key" "disabledModules" "imports" "freeformType" ];

  # Arguments are named by the function, but their values must stay lazy: `_module.args` is configuration itself.
  applyModuleArgs = key: f: args:
    f (args // mapAttrs
      (name: _: builtins.addErrorContext ''while evaluating the module argument `${name}' in "${key}":''
        (args.${name} or (builtins.addErrorContext
          "noting that argument `${name}` is not externally provided, so querying `_module.args` instead, requiring `config`"
          args.config._module.args.${name})))
      (lib.functionArgs f));
  loadModule = class: args: file: key: module:
    if lib.isFunction module then unifyModuleSyntax file key (applyModuleArgs key module args)
    else if isAttrs module then
      if module._type or "module" == "module" then unifyModuleSyntax file key module
      else if elem module._type [ "if" "override" ] then loadModule class args file key { config = module; }
      else throw (notAModule args._prefix file module)
    else if isList module then
      throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definitions: ${showDefs [ { inherit file; value = module; } ]}"
    else
      let path = toString module;
      in unifyModuleSyntax path path (applyModuleArgsIfFunction path (import module) args);

  notAModule = prefix: file: module:
    "Expected a module, but found a value of type ${escapeNixString module._type}"
    + lib.optionalString (file != unknownModule) ", while trying to load a module into ${file}"
    + lib.optionalString (prefix != [ ]) " at option path `${lib.options.showOption prefix}'"
    + "."
    + lib.optionalString (module._type == "configuration")
      "\nIf you do mean to import this configuration, please only import the modules that make up the configuration.";

  checkClass = class: module:
    if class == null || module._class == null || module._class == class then module
    else throw ''
      The module `${module._file}` (class: ${escapeNixString module._class}) cannot be imported into a module evaluation that expects class ${escapeNixString class}.
    '';

  disabledKey = modulesPath: file: item:
    if isString item then if hasPrefix "/" item then item else "${toString modulesPath}/${item}"
    else if isConvertibleWithToString item then
      if item ? key && item.key != toString item then
        throw "Module `${file}` contains a disabledModules item that is an attribute set that can be converted to a string (${toString item}) but also has a `.key` attribute (${item.key}) with a different value. This makes it ambiguous which module should be disabled."
      else toString item
    else if item ? key then item.key
    else if isAttrs item then
      throw "Module `${file}` contains a disabledModules item that is an attribute set, presumably a module, that does not have a `key` attribute. This means that the module system doesn't have any means to identify the module that should be disabled. Make sure that you've put the correct value in disabledModules: a string path relative to modulesPath, a path value, or an attribute set with a `key` attribute."
    else
      throw "Each disabledModules item must be a path, string, or a attribute set with a key attribute, or a value supported by toString. However, one of the disabledModules items in `${file}` is none of that, but is of type ${builtins.typeOf item}.";
in
rec {
  setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };

  # Both ways to write a module, brought to one: with `options`/`config`, and the short one that is configuration only.
  unifyModuleSyntax = file: key: module:
    let
      long = module ? config || module ? options;
      unknown = removeAttrs module (common ++ [ "options" "config" "meta" ]);
      withFreeform = config:
        if module ? freeformType then mkMerge [ config { _module.freeformType = module.freeformType; } ] else config;
      withMeta = config:
        if module ? meta then mkMerge [ config { inherit (module) meta; } ] else config;
    in
    if long && unknown != { } then
      throw "Module `${key}' has an unsupported attribute `${builtins.head (attrNames unknown)}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString (attrNames unknown)}) into the explicit `config' attribute."
    else if !isAttrs module then throw "module ${file} (${key}) does not look like a module."
    else {
      _file = toString (module._file or file);
      _class = module._class or null;
      key = toString (module.key or key);
      disabledModules = module.disabledModules or [ ];
      imports = if long then module.imports or [ ] else module.require or [ ] ++ module.imports or [ ];
      options = module.options or { };
      config = withFreeform (if long then withMeta (module.config or { }) else removeAttrs module (common ++ [ "require" ]));
    };

  applyModuleArgsIfFunction = key: f: args: if lib.isFunction f then applyModuleArgs key f args else f;

  collectModules = class: modulesPath: modules: args:
    let
      # [ { key; module; imports = [ … ]; } ]
      tree = file: key: lib.imap1 (n: given:
        let module = checkClass class (loadModule class args file "${key}:anon-${toString n}" given);
        in {
          inherit (module) key;
          inherit module;
          imports = tree module._file module.key module.imports;
        });
      roots = tree unknownModule "" modules;

      disabled = concatMap (node:
        map (disabledKey modulesPath node.module._file) node.module.disabledModules ++ disabled node.imports);
      disabledKeys = disabled roots;
      isDisabled = node: elem node.key disabledKeys;
      kept = filter (node: !isDisabled node);

      graph = node: {
        inherit (node) key;
        file = node.module._file;
        disabled = isDisabled node;
        imports = map graph node.imports;
      };
    in
    {
      modules = map (node: node.module) (builtins.genericClosure {
        startSet = kept roots;
        operator = node: kept node.imports;
      });
      graph = map graph (filter (node: node.key != "lib/modules.nix") roots);
    };

}
