/**
  Rules for names, and guesses for names that are nearly right.
*/
{ lib }:

let
  inherit (builtins)
    elemAt
    filter
    foldl'
    genList
    head
    length
    match
    stringLength
    substring
    ;

  min = a: b: if a < b then a else b;
  charsOf = text: genList (i: substring i 1 text) (stringLength text);
in
rec {
  /**
    Says whether a host may be called so: a single host name label (letters, digits, `-`, and `_`,
    which many networks have), at most 63 characters. Dots are left to `deployment.targetHost`:
    the name of a host is also an attribute, a selector and an SSH alias.

    # Type

    ```
    isHostName :: String -> Bool
    ```

    # Examples

    ```nix
    isHostName "web-1"       => true
    isHostName "web.example" => false
    ```
  */
  isHostName = name: match "[A-Za-z0-9][A-Za-z0-9_-]*" name != null && stringLength name <= 63;

  /**
    Returns the name if a host may be called so, or throws and says what to write instead.

    # Type

    ```
    checkHostName :: { name :: String; place :: String; } -> String
    ```
  */
  checkHostName =
    { name, place }:
    if isHostName name then
      name
    else
      throw "steading: ${place}: `${name}` can't be the name of a host: it may have letters, digits, `-` and `_`, starts with a letter or digit, and has at most 63 characters. Rename it (an address with dots belongs into `deployment.targetHost`; a name that ends in `.off` is skipped).";

  /**
    Counts the insertions, deletions and replacements that turn one text into another.

    # Type

    ```
    editDistance :: String -> String -> Int
    ```

    # Examples

    ```nix
    editDistance "nixso" "nixos" => 2
    ```
  */
  editDistance =
    from: to:
    let
      firstRow = genList (i: i) (stringLength to + 1);
      nextRow =
        row: char:
        foldl' (
          done: i:
          done
          ++ [
            (min (min (elemAt done i + 1) (elemAt row (i + 1) + 1)) (
              elemAt row i + (if substring i 1 to == char then 0 else 1)
            ))
          ]
        ) [ (head row + 1) ] (genList (i: i) (stringLength to));
      lastRow = foldl' nextRow firstRow (charsOf from);
    in
    elemAt lastRow (length lastRow - 1);

  /**
    Finds the candidate that is nearest to a text, if one is near enough to be meant (two edits).

    # Type

    ```
    nearest :: [ String ] -> String -> String | Null
    ```
  */
  nearest =
    candidates: text:
    let
      near = filter (c: editDistance c text <= 2) candidates;
      better = a: b: if editDistance b text < editDistance a text then b else a;
    in
    if near == [ ] then null else foldl' better (head near) near;

  /**
    Whether a secret, or a mount, can be called so: a name becomes a file's, and its slashes folders.

    # Type

    ```
    isSecretName :: String -> Bool
    ```
  */
  isSecretName =
    name:
    let
      isPart = part: part != "" && part != "." && part != ".." && stringLength part <= 200;
    in
    builtins.match ".*[[:cntrl:]].*" name == null && lib.all isPart (lib.splitString "/" name);

  /**
    Ends an error message with a guess, when there is one.

    # Type

    ```
    didYouMean :: [ String ] -> String -> String
    ```

    # Examples

    ```nix
    didYouMean [ "nixos" "linux" ] "nixso" => " Did you mean `nixos`?"
    ```
  */
  didYouMean =
    candidates: text:
    let
      guess = nearest candidates text;
    in
    lib.optionalString (guess != null) " Did you mean `${guess}`?";
}
