"""The use cases: each public function is one of them, and one transaction."""
