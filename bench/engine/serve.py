"""The side of a Python contestant: one JSON line in, one on file descriptor 3. The words are those of serve.ts."""

import json
import os
import sys


def serve(trainer_of):
    """Answers until standard input ends. trainer_of(case) makes the data, which is not timed; passes return their seconds."""
    trainer = None
    with os.fdopen(3, "w") as answers:
        for line in sys.stdin:
            question = json.loads(line)
            if question["ask"] == "prepare":
                trainer = trainer_of(question["case"])
                answer = trainer.prepare()
            else:
                answer = {"seconds": getattr(trainer, question["ask"])()}
            print(json.dumps(answer), file=answers, flush=True)
