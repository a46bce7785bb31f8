import type { Engine } from './engine.ts';
import type { RuntimePlace } from './spark/runtime/runtime.ts';
import type { SparkEngine } from './spark/spark-engine.ts';

/** What tells one engine from another. */
export type EngineSetting =
  | { readonly kind: 'local'; readonly threads: number }
  | {
      readonly kind: 'spark';
      /** May hold a token: never to be shown. */
      readonly remote: string;
      readonly runtime: RuntimePlace;
    };

/** The engines of this process: one for each setting, loaded when first asked for, for as long as the process lives. */
export class OpenEngines {
  readonly #cacheFolder: string;
  readonly #engines = new Map<string, Promise<Engine>>();

  /** `cacheFolder`: where what is sent to clusters is kept. */
  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
  }

  /** Throws `Failure('invalid-spec')` for an address that makes no sense; an engine connects at its first job. */
  engine(setting: Extract<EngineSetting, { readonly kind: 'spark' }>): Promise<SparkEngine>;
  engine(setting: EngineSetting): Promise<Engine>;
  engine(setting: EngineSetting): Promise<Engine> {
    const name = JSON.stringify(setting);
    const engine = this.#engines.get(name) ?? this.#create(setting);
    this.#engines.set(name, engine);
    return engine;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#engines.values());
    const engines = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all(engines.map((engine) => engine.close()));
  }

  async #create(setting: EngineSetting): Promise<Engine> {
    if (setting.kind === 'local') {
      const { LocalEngine } = await import('./local/local-engine.ts');
      return new LocalEngine({ threads: setting.threads });
    }
    const { remote, runtime } = setting;
    const [{ SparkEngine }, { locateRuntime }] = await Promise.all([
      import('./spark/spark-engine.ts'),
      import('./spark/runtime/runtime.ts'),
    ]);
    return new SparkEngine({ remote, runtime: () => locateRuntime(runtime, this.#cacheFolder) });
  }
}
