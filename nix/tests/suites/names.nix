# Whatever the stand-in has, nixpkgs' lib has under the same name, with the same kind of value. (Recorded from nixpkgs:
# a name of the stand-in that is missing there shows as a difference.)
{ lib }:
let
  standIn = removeAttrs (import ../../testing/lib) [ "support" ];
  rooms = [ "trivial" "lists" "attrsets" "strings" "asserts" "generators" "meta" "options" "modules" "types" ];
  kinds = mine: theirs: builtins.mapAttrs (name: _: builtins.typeOf theirs.${name}) (builtins.intersectAttrs mine theirs);
in
builtins.listToAttrs
  (map
    (room: {
      name = "in lib.${room}";
      value.expr = kinds standIn.${room} lib.${room};
    })
    rooms)
// {
  "in lib itself".expr = kinds standIn lib;
  "of types.ints".expr = kinds standIn.types.ints lib.types.ints;
}
