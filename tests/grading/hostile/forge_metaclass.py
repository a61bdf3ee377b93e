# expect: zero; points: 0
# a class whose name and checks lie
class Meta(type):
    def __instancecheck__(cls, x):
        return True
    def __subclasscheck__(cls, x):
        return True
    @property
    def __name__(cls):
        return 'int'


class Evil(metaclass=Meta):
    pass


output_size = relu = standardise = one_hot = lambda *a, **k: Evil()
