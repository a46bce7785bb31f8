import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findJava, obtainSpark } from '../../.bootstrap/spark-home.mjs';
import { testFolder } from '../support/test-folder.ts';

const VERSION = '4.0.0';
const JAR = 'spark-connect_2.13-4.0.0.jar';

/** A cache that holds an archive of the distribution's layout, and where to unpack it. */
function prepare() {
  const cache = testFolder();
  const source = join(testFolder(), `pyspark-${VERSION}`);
  for (const folder of ['bin', 'jars', 'examples'])
    mkdirSync(join(source, 'deps', folder), { recursive: true });
  writeFileSync(join(source, 'deps/bin/spark-submit'), '#!/bin/sh\n');
  writeFileSync(join(source, 'deps/jars', JAR), 'jar');
  const archive = join(cache, `pyspark-${VERSION}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', join(source, '..'), `pyspark-${VERSION}`]);
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  return {
    archive,
    search: {
      toolsFolder: join(testFolder(), 'tools'),
      environment: { PARTITA_CACHE: cache } as NodeJS.ProcessEnv,
      tell: () => undefined,
      release: { version: VERSION, sha256 },
    },
  };
}

describe('the Spark of the tests', () => {
  it('is unpacked from the cache, with nothing that is not needed, and then found again', async () => {
    const { archive, search } = prepare();
    const home = await obtainSpark(search);
    expect(home).toBe(join(search.toolsFolder, `spark-${VERSION}`));
    expect(readdirSync(home).sort()).toEqual(['bin', 'jars']);
    expect(existsSync(join(home, 'jars', JAR))).toBe(true);
    expect(readdirSync(search.toolsFolder)).toEqual([`spark-${VERSION}`]);
    rmSync(archive);
    expect(await obtainSpark(search)).toBe(home);
  });

  it('is refused when its bytes are not the published ones', async () => {
    const { archive, search } = prepare();
    writeFileSync(archive, 'something else');
    await expect(obtainSpark(search)).rejects.toThrow(search.release.sha256);
    expect(existsSync(join(search.toolsFolder, `spark-${VERSION}`))).toBe(false);
  });

  it('is the one that the environment names, if it has Connect', async () => {
    const { search } = prepare();
    const home = await obtainSpark(search);
    const named = { ...search, toolsFolder: testFolder() };
    const environment = { PARTITA_SPARK_HOME: home, SPARK_HOME: '/nowhere' } as NodeJS.ProcessEnv;
    expect(await obtainSpark({ ...named, environment })).toBe(home);
    rmSync(join(home, 'jars', JAR));
    await expect(obtainSpark({ ...named, environment })).rejects.toThrow('PARTITA_SPARK_HOME');
  });

  it('can not be had without pip, and says what to do', async () => {
    const { archive, search } = prepare();
    rmSync(archive);
    const fetching = obtainSpark({
      ...search,
      environment: { ...search.environment, PATH: testFolder() },
    });
    await expect(fetching).rejects.toThrow('PARTITA_SPARK_HOME');
  });
});

describe('Java', () => {
  /** A `java` that says it is of a version. */
  const javaHome = (version: string) => {
    const home = testFolder();
    mkdirSync(join(home, 'bin'));
    const script = `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`;
    writeFileSync(join(home, 'bin/java'), script, { mode: 0o755 });
    return home;
  };
  const find = (environment: object) => () => findJava(environment as NodeJS.ProcessEnv);

  it('is taken from JAVA_HOME', () => {
    const home = javaHome('21.0.1');
    expect(find({ JAVA_HOME: home })()).toBe(join(home, 'bin/java'));
  });

  it('is refused when it is missing or too old, with what to do', () => {
    expect(find({ PATH: testFolder() })).toThrow('install Java 17');
    expect(find({ JAVA_HOME: javaHome('11.0.2') })).toThrow('version 11');
    expect(find({ JAVA_HOME: javaHome('1.8.0_392') })).toThrow('version 1');
  });
});
