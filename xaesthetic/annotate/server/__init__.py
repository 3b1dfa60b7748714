"""The server of the annotation page: JSON over HTTP, for one study."""
