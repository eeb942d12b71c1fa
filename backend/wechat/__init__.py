"""WeChat: what we ask of it, the one real client, the reading of its pushes, and an emulator as strict."""
