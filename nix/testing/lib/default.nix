# Steading's own stand-in for the part of nixpkgs' `lib` that its Nix library, its example fleet and their tests use.
#
# It answers as nixpkgs' lib does (25.11 and later): names, values, error texts, declaration positions and laziness.
# Whatever exists here, but for `support`, exists there under the same name; `nix/tests` holds the two against each other.
# Products never import it: a fleet's own nixpkgs provides `lib`.
let
  lib = rooms // flat // own;

  room = file: import file lib;

  rooms = {
    trivial = room ./trivial.nix;
    lists = room ./lists.nix;
    attrsets = room ./attrsets.nix;
    strings = room ./strings.nix;
    asserts = room ./asserts.nix;
    generators = room ./generators.nix;
    meta = room ./meta.nix;
    options = room ./options.nix;
    modules = room ./modules;
    types = room ./types;
  };
  # the only name that nixpkgs does not have
  own.support = room ./support.nix;

  # What nixpkgs offers at the top level as well. `toPretty`, `mkKeyValueDefault` and the types stay in their rooms, as there.
  flat =
    rooms.trivial
    // rooms.lists
    // rooms.attrsets
    // builtins.removeAttrs rooms.strings [ "escapeNixString" "escapeNixIdentifier" "isConvertibleWithToString" "levenshtein" "sanitizeDerivationName" "unsafeDiscardStringContext" ]
    // rooms.asserts
    // rooms.meta
    // builtins.removeAttrs rooms.options [ "showDefs" ]
    // {
      inherit (rooms.modules)
        evalModules
        setDefaultModuleLocation
        unifyModuleSyntax
        mergeModules
        mergeOptionDecls
        mergeDefinitions
        pushDownProperties
        dischargeProperties
        filterOverrides
        sortProperties
        fixupOptionType
        mkIf
        mkAssert
        mkMerge
        mkDefinition
        mkOverride
        mkOptionDefault
        mkDefault
        mkForce
        mkVMOverride
        mkOrder
        mkBefore
        mkAfter
        mkAliasDefinitions
        mkAliasOptionModule
        mkRenamedOptionModule
        mkRemovedOptionModule
        ;
      inherit (rooms.types)
        isType
        setType
        isOptionType
        mkOptionType
        defaultTypeMerge
        defaultFunctor
        ;
      inherit (builtins)
        addErrorContext
        unsafeGetAttrPos
        genericClosure
        isPath
        pathExists
        readFile
        trace
        ;
    };
in
lib
