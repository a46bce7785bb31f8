import type { Engine } from './engine.ts';
import { LocalEngine } from './local/local-engine.ts';
import { locateRuntime, type RuntimePlace } from './spark/runtime/runtime.ts';
import { SparkEngine } from './spark/spark-engine.ts';

/** What tells one engine from another. */
export type EngineSetting =
  | { readonly kind: 'local'; readonly threads: number }
  | {
      readonly kind: 'spark';
      /** May hold a token: never to be shown. */
      readonly remote: string;
      readonly runtime: RuntimePlace;
    };

/** The engines of this process: one for each setting, for as long as the process lives. */
export class OpenEngines {
  readonly #cacheFolder: string;
  readonly #engines = new Map<string, Engine>();

  /** `cacheFolder`: where what is sent to clusters is kept. */
  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
  }

  /** Throws `Failure('invalid-spec')` for an address that makes no sense; an engine connects at its first job. */
  engine(setting: Extract<EngineSetting, { readonly kind: 'spark' }>): SparkEngine;
  engine(setting: EngineSetting): Engine;
  engine(setting: EngineSetting): Engine {
    const name = JSON.stringify(setting);
    const existing = this.#engines.get(name);
    if (existing !== undefined) return existing;
    const created =
      setting.kind === 'local'
        ? new LocalEngine({ threads: setting.threads })
        : new SparkEngine({
            remote: setting.remote,
            runtime: () => locateRuntime(setting.runtime, this.#cacheFolder),
          });
    this.#engines.set(name, created);
    return created;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#engines.values()].map((engine) => engine.close()));
  }
}
