import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { observeStudy } from '../../../workers/client';
import type { StudyClient } from '../../../workers/client';
import { askStudy, changeVerb } from '../../change-study';
import type { ChangeOptions } from '../../change-study';
import { unlessInterrupted } from '../../interrupt';
import type { Interrupt } from '../../interrupt';

const LOOK_EVERY_MILLISECONDS = 250;

export function pause(program: Command): void {
  changeVerb(
    program,
    'pause',
    'have running trials write checkpoints and free their devices, until stepwell resume: minutes or weeks',
  ).action((name: string, options: ChangeOptions) =>
    askStudy(options, {
      name,
      change: 'pause',
      input: {},
      then: (client, interrupt) => devicesAreFree(client, name, interrupt),
      said: () => `study ${name} is paused and its devices are free; go on with: stepwell resume ${name}`,
    }),
  );
}

/** Waits until the last trial has written its checkpoint; or until the study ends or somebody else has it go on. */
async function devicesAreFree(client: StudyClient, name: string, interrupt: Interrupt): Promise<void> {
  const look = observeStudy(client, name);
  for (;;) {
    const { trials, status, progress } = await unlessInterrupted(interrupt, look());
    const last = progress?.changes.at(-1)?.what;
    if (trials.length === 0 || status !== 'RUNNING' || last === 'resume' || last === 'cancel') return;
    await unlessInterrupted(interrupt, delay(LOOK_EVERY_MILLISECONDS));
  }
}
