// Replaced when the target's first file lands.
