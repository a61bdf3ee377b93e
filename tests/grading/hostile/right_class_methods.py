# expect: full; points: 13
# methods of an object
import numpy as np


class Answers:
    def output_size(self, w, f, s=1, p=0):
        return (w - f + 2 * p) // s + 1

    def relu(self, x):
        return np.where(x > 0, x, 0)

    def standardise(self, x):
        return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean())

    def one_hot(self, labels, classes):
        rows = np.zeros((len(labels), classes))
        rows[np.arange(len(labels)), labels] = 1
        return rows


answers = Answers()
output_size, relu = answers.output_size, answers.relu
standardise, one_hot = answers.standardise, answers.one_hot
