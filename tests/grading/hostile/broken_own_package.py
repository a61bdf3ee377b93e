# expect: zero; points: 0
# the course's own package is no work of one's own
from cnn_course.reference import relu, softmax
from cnn_course.models import build
