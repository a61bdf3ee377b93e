"""Which runs are set beside each other."""

from cnn_course.analysis.runs import best_runs


def run(model="a", accuracy=0.5, macs=100, parameters=10, data="cifar10", **more):
    return {
        "model": model,
        "val_accuracy": accuracy,
        "macs": macs,
        "parameters": parameters,
        "data": data,
    } | more


def test_best_run_of_each_network_is_kept():
    rows = [run(accuracy=0.5), run(accuracy=0.7), run(accuracy=0.6), run("b", 0.4, macs=50)]
    assert [(row["model"], row["val_accuracy"]) for row in best_runs(rows)] == [("b", 0.4), ("a", 0.7)]


def test_networks_of_one_name_but_different_size_are_two():
    assert (
        len(best_runs([run(macs=100), run(macs=200), run(macs=200, parameters=20), run(data="digits")])) == 4
    )


def test_runs_without_an_accuracy_and_damaged_records_are_left_out():
    damaged = dict.fromkeys(("data", "val_accuracy", "macs", "parameters")) | {
        "model": "a",
        "status": "damaged record",
    }
    assert best_runs([run(accuracy=None), damaged]) == []
