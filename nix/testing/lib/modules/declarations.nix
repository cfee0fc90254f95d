# Option declarations: several of one option become one.
lib:
let
  inherit (builtins) foldl';
  inherit (lib.options) showFiles showOption;
  inherit (lib.modules) setDefaultModuleLocation;
in
rec {
  # Declarations are `{ _file; pos; options = <option>; }`. Types that can be merged are, submodules add up; any other
  # attribute may be given once, or is taken from the first.
  mergeOptionDecls = loc:
    let
      add = merged: declaration:
        let
          inherit (declaration) options _file;
          both = name: options ? ${name} && merged ? ${name};
          again = throw "The option `${showOption loc}' in `${_file}' is already declared in ${showFiles merged.declarations}.";
          mergedType = merged.type.typeMerge options.type.functor;
          submodules = options.type.getSubModules or null;
        in
        if lib.any both [ "default" "example" "description" "apply" ] then again
        else options // merged // {
          declarations = merged.declarations ++ [ _file ];
          declarationPositions = merged.declarationPositions ++ [
            (if declaration.pos != null then declaration.pos else { file = _file; line = null; column = null; })
          ];
          options = (if submodules == null then [ ] else map (setDefaultModuleLocation _file) submodules) ++ merged.options;
        } // lib.optionalAttrs (both "type") {
          type = if mergedType == null then again else mergedType;
        };
    in
    foldl' add { inherit loc; declarations = [ ]; declarationPositions = [ ]; options = [ ]; };

  # A submodule type knows all its modules only after the merge.
  fixupOptionType = loc: option:
    if option.type.getSubModules or null == null then option // { type = option.type or lib.types.unspecified; }
    else option // { type = option.type.substSubModules option.options; options = [ ]; };
}
