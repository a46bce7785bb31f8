import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../domain/failure.ts';
import { suggestion } from '../domain/nearest-name.ts';
import type { FunctionRef } from '../engines/engine.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import { isFunctionFile } from '../spec/map.ts';
import type { MapCall } from '../spec/parse-spec.ts';
import type { TableSpec } from '../spec/spec.ts';
import { bundleFunction } from './bundle-function.ts';

/** What is applied: as engines know it, and as its user does. */
export type AppliedFunction = {
  readonly fn: Pick<FunctionRef, 'name' | 'module'>;
  /** Its name, or the path that the spec gives. */
  readonly name: string;
  /** Of a user's file. */
  readonly path: string | null;
};

/** Bundles a user's file into `folder`; a built-in function is there. */
export async function findFunction(
  { function: name }: MapCall,
  { baseFolder, folder }: { readonly baseFolder: string; readonly folder: string },
): Promise<AppliedFunction> {
  if (!isFunctionFile(name)) return { fn: { name }, name, path: null };
  const path = resolve(baseFolder, name);
  const module = await bundleFunction(path, folder);
  return { fn: { name: 'default', module }, name, path };
}

/** Built-in functions that compute with numbers only. */
const OF_NUMBERS: readonly string[] = ['ks_test', 'anova', 'kruskal', 'adf'];

/**
 * The columns that a function is given: all but dropped ones, or those that its arguments name. Throws
 * `Failure('invalid-spec')` where a built-in function is told of a column that is not there or holds something else.
 */
export function columnsGiven(
  columns: readonly SnapshotColumn[],
  { map, spec }: { readonly map: MapCall; readonly spec: TableSpec },
): readonly string[] {
  const left = columns.filter(({ name }) => !spec.columns.drop.includes(name));
  if (isFunctionFile(map.function)) return left.map(({ name }) => name);
  const { columns: asked, group } = map.args as {
    readonly columns?: readonly string[];
    readonly group?: string;
  };
  for (const name of [...(asked ?? []), ...(group === undefined ? [] : [group])]) {
    const kind = left.find((column) => column.name === name)?.kind;
    if (kind === undefined) throw unknownColumn(name, left);
    if (name !== group && kind !== 'number' && OF_NUMBERS.includes(map.function))
      throw new Failure(
        'invalid-spec',
        `\`map.args.columns\`: \`${name}\` holds ${kind === 'time' ? 'times' : 'text'}, and \`${map.function}\` compares numbers.`,
      );
  }
  if (asked === undefined) return left.map(({ name }) => name);
  return [...new Set([...asked, group, spec.time])].filter((name) => name !== undefined);
}

function unknownColumn(name: string, columns: readonly SnapshotColumn[]): Failure {
  const names = columns.map((column) => column.name);
  const list = names.map((one) => `\`${one}\``).join(', ');
  return new Failure(
    'invalid-spec',
    `\`map.args\` names the column \`${name}\`, which the function is not given. ${suggestion(name, names)}It is given ${list}.`,
  );
}

/** `risk.ts:12:9`: the first place of a stack that lies beside the user's file or below; null where there is none. */
export function placeInFile(stack: string | undefined, path: string | null): string | null {
  if (stack === undefined || path === null) return null;
  const home = `${dirname(path)}/`;
  for (const [, found = '', line, column] of stack.matchAll(/\(?([^\s()]+):(\d+):(\d+)\)?$/gm)) {
    const file = found.startsWith('file:') ? fileURLToPath(found) : found;
    if (file.startsWith(home) && !file.includes('/node_modules/'))
      return `${file.slice(home.length)}:${line}:${column}`;
  }
  return null;
}
