/**
 * Asset activity in a mine, made from a seed: every five minutes each asset sends its readings, and a dispatcher's status.
 * Cars and wheel loaders behave differently on purpose, so that the same readings mean different states: at 1,200 rpm and
 * walking pace a loader is digging or waiting by its pressure for the engine speed, a car is crawling or shunting by its load.
 */

export type AssetReading = {
  readonly reading_id: number;
  readonly recorded_at: string;
  readonly asset_type: 'car' | 'wheel loader';
  readonly asset: string;
  readonly engine_rpm: number | null;
  readonly ground_speed: number | null;
  readonly fuel_rate: number | null;
  readonly hydraulic_pressure: number | null;
  readonly bucket_load: number | null;
  readonly vibration: number | null;
  readonly coolant_temperature: number | null;
  readonly shift: 'day' | 'night';
  readonly status: Status;
};

type Status = 'idle' | 'active' | 'off';
type Signal =
  | 'engine_rpm'
  | 'ground_speed'
  | 'fuel_rate'
  | 'hydraulic_pressure'
  | 'bucket_load'
  | 'vibration';
/** Mean and standard deviation of each reading. rpm, km/h, l/h, bar, t, mm/s. */
type Behaviour = { readonly [signal in Signal]: readonly [mean: number, deviation: number] };

/** What an asset does; several doings share a status, as dispatchers see them. */
const CAR_DOINGS: { readonly [doing: string]: Behaviour & { readonly status: Status } } = {
  parked: doing('off', [0, 4], [0, 0.1], [0, 0.05], [3, 2], [0, 0.2], [0.2, 0.1]),
  waiting: doing('idle', [790, 110], [0, 0.6], [6, 2], [30, 14], [2, 4], [1.3, 0.6]),
  warming: doing('idle', [1380, 170], [0, 0.6], [15, 5], [50, 20], [2, 4], [2.6, 0.9]),
  queueing: doing('idle', [1010, 170], [5, 3], [11, 4], [46, 18], [76, 18], [2.3, 0.9]),
  shunting: doing('idle', [1180, 170], [12, 4], [14, 5], [48, 18], [3, 5], [2.9, 1]),
  tipping: doing('active', [1300, 170], [0.5, 0.9], [17, 6], [104, 26], [40, 26], [2.8, 0.9]),
  crawling: doing('active', [1190, 170], [12, 4], [17, 6], [60, 20], [74, 18], [2.9, 1]),
  hauling: doing('active', [1600, 210], [26, 8], [34, 9], [68, 24], [80, 18], [4.1, 1.3]),
  returning: doing('active', [1380, 210], [31, 9], [19, 7], [56, 20], [3, 5], [3.5, 1.2]),
};

const LOADER_DOINGS: typeof CAR_DOINGS = {
  parked: doing('off', [0, 4], [0, 0.1], [0, 0.05], [4, 3], [0, 0.2], [0.2, 0.1]),
  waiting: doing('idle', [1120, 50], [1.5, 1.4], [16, 2.2], [105, 17], [2.6, 2], [2.6, 0.5]),
  digging: doing('active', [1160, 50], [2.4, 1.5], [22, 2.2], [145, 17], [4.6, 2.2], [3.2, 0.5]),
};

/**
 * How far one step of an operator's throttle moves each reading. A car's gearbox evens it out; a loader's pump follows the
 * engine, so that only pressure and fuel for the engine speed tell digging from waiting.
 */
const CAR_THROTTLE: Throttle = {};
const LOADER_THROTTLE: Throttle = {
  engine_rpm: 300,
  fuel_rate: 9,
  hydraulic_pressure: 70,
  vibration: 1.4,
};
type Throttle = { readonly [signal in Signal]?: number };

/** Doing → what may follow, with weights; staying is drawn apart. */
const CAR_NEXT: Next = {
  parked: { warming: 1 },
  warming: { shunting: 2, returning: 1 },
  waiting: { queueing: 2, shunting: 2, parked: 1 },
  shunting: { queueing: 2, waiting: 1 },
  queueing: { crawling: 2, hauling: 3 },
  crawling: { hauling: 2, tipping: 2 },
  hauling: { tipping: 4, crawling: 1 },
  tipping: { returning: 4, warming: 1 },
  returning: { shunting: 3, queueing: 2, waiting: 1 },
};
const LOADER_NEXT: Next = {
  parked: { waiting: 1 },
  waiting: { digging: 4, parked: 1 },
  digging: { waiting: 1 },
};
type Next = { readonly [doing: string]: { readonly [next: string]: number } };

