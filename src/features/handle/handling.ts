import { Failure } from '../../domain/failure.ts';
import { asJson, type JsonObject } from '../../domain/json.ts';
import { type Column, type Frame, findColumn, type Matrix } from '../../frame/frame.ts';
import type { OnnxGraph, Value } from '../../onnx/graph.ts';
import { KIND_WORDS } from '../column-shape.ts';
import {
  categoryFeatureNames,
  categoryFeaturesInto,
  categoryLevelCounts,
} from './category-column.ts';
import { handlingInOnnx } from './handling-onnx.ts';
import { numberFeatureNames, numberFeaturesInto } from './number-column.ts';
import { componentNames, projected } from './principal-components.ts';
import { type ColumnState, type HandlingState, parseHandlingState } from './state.ts';

/** Turns columns into the numbers that an estimator takes, by what the training rows taught. */
export interface FittedHandling {
  /** The columns it reads. */
  readonly columns: readonly string[];
  readonly featureNames: readonly string[];
  /** Per feature, the column it is made of; principal components are made of all and stand for themselves. */
  readonly featureColumns: readonly string[];
  /**
   * rows × features; without `rows`, all of the frame. Never fails on a value: missing, unseen or extreme ones follow the
   * rules, and NaN only comes out for estimators that take missing values. Throws `Failure('invalid-data')` where the
   * frame lacks a column or holds another kind of it.
   */
  transform(frame: Frame, rows?: Int32Array): Matrix;
  toJson(): JsonObject;
  /** What it has learned; of joined ones each by itself. */
  readonly states: readonly HandlingState[];
  /** The same in an ONNX graph; see `handlingInOnnx`. */
  toOnnx(graph: OnnxGraph): Value;
}

/** The inverse of `toJson`; throws `Failure('corrupt-object')` on anything else. */
export function loadHandling(json: unknown): FittedHandling {
  return isJoined(json)
    ? joinHandlings(json.joined.map((one) => handlingOf(parseHandlingState(one))))
    : handlingOf(parseHandlingState(json));
}

type Joined = { readonly joined: readonly unknown[] };

function isJoined(json: unknown): json is Joined {
  return (
    typeof json === 'object' && json !== null && 'joined' in json && Array.isArray(json.joined)
  );
}

/** The features of each, one after the other: what several estimators take, each its own part. */
export function joinHandlings(parts: readonly FittedHandling[]): FittedHandling {
  const states = parts.flatMap((part) => part.states);
  return {
    columns: [...new Set(parts.flatMap(({ columns }) => columns))],
    featureNames: parts.flatMap(({ featureNames }) => featureNames),
    featureColumns: parts.flatMap(({ featureColumns }) => featureColumns),
    transform: (frame, rows = everyRow(frame)) =>
      sideBySide(
        parts.map((part) => part.transform(frame, rows)),
        rows.length,
      ),
    toJson: () => ({ joined: parts.map((part) => part.toJson()) }),
    states,
    toOnnx: (graph) => handlingInOnnx(states, graph),
  };
}

/** Some of the joined ones, by their places. */
export function partsOf({ states }: FittedHandling, places: readonly number[]): FittedHandling {
  return joinHandlings(places.map((place) => handlingOf(states[place] as HandlingState)));
}

function sideBySide(parts: readonly Matrix[], rowCount: number): Matrix {
  const names = parts.flatMap((part) => part.names);
  const data = new Float64Array(rowCount * names.length);
  let from = 0;
  for (const part of parts) {
    data.set(part.data, from);
    from += part.data.length;
  }
  const levelCounts = parts.flatMap((part) => part.levelCounts ?? part.names.map(() => 0));
  const levels = levelCounts.some((count) => count > 0) ? { levelCounts } : {};
  return { rowCount, names, data, ...levels };
}

export function handlingOf(state: HandlingState): FittedHandling {
  const { components } = state;
  const names = state.columns.flatMap(namesOf);
  const levelCounts = state.columns.flatMap(levelCountsOf);
  const levels = levelCounts.some((count) => count > 0) ? { levelCounts } : {};
  return {
    columns: state.columns.map(({ column }) => column),
    featureNames: components === undefined ? names : componentNames(components),
    featureColumns:
      components === undefined
        ? state.columns.flatMap((one) => namesOf(one).map(() => one.column))
        : componentNames(components),
    transform: (frame, rows = everyRow(frame)) => {
      const data = new Float64Array(rows.length * names.length);
      let from = 0;
      for (const columnState of state.columns) {
        const features = namesOf(columnState).map(() => data.subarray(from, (from += rows.length)));
        featuresInto(columnState, frame, rows, features);
      }
      const x = { rowCount: rows.length, names, data, ...levels };
      return components === undefined ? x : projected(x, components);
    },
    toJson: () => asJson(state),
    states: [state],
    toOnnx: (graph) => handlingInOnnx([state], graph),
  };
}

export function namesOf(state: ColumnState): readonly string[] {
  switch (state.kind) {
    case 'number':
      return numberFeatureNames(state);
    case 'category':
      return categoryFeatureNames(state);
    case 'empty':
      return [state.column];
  }
}

/** Per feature, how many levels its values are the codes of; 0 = numbers. */
function levelCountsOf(state: ColumnState): readonly number[] {
  return state.kind === 'category' ? categoryLevelCounts(state) : namesOf(state).map(() => 0);
}

/** `features` hold zeros before. */
function featuresInto(
  state: ColumnState,
  frame: Frame,
  rows: Int32Array,
  features: readonly Float64Array[],
): void {
  switch (state.kind) {
    case 'number':
      return numberFeaturesInto(state, columnOf(frame, state, 'number').values, rows, features);
    case 'category':
      return categoryFeaturesInto(state, columnOf(frame, state, 'category'), rows, features);
    case 'empty':
      return;
  }
}

function columnOf<Kind extends 'number' | 'category'>(
  frame: Frame,
  { column: name }: ColumnState,
  kind: Kind,
): Extract<Column, { kind: Kind }> {
  const column = findColumn(frame, name);
  if (column === undefined)
    throw new Failure(
      'invalid-data',
      `The data has no column \`${name}\`, which the model was trained on. Add it; its values may be missing.`,
    );
  if (column.kind !== kind)
    throw new Failure(
      'invalid-data',
      `Column \`${name}\` holds ${KIND_WORDS[column.kind]}, and the model was trained on ${KIND_WORDS[kind]}. Convert it.`,
    );
  return column as Extract<Column, { kind: Kind }>;
}

export function everyRow(frame: Frame): Int32Array {
  return Int32Array.from({ length: frame.rowCount }, (_, row) => row);
}
