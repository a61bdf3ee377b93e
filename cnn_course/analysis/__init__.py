"""Numbers about networks, runs and curves: these modules return rows and arrays, they never print or draw."""