const STAY = 0.72;
const READING_MINUTES = 5;
const START = Date.UTC(2026, 2, 2);

export type MineOptions = { readonly seed: number; readonly days: number };

/** Readings in time order; equal options give equal rows. */
export function assetActivity({ seed, days }: MineOptions): readonly AssetReading[] {
  const random = seededRandom(seed);
  const assets = [
    ...Array.from({ length: 4 }, (_, i) => createAsset('car', `CAR-${101 + i}`)),
    ...Array.from({ length: 3 }, (_, i) => createAsset('wheel loader', `WL-${21 + i}`)),
  ];
  const readings: AssetReading[] = [];
  const steps = Math.floor((days * 24 * 60) / READING_MINUTES);
  for (let step = 0; step < steps; step++) {
    const at = new Date(START + step * READING_MINUTES * 60_000);
    for (const asset of assets) readings.push(read(asset, at, readings.length + 1, random));
  }
  return readings;
}

type Asset = {
  readonly type: AssetReading['asset_type'];
  readonly name: string;
  doing: string;
  temperature: number;
  gap: number;
};

function createAsset(type: Asset['type'], name: string): Asset {
  return { type, name, doing: 'parked', temperature: 18, gap: 0 };
}

function read(asset: Asset, at: Date, id: number, random: Random): AssetReading {
  const doings = asset.type === 'car' ? CAR_DOINGS : LOADER_DOINGS;
  const next = asset.type === 'car' ? CAR_NEXT : LOADER_NEXT;
  if (random.uniform() > STAY) asset.doing = draw(next[asset.doing] ?? {}, random);
  const behaviour = doings[asset.doing] as (typeof doings)[string];
  const heat = behaviour.status === 'off' ? 18 : behaviour.status === 'idle' ? 76 : 84;
  asset.temperature += (heat - asset.temperature) * 0.25 + random.normal() * 1.5;
  // Sensors drop out for a while, not for one reading.
  asset.gap =
    asset.gap > 0
      ? asset.gap - 1
      : random.uniform() < 0.003
        ? 3 + Math.floor(random.uniform() * 6)
        : 0;
  const throttle = behaviour.status === 'off' ? 0 : random.normal();
  const moved = asset.type === 'car' ? CAR_THROTTLE : LOADER_THROTTLE;
  const signal = (name: Signal): number | null => {
    const [mean, deviation] = behaviour[name];
    const value = Math.max(0, mean + (moved[name] ?? 0) * throttle + random.normal() * deviation);
    const isMissing = random.uniform() < 0.004 || (asset.gap > 0 && name !== 'engine_rpm');
    return isMissing ? null : Math.round(value * 100) / 100;
  };
  const hour = at.getUTCHours();
  return {
    reading_id: id,
    recorded_at: at.toISOString(),
    asset_type: asset.type,
    asset: asset.name,
    engine_rpm: signal('engine_rpm'),
    ground_speed: signal('ground_speed'),
    fuel_rate: signal('fuel_rate'),
    hydraulic_pressure: signal('hydraulic_pressure'),
    bucket_load: signal('bucket_load'),
    vibration: signal('vibration'),
    coolant_temperature: Math.round(asset.temperature * 10) / 10,
    shift: hour >= 6 && hour < 18 ? 'day' : 'night',
    status: mislabel(behaviour.status, random),
  };
}

/** Dispatchers err now and then. */
function mislabel(status: Status, random: Random): Status {
  if (random.uniform() > 0.015) return status;
  return status === 'idle' ? 'active' : 'idle';
}

function doing(
  status: Status,
  ...[rpm, speed, fuel, pressure, load, vibration]: readonly [
    Behaviour['engine_rpm'],
    Behaviour['ground_speed'],
    Behaviour['fuel_rate'],
    Behaviour['hydraulic_pressure'],
    Behaviour['bucket_load'],
    Behaviour['vibration'],
  ]
): Behaviour & { readonly status: Status } {
  return {
    status,
    engine_rpm: rpm,
    ground_speed: speed,
    fuel_rate: fuel,
    hydraulic_pressure: pressure,
    bucket_load: load,
    vibration,
  };
}

function draw(weights: { readonly [name: string]: number }, random: Random): string {
  const entries = Object.entries(weights);
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left <= 0) return name;
  }
  return (entries.at(-1) as [string, number])[0];
}

type Random = { uniform(): number; normal(): number };

/** mulberry32 and the Box–Muller transform: enough for made-up data. */
function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
