"""How much: steps in exact rationals, limits as accounts, pools that are shared."""
