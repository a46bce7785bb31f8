import { afterEach, describe, expect, it } from 'vitest';
import { FakeJvm } from '../../../support/fake-jvm.ts';
import { descendants, gone } from '../../../support/processes.ts';
import { frame, misbehave, oneRowEach } from '../../../support/worker-commands.ts';

describe('a daemon', () => {
  it('kills the worker of a cancelled task with all it started, and nobody else', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon();
    const busy = await jvm.connect();
    const other = await jvm.connect();
    busy.sendHead(misbehave(jvm, ['loop']));
    busy.sendGroups(frame, oneRowEach(1));
    const family = descendants(busy.pid);
    jvm.askToKill(process.pid);
    jvm.askToKill(busy.pid);
    await gone([busy.pid, ...family]);
    const end = await other.run(misbehave(jvm, ['fine']), frame, oneRowEach(1));
    expect(end.outcomes).toMatchObject([{ kind: 'ok' }]);
  });

  it('leaves when it has had no connection for a while, not before', async () => {
    const jvm = track(new FakeJvm('4.1'));
    await jvm.startDaemon({ PARTITA_WORKER_IDLE_MS: '50' });
    expect(await jvm.daemonExit()).toBe(0);
    await jvm.startDaemon({ PARTITA_WORKER_IDLE_MS: '1500' });
    const worker = await jvm.connect();
    const end = await worker.run(misbehave(jvm, ['fine']), frame, oneRowEach(1));
    expect(end.kind).toBe('done');
    worker.socket.destroy();
    expect(await jvm.daemonExit()).toBe(0);
    await gone([worker.pid]);
  });

  it.each(['closes its standard input', 'ends it'])(
    'takes its workers with it when the JVM %s',
    async (how) => {
      const jvm = track(new FakeJvm('4.1', 'Unix sockets'));
      await jvm.startDaemon();
      const worker = await jvm.connect();
      worker.sendHead(misbehave(jvm, ['loop']));
      worker.sendGroups(frame, oneRowEach(1));
      const family = descendants(jvm.daemonPid);
      if (how === 'ends it') process.kill(jvm.daemonPid, 'SIGTERM');
      else jvm.endStdin();
      expect(await jvm.daemonExit()).toBe(0);
      await gone(family);
    },
  );
});

const jvms: FakeJvm[] = [];
afterEach(async () => {
  await Promise.all(jvms.splice(0).map((jvm) => jvm.close()));
});

function track(jvm: FakeJvm): FakeJvm {
  jvms.push(jvm);
  return jvm;
}
