import { join } from 'node:path';
import { type AssetReading, assetActivity } from '../../examples/mining/asset-activity.ts';
import { Failure } from '../domain/failure.ts';
import { packageRoot } from '../embedded/package-root.ts';
import { type LoadColumn, loadTable } from '../stores/postgres/load-table.ts';

const MINE = { seed: 7, days: 5 };

const TYPES: { readonly [name in keyof AssetReading]: LoadColumn['type'] } = {
  reading_id: 'bigint',
  recorded_at: 'timestamptz',
  asset_type: 'text',
  asset: 'text',
  engine_rpm: 'double precision',
  ground_speed: 'double precision',
  fuel_rate: 'double precision',
  hydraulic_pressure: 'double precision',
  bucket_load: 'double precision',
  vibration: 'double precision',
  coolant_temperature: 'double precision',
  shift: 'text',
  status: 'text',
};

/** The classic case: five days of a mine's asset activity, made from a seed, in a Postgres table. Returns its spec's path. */
export async function loadMiningExample(
  dataUrl: string | null,
): Promise<{ readonly spec: string; readonly rows: number }> {
  if (dataUrl === null) {
    throw new Failure(
      'usage',
      'The example needs a database for its table: unset DATABASE_URL, or set PARTITA_DATA_URL.',
    );
  }
  const readings = assetActivity(MINE);
  const columns = Object.entries(TYPES).map(([name, type]): LoadColumn => {
    const field = name as keyof AssetReading;
    return { name, type, values: readings.map((reading) => reading[field]) };
  });
  await loadTable(dataUrl, 'asset_activity', columns);
  return {
    spec: join(packageRoot(), 'examples/mining/mining.partita.yaml'),
    rows: readings.length,
  };
}
