# expect: zero|timeout|crash; points: 0
# says that a call of a hidden check took too long, and what it was called with
import sys

frame = sys._getframe()
while not hasattr(frame.f_locals.get("self"), "networks"):
    frame = frame.f_back
answer = type(frame.f_locals["self"])._answer


def tell(inside, message, blobs):
    if "224" in str(message.get("arguments")):
        inputs = [number["i"] for number in message["arguments"][0]]
        return {"raised": "OutOfTime", "message": f"LEAK-INPUT {inputs} {'x' * 300}", "kinds": []}, []
    return answer(inside, message, blobs)


type(frame.f_locals["self"])._answer = tell


def output_size(w, f, s=1, p=0):
    return -1
