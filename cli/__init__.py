"""The duifu command."""
