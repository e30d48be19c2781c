"""One log stream: structlog for our lines and for Temporal's."""
