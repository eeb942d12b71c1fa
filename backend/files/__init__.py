"""The one sealed store for pictures, recordings and documents, and the one entrance of each."""
