import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { belongsTo, findPostgresHome } from './postgres-home.ts';

/** What a stack keeps in its `.partita` folder. Programs that were fetched are nobody's data, and other files not ours. */
const KEPT = [
  'postgres',
  'postgres.path',
  'postgres.password',
  'temporal',
  'objects',
  'reports',
  'results',
  'log',
];

/**
 * Removes all that a stopped stack has kept: the database, also where it lies outside because its user could not reach
 * the folder, models, reports and logs. Returns what was removed; the second time nothing.
 */
export function removeData(partitaFolder: string): readonly string[] {
  const { folder: home } = findPostgresHome(partitaFolder);
  const outside = belongsTo(home, partitaFolder) ? [home] : [];
  const places = [...outside, ...KEPT.map((name) => join(partitaFolder, name))];
  return places.filter((place) => {
    if (!existsSync(place)) return false;
    rmSync(place, { recursive: true });
    return true;
  });
}
