print("dyad: not built yet")
