# Files below /etc.
{
  config,
  lib,
  build,
  ...
}:

let
  inherit (lib) mkOption types;

  entry =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether this file is made. `false` takes out one that another module defines.";
        };
        target = mkOption {
          type = types.str;
          default = name;
          defaultText = "the attribute's name";
          description = "Name of the file, relative to `/etc`.";
        };
        text = mkOption {
          type = types.nullOr types.lines;
          default = null;
          description = "Text of the file.";
        };
        source = mkOption {
          type = types.nullOr types.path;
          default = null;
          description = "Path of the source file, or of a folder (then only as a link). Follows from `text`.";
        };
        mode = mkOption {
          type = types.str;
          default = "symlink";
          example = "0600";
          description = ''
            `symlink`, or the mode of a copy, for programs that insist on a real file.
            What is in the configuration is in the store of everybody's machines, readable by all their users:
            a strict mode here makes no secret.
          '';
        };
        user = mkOption {
          type = types.str;
          default = "root";
          description = "Owner of a copy.";
        };
        group = mkOption {
          type = types.str;
          default = "root";
          description = "Group of a copy.";
        };
      };
      config.source = lib.mkIf (config.text != null) (
        lib.mkDefault (build.text "etc-${baseNameOf name}" config.text)
      );
    };

  entries = lib.filter (file: file.enable) (lib.attrValues config.environment.etc);
  targets = map (file: file.target) entries;
  part = "[A-Za-z0-9@_+=:,-][A-Za-z0-9@_+=:,.-]*|[.][A-Za-z0-9@_+=:,-][A-Za-z0-9@_+=:,.-]*";
  isSane = target: builtins.match "(${part})(/(${part}))*" target != null;
in
{
  options.environment.etc = mkOption {
    type = types.attrsOf (types.submodule entry);
    default = { };
    example = {
      "motd".text = "Looked after by Steading.";
    };
    description = ''
      Files below `/etc`. A file of the distribution by the same name is kept beside it as `NAME.before-steading`,
      and comes back when the entry is taken out again.
    '';
  };

  config = {
    assertions =
      map (file: {
        assertion = isSane file.target;
        message = "environment.etc.\"${file.target}\": names are relative to /etc, without spaces, `..` or empty parts.";
      }) entries
      ++ map (file: {
        assertion = file.mode == "symlink" || builtins.match "[0-7]{3,4}" file.mode != null;
        message = "environment.etc.\"${file.target}\".mode is \"${file.mode}\": give `symlink` or an octal mode such as \"0644\".";
      }) entries
      ++ map (file: {
        assertion = builtins.match "[A-Za-z0-9_.-]+ [A-Za-z0-9_.-]+" "${file.user} ${file.group}" != null;
        message = "environment.etc.\"${file.target}\": `user` and `group` are names or numbers.";
      }) entries
      ++ map (file: {
        assertion = file.source != null;
        message = "environment.etc.\"${file.target}\" has neither `text` nor `source`.";
      }) entries
      ++ map (target: {
        assertion = lib.count (other: other == target) targets == 1;
        message = "environment.etc: two entries have the target \"${target}\".";
      }) (lib.unique targets)
      ++ map (target: {
        assertion = !lib.any (other: lib.hasPrefix "${target}/" other) targets;
        message = "environment.etc.\"${target}\" is a file, but other entries lie below it as in a folder.";
      }) targets;

    system.build.etc = build.folder "etc" (
      lib.listToAttrs (
        map (file: lib.nameValuePair file.target file.source) (lib.filter (file: file.source != null) entries)
      )
    ) "";
    system.build.etcManifest = build.text "etc-manifest" (
      lib.concatMapStrings (file: "${file.target} ${file.mode} ${file.user} ${file.group}\n") entries
    );

    system.activationScripts.etc.text = ''sh "$systemConfig/lib/setup-etc.sh" "$systemConfig"'';
  };
}
