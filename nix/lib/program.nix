/**
  The program of a secret that a script makes: bash in its strict mode, with nothing in its PATH but what was asked for.

  With nixpkgs' `pkgs` it is made of nixpkgs; with those that `programs.nix` gives where there is no nixpkgs, of the
  building machine's own bash.

  # Inputs

  `name`

  : Name of the secret.

  `script`

  : Text of the script.

  `runtimeInputs`

  : Function of `pkgs` that gives the packages in its PATH.

  # Type

  ```
  program :: { name, script, runtimeInputs } -> {
    derivation :: Derivation;
    path :: String;       # of the program in it
    inputs :: [String];   # names of what is in its PATH, without versions
  }
  ```
*/
{ lib, pkgs }:

{
  name,
  script,
  runtimeInputs,
}:

let
  packages = runtimeInputs pkgs;
  # an empty PATH would be the folder that it starts in
  searched = if packages == [ ] then "/var/empty" else lib.makeBinPath packages;
  file = "secret-${lib.concatStringsSep "_" (lib.filter builtins.isString (builtins.split "[^A-Za-z0-9+._-]+" name))}";

  # `coreutils`: where its programs are
  text = shell: coreutils: ''
    #!${shell}
    set -euo pipefail
    umask 077
    export PATH=${lib.escapeShellArg searched}

    TMP_DIR=$(${coreutils}/mktemp --directory "''${XDG_RUNTIME_DIR:?is where files in memory go}/secret.XXXXXX")
    readonly TMP_DIR
    trap '${coreutils}/rm -rf -- "$TMP_DIR"' EXIT
    readonly WORKING_DIR="$PWD"

    # read_secret NAME: prints one of the secrets that the declaration names
    read_secret() {
      if [[ ! -f "''${SECRETS_DIR-}/$1" ]]; then
        echo "read_secret: $1 is not named in generation.script.secrets" >&2
        return 1
      fi
      ${coreutils}/cat -- "$SECRETS_DIR/$1"
    }

    ${script}
  '';

  ofNixpkgs = pkgs.writeTextFile {
    name = file;
    executable = true;
    destination = "/bin/${file}";
    text = text pkgs.runtimeShell "${pkgs.coreutils}/bin";
    checkPhase = ''${pkgs.stdenv.shellDryRun} "$target"'';
    meta.mainProgram = file;
  };

  ofTheMachine = pkgs.build.folder file {
    "bin/${file}" = pkgs.build.script file (text "/bin/bash" "/bin");
  } ''/bin/bash -n "$out/bin/${file}"'';

  # a package may be a path in the store, which has no name of its own
  nameOf =
    package:
    if package ? pname then
      package.pname
    else if package ? name then
      lib.getName package
    else
      builtins.unsafeDiscardStringContext (baseNameOf (toString package));
in
rec {
  derivation = if pkgs ? writeTextFile then ofNixpkgs else ofTheMachine;
  path = "${derivation}/bin/${file}";
  inputs = map nameOf packages;
}
