import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { referencedVariable, SECRET_REFERENCE } from './secret-reference.ts';

/** A token in it would be a secret, which a spec does not hold. */
const REMOTE = /^sc:\/\/[^\s;]+(\/?;(?!.*\btoken=)\S*)?$/;

const runtimeSchema = z
  .strictObject({
    archive: z
      .string()
      .regex(/^[\w.-]+$/)
      .optional()
      .describe('Folder name of an archive that the cluster unpacks: `spark.archives=…#NAME`.'),
    image: z
      .string()
      .startsWith('/')
      .optional()
      .describe('Folder on every node or in its image where the runtime lies unpacked.'),
  })
  .refine(({ archive, image }) => archive === undefined || image === undefined, {
    message: 'Give either `archive` or `image`.',
  });

export const engineSchema = z.strictObject({
  kind: z.enum(['local', 'spark']).default('local').describe('Where partitions are processed.'),
  threads: z
    .union([z.literal('auto'), z.int().min(1).max(1024)])
    .default('auto')
    .describe('Worker threads of `local`; `auto`: one per core. Results do not depend on it.'),
  remote: z
    .string()
    .refine((text) => SECRET_REFERENCE.test(text) || REMOTE.test(text), {
      message:
        'Write sc://host:port, or a reference such as ${env:SPARK_REMOTE} where a token belongs to it; a spec holds no secrets.',
    })
    .optional()
    .describe('Spark Connect server of `spark`: sc://host:port, or a reference.'),
  runtime: runtimeSchema
    .optional()
    .describe('How the program of Partita comes to executors. Left out: it is sent to them.'),
});

type EngineSpec = z.output<typeof engineSchema>;

/** The environment variable that the engine's address needs; `undefined` when it needs none. */
export function variableOfEngine({ kind, remote }: EngineSpec): string | undefined {
  return kind === 'local' || remote === undefined ? undefined : referencedVariable(remote);
}

/**
 * The address of the Spark Connect server, which may hold a token. Throws `Failure('invalid-spec')` when there is none, or
 * naming the variable that is not set.
 */
export function resolveRemote(
  engine: EngineSpec,
  secrets: (name: string) => string | undefined,
): string {
  const variable = variableOfEngine(engine);
  const remote = variable === undefined ? engine.remote : secrets(variable);
  if (remote !== undefined && remote !== '') return remote;
  throw new Failure(
    'invalid-spec',
    variable === undefined
      ? '`engine.kind: spark` needs `engine.remote: sc://host:port`.'
      : `\`engine.remote\` refers to the environment variable ${variable}, which is not set.`,
  );
}
