"""Measurements, as ratios taken side by side in one run. Nothing here is asserted; see bench/README.md."""
