# expect: zero; points: 0
# HTML and terminal codes as an answer
output_size = relu = standardise = one_hot = lambda *a, **k: '<script>alert(1)</script>\x1b[2J\u202e=cmd|calc'
