# How to push to an OpenWrt box: `uci.FILE` is what /etc/config/FILE shall say, deploy.sh brings it there.
{
  config,
  inputs,
  lib,
  name,
  ...
}:

let
  inherit (lib) mkOption types;
  build = inputs.steading.lib.build { system = config.nixpkgs.hostPlatform; };

  scalar = types.either types.str types.int;
  section.options = {
    type = mkOption {
      type = types.str;
      description = "Type of the section.";
    };
    name = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Name of the section, where it has one.";
    };
    options = mkOption {
      type = types.attrsOf (types.either scalar (types.listOf scalar));
      default = { };
      description = "Options; one with a list of values becomes a UCI list.";
    };
  };

  quote = value: "'${lib.replaceStrings [ "'" ] [ "'\\''" ] (toString value)}'";
  line =
    option: value:
    if lib.isList value then
      lib.concatMapStrings (item: "\tlist ${option} ${quote item}\n") value
    else
      "\toption ${option} ${quote value}\n";
  sectionText =
    { type, name, options }:
    "config ${type}${lib.optionalString (name != null) " ${quote name}"}\n"
    + lib.concatStrings (lib.mapAttrsToList line options);
  fileText = sections: lib.concatMapStringsSep "\n" sectionText sections;
in
{
  options.uci = mkOption {
    type = types.attrsOf (types.listOf (types.submodule section));
    default = { };
    description = "Sections of each file in /etc/config.";
  };

  config = {
    assertions = lib.mapAttrsToList (file: sections: {
      assertion = builtins.match "[a-z0-9_]+" file != null && builtins.match "[^\n]*\n.*" (
        lib.concatMapStrings (section: toString (lib.attrValues section.options)) sections
      ) == null;
      message = "uci.${file}: names of files are of `a-z0-9_`, and no value may span lines.";
    }) config.uci;

    push.deploy =
      build.folder name
        (lib.mapAttrs' (file: sections: {
          name = "config/${file}";
          value = build.text file (fileText sections);
        }) config.uci)
        ''
          mkdir "$out/bin"
          printf '#!/bin/sh\nexec /bin/sh %s %s\n' ${./.}/deploy.sh "$out" > "$out/bin/deploy"
          chmod +x "$out/bin/deploy"
        '';
  };
}
