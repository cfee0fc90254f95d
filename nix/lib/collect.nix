/**
  The modules of an evaluation as they were written: imports followed and functions called, but no
  property discharged and nothing merged. The module system itself forgets what was overridden.
*/
{ lib, adapter }:

let
  inherit (builtins)
    concatMap
    elem
    filter
    foldl'
    isAttrs
    isPath
    isString
    ;

  notConfig = [
    "_class"
    "_file"
    "key"
    "disabledModules"
    "require"
    "imports"
    "freeformType"
  ];

  isFile = module: isPath module || isString module;
in
{
  /**
    Collects modules in the order of their imports, each file once, without disabled ones.

    # Type

    ```
    collect :: {
      evaluation :: Evaluation;      # what the modules were evaluated to: gives them their arguments
      modules :: [ Module ];
      skip ? :: String -> Bool;      # files that are left alone, with what they import
      file ? :: String;              # where modules without a file stand
    } -> [ { file :: String; config :: Any; } ]
    ```
  */
  collect =
    {
      evaluation,
      modules,
      skip ? _: false,
      file ? adapter.unknownFile,
    }:
    let
      arguments = adapter.argumentsOf evaluation;
      call =
        f:
        f (
          arguments
          // builtins.mapAttrs (
            name: _: arguments.${name} or (adapter.lateArgument evaluation name)
          ) (lib.functionArgs f)
        );
      apply = module: if lib.isFunction module then call module else module;

      load =
        parent: module:
        if isFile module then
          unify (toString module) (toString module) (apply (import module))
        else
          unify parent null (apply module);

      unify =
        parent: key: content:
        let
          file = toString (content._file or parent);
          isProperty = adapter.propertyOf content != null;
        in
        {
          inherit file;
          key = if content ? key then toString content.key else key;
          disabled = content.disabledModules or [ ];
          imports = map (load file) (
            filter (m: !(isFile m && skip (toString m))) (
              if isProperty then [ ] else content.require or [ ] ++ content.imports or [ ]
            )
          );
          config =
            if isProperty then
              content
            else if content ? config || content ? options then
              content.config or { }
            else
              removeAttrs content notConfig;
        };

      tree = map (load file) (filter (m: !(isFile m && skip (toString m))) modules);

      modulesPath = toString (arguments.modulesPath or "");
      keyOf =
        module:
        if isString module && !(lib.hasPrefix "/" module) then
          "${modulesPath}/${module}"
        else if isAttrs module && module ? key then
          toString module.key
        else
          toString module;
      disabledIn = concatMap (m: map keyOf m.disabled ++ disabledIn m.imports);
      disabled = disabledIn tree;

      add =
        done: module:
        if module.key != null && (done.seen ? ${module.key} || elem module.key disabled) then
          done
        else
          foldl' add {
            seen = done.seen // lib.optionalAttrs (module.key != null) { ${module.key} = true; };
            found = done.found ++ [ { inherit (module) file config; } ];
          } module.imports;
    in
    (foldl' add {
      seen = { };
      found = [ ];
    } tree).found;
}
