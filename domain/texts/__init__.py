"""What refusals say, by what they are about: the code, then in each language the rule and the way forward."""
