"""Opens what `stepwell export` wrote of the sample study, and says what is in it; fails where it is not what was written."""
import json
import sys
from pathlib import Path

import optuna
import pyarrow.parquet
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

FOLDER = Path(sys.argv[1])
NAME = "digits/regularization-sweep"
STATES = ["COMPLETE", "COMPLETE", "PRUNED", "FAIL", "COMPLETE", "RUNNING"]
VALUES = [0.61, 0.55, 0.9, None, 0.52, None]


def check_study(storage):
    study = optuna.load_study(study_name=NAME, storage=storage)
    trials = study.get_trials()
    assert [trial.state.name for trial in trials] == STATES, trials
    assert [trial.value if trial.values else None for trial in trials] == VALUES, trials
    assert trials[1].params == {"weightDecay": 3.1e-4, "regularizer": "dropout", "dropoutRate": 0.25, "flip": 0}, trials[1]
    assert "weightDecay" not in trials[0].params and trials[0].user_attrs["hparams"]["weightDecay"] == 0
    assert trials[4].user_attrs["trial"] == "regularization-sweep/004.2" and trials[4].user_attrs["hash"] == "ab12"
    assert study.best_value == 0.52 and study.direction.name == "MINIMIZE"
    optuna.importance.get_param_importances(study, evaluator=optuna.importance.PedAnovaImportanceEvaluator(), params=["flip"])
    # The search goes on in the same space: Optuna refuses a parameter whose distribution does not fit the earlier ones.
    goes_on = lambda trial: trial.suggest_float("weightDecay", 1e-6, 1e-2, log=True) + len(trial.suggest_categorical("regularizer", ["none", "dropout"]))  # noqa: E731
    study.optimize(goes_on, n_trials=3)
    return len(study.get_trials())


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sqlite = check_study(f"sqlite:///{FOLDER / 'optuna-sqlite.db'}")
    journal = check_study(JournalStorage(JournalFileBackend(str(FOLDER / "optuna-journal.log"))))
    table = pyarrow.parquet.read_table(FOLDER / "parquet.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types["score"] == "double" and types["reused"] == "bool" and types["trial"] == "string", types
    assert table.num_rows == 9 and table.column("score").to_pylist()[1] == 0.61
    print(json.dumps({"optuna": optuna.__version__, "pyarrow": pyarrow.__version__, "trials": {"sqlite": sqlite, "journal": journal, "parquet": table.num_rows}}))


main()
