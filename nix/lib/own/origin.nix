/**
  What an evaluation was made of: nixpkgs' library as its modules know it, and the modules.

  Nothing of this is documented by nixpkgs, but for `lib` in what `nixosSystem` returns.
*/
evaluation:

let
  # what a module is called with, asked for by a module
  probe =
    (evaluation.extendModules {
      modules = [
        (
          { lib, ... }:
          {
            options.steadingProbe = lib.mkOption { default = lib; };
          }
        )
      ];
    }).options.steadingProbe.default;
in
{
  /** nixpkgs' library, with what the kind of configuration adds to it. */
  lib = evaluation.lib or probe;

  /** The modules, in their order; none where the evaluation doesn't tell. */
  modules = evaluation.type.functor.payload.modules or [ ];
}
