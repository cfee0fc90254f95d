# Cases, what became of them, and how that is told.
#
# A suite is a set of cases: `{ expr; expected; }`, `{ expr; throws = true; }`, or `{ expr; }` alone, whose answer is the one
# that nixpkgs' lib gave, recorded in golden/SUITE.json.
{ root }:
let
  inherit (builtins) attrNames concatMap concatStringsSep deepSeq fromJSON length mapAttrs pathExists readFile replaceStrings toJSON tryEval;

  # Answers that name files are the same wherever the tests stand.
  text = value: replaceStrings [ (toString root) ] [ "<tests>" ] (toJSON value);

  answer = expr:
    let tried = tryEval (deepSeq expr (text expr));
    in if tried.success then ''{"value":${tried.value}}'' else ''{"throws":true}'';

  short = s: if builtins.stringLength s > 600 then builtins.substring 0 600 s + "…" else s;
in
rec {
  goldenFile = suite: root + "/golden/${suite}.json";
  golden = suite: if pathExists (goldenFile suite) then fromJSON (readFile (goldenFile suite)) else { };

  judge = suite: name: case:
    let
      actual = answer case.expr;
      recorded = (golden suite).${name} or null;
      wanted =
        if case ? expected then ''{"value":${text case.expected}}''
        else if case.throws or false then ''{"throws":true}''
        else if recorded == null then null
        else toJSON recorded;
    in
    {
      name = "${suite}: ${name}";
      ok = wanted != null && (
        if case ? expected || case ? throws then actual == wanted
        else fromJSON actual == recorded
      );
      detail =
        if wanted == null then "no recorded answer; got ${short actual}"
        else "expected ${short wanted}, got ${short actual}";
    };

  judgeAll = suites: concatMap (suite: builtins.attrValues (mapAttrs (judge suite) suites.${suite})) (attrNames suites);

  # Lines "not ok …" for what failed, then the counts: "COUNT FAILED".
  report = results:
    let failed = builtins.filter (r: !r.ok) results;
    in concatStringsSep "" (map (r: "not ok ${r.name}: ${r.detail}\n") failed)
    + "${toString (length results)} ${toString (length failed)}\n";

  # What golden/SUITE.json is made of, one case a line.
  record = suite:
    let
      open = builtins.filter (name: !(suite.${name} ? expected || suite.${name} ? throws)) (attrNames suite);
      line = name: "${toJSON name}: ${answer suite.${name}.expr}";
    in
    concatStringsSep "" (map (name: line name + "\n") open);
}
