"""Trials that take no time, in Optuna with SQLite storage and in Ray Tune: one JSON object with the milliseconds of each trial."""
import json
import os
import sys
import tempfile
import time
import warnings
from functools import partial


# As many as our trials have: `trainer.ts`.
EPOCHS = 10


def optuna_sqlite(trials, parallel, with_curve=False):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial):
        trial.suggest_float("dropoutRate", 0, 0.6)
        trial.suggest_float("weightDecay", 1e-6, 1e-2, log=True)
        for epoch in range(EPOCHS if with_curve else 0):
            trial.report(1 / (epoch + 1), epoch)
        return 0.0

    with tempfile.TemporaryDirectory() as folder:
        study = optuna.create_study(storage=f"sqlite:///{folder}/study.db", sampler=optuna.samplers.RandomSampler(seed=1))
        started = time.perf_counter()
        study.optimize(objective, n_trials=trials, n_jobs=parallel)
        seconds = time.perf_counter() - started
    return {"version": optuna.__version__, "millisecondsPerTrial": 1000 * seconds / trials}


def ray_tune(trials, parallel):
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
    import ray
    from ray import tune

    ray.init(num_cpus=parallel, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    with tempfile.TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            lambda config: {"valLoss": 0.0},
            param_space={"dropoutRate": tune.uniform(0, 0.6), "weightDecay": tune.loguniform(1e-6, 1e-2)},
            tune_config=tune.TuneConfig(num_samples=trials, max_concurrent_trials=parallel, metric="valLoss", mode="min"),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        )
        started = time.perf_counter()
        tuner.fit()
        seconds = time.perf_counter() - started
    ray.shutdown()
    return {"version": ray.__version__, "millisecondsPerTrial": 1000 * seconds / trials}


def main():
    request = json.loads(sys.argv[1])
    warnings.simplefilter("ignore")
    peers = {"optuna-sqlite": optuna_sqlite, "optuna-sqlite-with-curve": partial(optuna_sqlite, with_curve=True), "ray-tune": ray_tune}
    answer = peers[request["peer"]](request["trials"], request["parallel"])
    # Libraries write to standard output as they like.
    with os.fdopen(3, "w") as answers:
        print(json.dumps(answer), file=answers)


main()
