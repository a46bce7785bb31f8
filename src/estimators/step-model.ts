import { z } from 'zod';
import { asJson } from '../domain/json.ts';
import { columnsOf } from './ensemble-model.ts';
import type { Model, Step } from './estimator.ts';
import { sharesOf } from './importance.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';

/** What the bytes of a direct forecast's model begin with; no algorithm that a spec could name. */
export const STEPS = 'steps';
const FORMAT = 1;

/** By row of the horizon, its model and how many columns of the common matrix are its own: those after the ones before. */
type StepMember = { readonly model: Model; readonly columns: number };

/**
 * The models of a direct forecast, one for each row of the horizon. Asked of a row whose step is not told, the last one answers, which
 * needs nothing that is less than the horizon old.
 */
export function createStepModel(members: readonly StepMember[]): Model {
  const placed = placedMembers(members);
  const last = placed.at(-1);
  if (last === undefined) throw new RangeError('A forecast has one step at least.');
  return {
    algorithm: STEPS,
    predict: (x) => last.model.predict(columnsOf(x, last.from, last.columns)),
    ...(members.every(({ model }) => model.importance !== undefined) && {
      importance: () => importanceOf(placed),
    }),
    steps: () =>
      placed.map(({ model, columns }, place): Step => ({ model, columns, parts: [place] })),
    toBytes: () => bytesOf(members),
    toJson: () =>
      asJson({
        algorithm: STEPS,
        members: members.map(({ model, columns }) => ({ columns, model: model.toJson() })),
      }),
    free: () => {
      for (const { model } of members) model.free?.();
    },
  };
}

function placedMembers(
  members: readonly StepMember[],
): readonly (StepMember & { readonly from: number })[] {
  let from = 0;
  return members.map((member) => {
    from += member.columns;
    return { ...member, from: from - member.columns };
  });
}

/** The mean over the steps. */
function importanceOf(members: ReturnType<typeof placedMembers>): Float64Array {
  const last = members.at(-1);
  const shares = new Float64Array(last === undefined ? 0 : last.from + last.columns);
  for (const { model, from } of members)
    if (model.importance !== undefined) shares.set(model.importance(), from);
  return sharesOf(shares);
}

const headerSchema = z.strictObject({
  members: z
    .array(
      z.strictObject({
        columns: z
          .int()
          .min(0)
          .max(1 << 24),
        bytes: z.int().min(1),
      }),
    )
    .min(1)
    .max(1000),
});

function bytesOf(members: readonly StepMember[]): Uint8Array {
  const parts = members.map(({ model }) => model.toBytes());
  const about = members.map(({ columns }, i) => ({ columns, bytes: parts[i]?.length }));
  const header = Buffer.from(JSON.stringify({ members: about }));
  const writer = new ModelWriter(STEPS, FORMAT);
  writer.integer(header.length);
  writer.array(header);
  for (const part of parts) writer.array(part);
  return writer.finish();
}

/** The inverse of `toBytes`; `loadMember` reads the bytes of the models in it. Throws `Failure('corrupt-object')`. */
export function loadSteps(bytes: Uint8Array, loadMember: (bytes: Uint8Array) => Model): Model {
  const reader = new ModelReader(bytes, STEPS, FORMAT);
  const { members } = readHeader(reader);
  const loaded = members.map(({ columns, bytes: length }) => ({
    columns,
    model: loadMember(reader.octets(length)),
  }));
  reader.finish();
  return createStepModel(loaded);
}

function readHeader(reader: ModelReader): z.output<typeof headerSchema> {
  const text = Buffer.from(reader.octets(reader.integer())).toString('utf8');
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch {
    throw reader.corrupt('its steps make no sense');
  }
}
