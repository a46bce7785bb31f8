import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useDeferredValue,
  useMemo,
  useState,
} from 'react';
import type { Json, JsonObject } from '../../../../domain/json.ts';
import type { SpecProblem } from '../../../contract/problem.ts';
import type { Answer, Catalogue, Preview } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import type { SchemaNode } from './schema-node.ts';
import { type Path, valueAt, withValue } from './spec-document.ts';

const DRAFT = 'partita-draft';

/** An experiment under construction: the spec as data, and what the server says about it. */
export type Builder = {
  readonly document: JsonObject;
  readonly schema: SchemaNode;
  readonly catalogue: Catalogue;
  /** Of the table that the spec names; null while there is none. */
  readonly preview: Preview | null;
  readonly previewError: Error | null;
  readonly validation: Answer<'POST /specs/validate'> | undefined;
  readonly set: (path: Path, value: Json | undefined) => void;
  readonly replace: (document: JsonObject) => void;
};

const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (builder === null) throw new Error('This part stands in the builder only.');
  return builder;
}

/** Keeps the spec, in the browser too: a page that was closed by mistake is there again. */
export function BuilderState({
  begin,
  schema,
  catalogue,
  children,
}: {
  begin: JsonObject;
  schema: SchemaNode;
  catalogue: Catalogue;
  children: ReactNode;
}) {
  const [document, setDocument] = useState(begin);
  const shown = useDeferredValue(document);
  const source = valueAt(document, ['data', 'source']);
  const preview = usePreview(source);
  const validation = useQuery({
    ...question('POST /specs/validate', { body: { spec: shown } }),
    placeholderData: keepPreviousData,
  });
  const builder = useMemo((): Builder => {
    const replace = (next: JsonObject) => {
      sessionStorage.setItem(DRAFT, JSON.stringify(next));
      setDocument(next);
    };
    return {
      document,
      schema,
      catalogue,
      preview: preview.data ?? null,
      previewError: preview.error,
      validation: validation.data,
      set: (path, value) => replace(withValue(document, path, value)),
      replace,
    };
  }, [document, schema, catalogue, preview.data, preview.error, validation.data]);
  return <BuilderContext value={builder}>{children}</BuilderContext>;
}

export function readDraft(): JsonObject | null {
  const draft = sessionStorage.getItem(DRAFT);
  return draft === null ? null : (JSON.parse(draft) as JsonObject);
}

export function clearDraft(): void {
  sessionStorage.removeItem(DRAFT);
}

type PreviewSource = Parameters<typeof question<'POST /sources/preview'>>[1]['body']['source'];

/** Rows that are shown. */
const SHOWN = 8;

function usePreview(source: Json | undefined) {
  const asked = previewSourceOf(source);
  return useQuery({
    ...question('POST /sources/preview', {
      body: { source: asked ?? { kind: 'csv', path: '?' }, rows: SHOWN },
    }),
    enabled: asked !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A source that can be looked into; a query can't before the run. */
function previewSourceOf(source: Json | undefined): PreviewSource | null {
  const text = (key: string) => {
    const value = valueAt(source, [key]);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [kind, path, table, url] = [text('kind'), text('path'), text('table'), text('url')];
  if (kind === 'postgres') return table === null ? null : { kind, table, url };
  if (path === null) return null;
  if (kind === 'csv' || kind === 'parquet' || kind === 'json' || kind === 'arrow')
    return { kind, path };
  return null;
}

/** What is wrong; a field that is still empty is not wrong yet. */
export function useStatedProblems(): readonly SpecProblem[] {
  const { validation, document } = useBuilder();
  return useMemo(
    () =>
      validation === undefined || validation.valid
        ? []
        : validation.problems.filter(({ path }) => valueAt(document, path) !== undefined),
    [validation, document],
  );
}

/** What is wrong at a field or inside it. */
export function useProblems(path: Path): string | undefined {
  const found = useStatedProblems().filter((problem) => isInside(problem, path));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join(' ');
}

function isInside(problem: SpecProblem, path: Path): boolean {
  return path.every((step, i) => problem.path[i] === step);
}
