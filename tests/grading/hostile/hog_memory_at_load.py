# expect: memory|zero|crash; points: 0
# fills its memory while it is loaded
hog = [bytearray(10_000_000) for _ in range(10_000)]
