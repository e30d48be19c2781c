"""The outside world for workflows, behind the ports that workflows own."""
