"""A witness of somebody else's log: signs a checkpoint only if it extends the last one it signed."""
