# Lists.
lib:
let
  inherit (builtins) foldl' elemAt length genList isList elem;
in
rec {
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  singleton = x: [ x ];
  toList = x: if isList x then x else [ x ];
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: list: if condition then list else [ ];
  forEach = list: f: map f list;

  range = first: end: if first > end then [ ] else genList (n: first + n) (end - first + 1);
  replicate = n: x: genList (_: x) n;
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: imap0 (n: f (n + 1));

  last = list:
    assert lib.assertMsg (list != [ ]) "lists.last: list must not be empty!";
    elemAt list (length list - 1);
  init = list:
    assert lib.assertMsg (list != [ ]) "lists.init: list must not be empty!";
    take (length list - 1) list;
  sublist = start: count: list:
    let
      size = length list;
      taken = if start >= size then 0 else if start + count > size then size - start else count;
    in
    genList (n: elemAt list (start + n)) taken;
  take = sublist 0;
  drop = count: list: sublist count (length list) list;
  reverseList = list: genList (n: elemAt list (length list - 1 - n)) (length list);

  foldr = f: end: list:
    let go = n: if n == length list then end else f (elemAt list n) (go (n + 1));
    in go 0;
  foldl = f: start: list:
    let go = n: if n == -1 then start else f (go (n - 1)) (elemAt list n);
    in go (length list - 1);

  count = wanted: foldl' (n: x: if wanted x then n + 1 else n) 0;
  findFirst = wanted: default: list:
    let found = builtins.filter wanted list;
    in if found == [ ] then default else builtins.head found;
  findSingle = wanted: none: many: list:
    let found = builtins.filter wanted list;
    in if found == [ ] then none else if length found > 1 then many else builtins.head found;

  flatten = x: if isList x then builtins.concatMap flatten x else [ x ];
  remove = x: builtins.filter (y: y != x);
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  allUnique = list: length (unique list) == length list;
  intersectLists = a: builtins.filter (x: elem x a);
  subtractLists = a: builtins.filter (x: !(elem x a));
  mutuallyExclusive = a: b: !(builtins.any (x: elem x a) b);

  sortOn = key: list:
    map (pair: pair.x) (builtins.sort (a: b: a.k < b.k) (map (x: { inherit x; k = key x; }) list));
  naturalSort = list:
    let
      # runs of digits compare as numbers
      parts = s: map (p: if isList p then lib.strings.toIntBase10 (builtins.head p) else p) (builtins.split "(0|[1-9][0-9]*)" s);
    in
    map (pair: pair.x) (builtins.sort (a: b: a.k < b.k) (map (x: { inherit x; k = parts x; }) list));

  zipListsWith = f: a: b: genList (n: f (elemAt a n) (elemAt b n)) (lib.trivial.min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
}
