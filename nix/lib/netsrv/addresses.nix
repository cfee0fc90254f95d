/**
  Internet addresses as numbers: their bytes, and what DNS calls them.
*/
{ lib }:

let
  inherit (builtins)
    elemAt
    filter
    genList
    isString
    length
    match
    split
    stringLength
    ;

  splitAt = separator: text: filter isString (split separator text);

  octets =
    text:
    let
      parts = splitAt "\\." text;
      isOctet = part: match "[0-9]{1,3}" part != null && lib.toIntBase10 part <= 255;
    in
    if length parts == 4 && lib.all isOctet parts then map lib.toIntBase10 parts else null;

  # eight groups of four digits
  groups =
    text:
    let
      halves = splitAt "::" text;
      words = half: if half == "" then [ ] else splitAt ":" half;
      left = words (lib.head halves);
      right = if length halves == 2 then words (lib.last halves) else [ ];
      missing = 8 - length left - length right;
      all = left ++ genList (_: "0") (if length halves == 2 then missing else 0) ++ right;
      isGroup = group: match "[0-9a-f]{1,4}" group != null;
      full = group: lib.concatStrings (genList (_: "0") (4 - stringLength group)) + group;
    in
    if length halves <= 2 && (length halves == 1 || missing > 0) && length all == 8 && lib.all isGroup all then
      map full all
    else
      null;

  nibbles = text: lib.stringToCharacters (lib.concatStrings (groups text));
  reversed = parts: lib.concatStringsSep "." (lib.reverseList parts);
in
rec {
  /** Says whether a text is an IPv4 address (`10.77.0.14`). */
  isIPv4 = text: octets text != null;

  /** Says whether a text is an IPv6 address (`fd00:77::14`), without a zone or a length. */
  isIPv6 = text: groups (lib.toLower text) != null;

  /** Says whether a text is an address. */
  isAddress = text: isIPv4 text || isIPv6 text;

  /** Says whether an address means something on its own host or link only. */
  isLocal =
    text:
    if isIPv4 text then
      elemAt (octets text) 0 == 127
    else
      match "0{31}1|fe[89ab].*" (lib.concatStrings (nibbles (lib.toLower text))) != null;

  /** An address as the host of a URL has it. */
  inURL = text: if isIPv6 text then "[${text}]" else text;

  /**
    The reverse zone that an address is in, and its name there: a zone for each 256 addresses of IPv4, and for each
    network (/64) of IPv6.

    # Type

    ```
    reverse :: String -> { zone :: String; name :: String; }
    ```

    # Examples

    ```nix
    reverse "10.77.0.14" => { zone = "0.77.10.in-addr.arpa"; name = "14"; }
    ```
  */
  reverse =
    text:
    if isIPv4 text then
      let
        bytes = map toString (octets text);
      in
      {
        zone = "${reversed (lib.take 3 bytes)}.in-addr.arpa";
        name = elemAt bytes 3;
      }
    else
      let
        digits = nibbles (lib.toLower text);
      in
      {
        zone = "${reversed (lib.take 16 digits)}.ip6.arpa";
        name = reversed (lib.drop 16 digits);
      };
}
