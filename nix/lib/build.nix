/**
  Derivations of plain files, without nixpkgs: text, scripts and folders of links.

  They run `/bin/sh` with the tools of `path`. By default these are the building machine's own, which Nix's sandbox
  hides: it has to be off there, or `shell` and `path` name a shell and coreutils from the store.

  # Type

  ```
  build :: { system :: String; shell ? "/bin/sh"; path ? "/usr/bin:/bin"; } -> { text; script; folder; }
  ```
*/
{
  system,
  shell ? "/bin/sh",
  path ? "/usr/bin:/bin",
}:

let
  # a name that the store allows
  storeName =
    name:
    let
      allowed = builtins.concatStringsSep "-" (
        builtins.filter builtins.isString (builtins.split "[^A-Za-z0-9+._?=-]+" name)
      );
    in
    builtins.substring 0 200 (if builtins.match "[.].*" allowed == null then allowed else "-${allowed}");

  derive =
    name: attributes: command:
    derivation (
      {
        name = storeName name;
        inherit system;
        builder = shell;
        args = [
          "-euc"
          command
        ];
        PATH = path;
        # nothing here is worth a trip to a builder or a cache
        preferLocalBuild = true;
        allowSubstitutes = false;
      }
      // attributes
    );

  withText = text: {
    inherit text;
    passAsFile = [ "text" ];
  };
in
rec {
  /**
    A file with a text.

    # Type

    ```
    text :: String -> String -> Derivation
    ```
  */
  text = name: content: derive name (withText content) ''cp "$textPath" "$out"'';

  /**
    A program: a text that begins with `#!`, or a shell script.

    # Type

    ```
    script :: String -> String -> Derivation
    ```
  */
  script =
    name: content:
    derive name (withText (
      if builtins.substring 0 2 content == "#!" then content else "#!/bin/sh -e\n${content}"
    )) ''cp "$textPath" "$out"; chmod +x "$out"'';

  /**
    A folder of links, then what further commands put into it. A name may have slashes in it, but nothing that a
    shell would take for more than a name.

    # Type

    ```
    folder :: String -> { [String] :: StorePath } -> String -> Derivation
    ```
  */
  folder =
    name: entries: more:
    derive name
      (withText (
        builtins.concatStringsSep "" (
          map (entry: "${entry} ${entries.${entry}}\n") (builtins.attrNames entries)
        )
      ))
      ''
        mkdir "$out"
        while read -r name target; do
          mkdir -p "$out/$(dirname "$name")"
          ln -s "$target" "$out/$name"
        done < "$textPath"
        ${more}
      '';
}
