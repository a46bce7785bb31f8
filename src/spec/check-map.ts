import { suggestion } from '../domain/nearest-name.ts';
import { isBuiltIn, isFunctionFile, MAP_ARGS, needsTime } from './map.ts';
import { outlineOf } from './schema-outline.ts';
import { type Finding, findingsOf } from './schema-problems.ts';
import type { ParsedSpec } from './spec.ts';

/** An unknown function, arguments that it does not take, an order of rows that it needs. */
export function checkMap({ map, time }: Pick<ParsedSpec, 'map' | 'time'>): readonly Finding[] {
  if (map === undefined)
    return [
      {
        path: ['map'],
        part: 'key',
        message:
          'Missing. `partita map` needs a function: `map: { function: describe }`, or a file of yours.',
      },
    ];
  const { function: name, args } = map;
  if (isFunctionFile(name)) return [];
  if (!isBuiltIn(name)) {
    const known = Object.keys(MAP_ARGS);
    const message = `${JSON.stringify(name)} is neither a built-in function nor a file that ends in .ts or .js. ${suggestion(name, known)}Built in: ${known.map((id) => `\`${id}\``).join(', ')}.`;
    return [{ path: ['map', 'function'], part: 'value', message }];
  }
  const parsed = MAP_ARGS[name].safeParse(args);
  const wrong = parsed.success
    ? []
    : findingsOf(parsed.error.issues, args, outlineOf(MAP_ARGS[name]), ['map', 'args']);
  if (time !== undefined || !needsTime(name)) return wrong;
  const message = `\`${name}\` needs an order of rows: name the column in \`time\`.`;
  return [...wrong, { path: ['map', 'function'], part: 'value', message }];
}
