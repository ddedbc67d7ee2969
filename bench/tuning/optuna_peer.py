"""Optuna as its documentation advises for this problem: TPE and a pruner over the space that the staged study covers.

Says on file descriptor 3 what to train and hears on standard input how it went, one JSON line each; ends when its input does.
"""

import json
import os
import sys
import warnings

import optuna

request = json.loads(sys.argv[1])
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
answers = os.fdopen(3, "w")
PRUNERS = {
    "median": lambda: optuna.pruners.MedianPruner(),
    "asha": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
}


def say(what, **words):
    print(json.dumps({"say": what, **words}), file=answers, flush=True)


def suggest(trial, name, float=None, log=False, powerOfTwo=None, ordinal=None, choice=None):
    if float is not None:
        return trial.suggest_float(name, *float, log=log)
    if powerOfTwo is not None:
        return 2 ** trial.suggest_int(f"{name}Log2", *powerOfTwo)
    if ordinal is not None:
        return ordinal[trial.suggest_int(f"{name}Index", 0, len(ordinal) - 1)]
    return trial.suggest_categorical(name, choice)


def objective(trial):
    hparams = {name: suggest(trial, name, **dimension) for name, dimension in request["space"].items()}
    trial.set_user_attr("hparams", hparams)
    best = None
    for epoch in range(1, request["epochs"] + 1):
        say("train", trial=trial.number, epoch=epoch, hparams=hparams)
        line = sys.stdin.readline()
        if line == "":
            trial.study.stop()
            raise optuna.TrialPruned
        told = json.loads(line)
        if told["valLoss"] is None:
            # A finding, not a crash: worse than anything.
            return 1e6 if best is None else best
        best = told["valLoss"] if best is None else min(best, told["valLoss"])
        trial.report(told["valLoss"], epoch)
        if told["ended"]:
            break
        if trial.should_prune():
            raise optuna.TrialPruned
    return best


def tell_best(study, trial):
    if trial.state == optuna.trial.TrialState.COMPLETE and study.best_trial.number == trial.number:
        say("best", hparams=trial.user_attrs["hparams"])


say("version", version=optuna.__version__)
sampler = optuna.samplers.TPESampler(seed=request["seed"], multivariate=True)
study = optuna.create_study(sampler=sampler, pruner=PRUNERS[request["pruner"]]())
study.optimize(objective, n_trials=None, callbacks=[tell_best])
