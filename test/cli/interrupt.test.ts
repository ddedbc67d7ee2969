import { listenForInterrupt, unlessInterrupted } from '../../cli/interrupt';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe('an interrupt', () => {
  test.each(SIGNALS)('by %s ends what is waited for, with the message and exit 130', async (name) => {
    const interrupt = listenForInterrupt(() => 'stopped');
    const waiting = unlessInterrupted(interrupt, new Promise<never>(() => undefined));
    process.emit(name);
    await expect(waiting).rejects.toMatchObject({ message: 'stopped', exit: 'interrupted' });
    interrupt.release();
  });

  test('that came before ends the next wait at once', async () => {
    const interrupt = listenForInterrupt(() => 'stopped');
    process.emit('SIGINT');
    await expect(unlessInterrupted(interrupt, Promise.resolve(1))).rejects.toThrow('stopped');
    interrupt.release();
  });

  test('for the second time ends the process', () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const interrupt = listenForInterrupt(() => 'stopped');
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
    interrupt.release();
    exit.mockRestore();
  });

  test('for the second time leaves a command that has processes of its own the time to end them by force, until the third', () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const said = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const interrupt = listenForInterrupt(
      () => 'stopped',
      () => 'servers still run',
    );
    process.emit('SIGINT');
    expect(interrupt.atOnce.aborted).toBe(false);
    process.emit('SIGINT');
    expect([interrupt.atOnce.aborted, exit.mock.calls]).toEqual([true, []]);
    process.emit('SIGINT');
    expect([exit.mock.calls, said.mock.calls]).toEqual([[[130]], [['servers still run\n']]]);
    interrupt.release();
    exit.mockRestore();
    said.mockRestore();
  });

  test('that never comes changes nothing, and leaves no listener behind', async () => {
    const before = SIGNALS.map((name) => process.listenerCount(name));
    const interrupt = listenForInterrupt(() => 'stopped');
    expect(await unlessInterrupted(interrupt, Promise.resolve(7))).toBe(7);
    await expect(unlessInterrupted(interrupt, Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    interrupt.release();
    expect(SIGNALS.map((name) => process.listenerCount(name))).toEqual(before);
  });
});
