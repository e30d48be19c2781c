"""The world outside: a small HTTP service that plays a city's registries, invoice platform, treasury and letter box."""
