# expect: timeout; points: 0
# never ends while it is loaded
while True:
    pass
