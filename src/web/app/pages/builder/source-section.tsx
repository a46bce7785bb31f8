import { useMutation, useQuery } from '@tanstack/react-query';
import { type DragEvent, useId, useState } from 'react';
import { entryOf } from '../../../../domain/entry.ts';
import { countText } from '../../../../report/number-text.ts';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Field } from '../../parts/field.tsx';
import { Section } from '../../parts/page.tsx';
import { isUpload, SourceName } from '../../parts/source-name.tsx';
import { ProblemNotice } from '../../parts/states.tsx';
import { useBuilder, useProblems } from './builder-state.tsx';
import { ColumnPreview } from './column-preview.tsx';
import { valueAt } from './spec-document.ts';

const WAYS = [
  {
    id: 'upload',
    title: 'A file of yours',
    hint: 'CSV, Parquet, JSON lines or Arrow, from this computer',
  },
  {
    id: 'postgres',
    title: 'A table in Postgres',
    hint: 'in the database that came along, or in your own',
  },
  {
    id: 'path',
    title: 'A file on the server',
    hint: 'a path, or a pattern such as data/*.parquet',
  },
] as const;
type Way = (typeof WAYS)[number]['id'];

export function SourceSection() {
  return (
    <Section
      title="1 · The table"
      note="Each row belongs to one partition: a machine, a store, a customer."
    >
      <SourceFields />
    </Section>
  );
}

/** Where the rows come from, and what they look like. */
export function SourceFields() {
  const { document, preview, previewError } = useBuilder();
  const problem = useProblems(['data', 'source']);
  const kind = valueAt(document, ['data', 'source', 'kind']);
  const [chosen, setChosen] = useState<Way | null>(null);
  const way = chosen ?? wayOf(kind, valueAt(document, ['data', 'source', 'path']));
  return (
    <>
      <fieldset>
        <legend className="visually-hidden">Where the table is</legend>
        <div className="choices">
          {WAYS.map(({ id, title, hint }) => (
            <label key={id} className="choice">
              <input type="radio" name="way" checked={way === id} onChange={() => setChosen(id)} />
              <span>
                <b>{title}</b>
                <span className="tiny soft block">{hint}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {way === 'upload' ? <Upload /> : way === 'postgres' ? <Postgres /> : <ServerFile />}
      {problem === undefined ? null : <p className="problem small bad">{problem}</p>}
      {previewError === null ? null : <ProblemNotice error={previewError} />}
      {preview === null ? null : <ColumnPreview preview={preview} />}
    </>
  );
}

/** How one came to the source that the spec has. */
function wayOf(kind: unknown, path: unknown): Way {
  if (kind === 'postgres') return 'postgres';
  return typeof path !== 'string' || isUpload(path) ? 'upload' : 'path';
}

function Upload() {
  const id = useId();
  const { document, set } = useBuilder();
  const [isOver, setOver] = useState(false);
  const upload = useMutation({
    mutationFn: (file: File) => ask('POST /uploads', { query: { name: file.name }, body: file }),
    onSuccess: ({ source }) => set(['data', 'source'], source),
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) upload.mutate(file);
  };
  const path = valueAt(document, ['data', 'source', 'path']);
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label htmlFor={id}>Choose a file, or drop it here</label>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,.parquet,.json,.jsonl,.ndjson,.arrow,.feather"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) upload.mutate(file);
        }}
      />
      <p className="small soft" role="status">
        {upload.isPending ? (
          'Sending the file …'
        ) : upload.data !== undefined ? (
          `${upload.data.name}, ${countText(upload.data.byteSize)} bytes, is on the server.`
        ) : typeof path === 'string' ? (
          <SourceName location={path} />
        ) : (
          'It stays on this server.'
        )}
      </p>
      {upload.error === null ? null : <ProblemNotice error={upload.error} />}
    </div>
  );
}

const EMBEDDED = '';

function Postgres() {
  const urlId = useId();
  const tableId = useId();
  const { document, set } = useBuilder();
  const table = valueAt(document, ['data', 'source', 'table']);
  const given = valueAt(document, ['data', 'source', 'url']);
  const [typed, setTyped] = useState(typeof given === 'string' ? given : EMBEDDED);
  const url = typed.trim() === EMBEDDED ? null : typed.trim();
  const isReference = url === null || /^\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/.test(url);
  const tables = useQuery({
    ...question('POST /sources/tables', { body: { url } }),
    enabled: isReference,
  });
  const names = tables.data?.tables ?? [];
  const choose = (name: string) =>
    set(['data', 'source'], { kind: 'postgres', ...(url === null ? {} : { url }), table: name });
  return (
    <div className="form">
      <Field
        id={urlId}
        label="Connection"
        hint="Empty: the database that came along. Your own by reference, such as ${env:SOURCE_URL}: set that variable where the server runs. A spec holds no secrets."
        problem={isReference ? undefined : 'Write a reference such as ${env:SOURCE_URL}.'}
      >
        {(props) => (
          <input
            {...props}
            className="mono"
            placeholder="${env:SOURCE_URL}"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
      <Field
        id={tableId}
        label="Table"
        hint={tables.isSuccess && names.length === 0 ? 'This database has no tables.' : ''}
        problem={tables.error?.message}
      >
        {(props) => (
          <select
            {...props}
            value={typeof table === 'string' ? table : ''}
            onChange={({ target }) => choose(target.value)}
          >
            <option value="" disabled>
              {tables.isFetching ? 'reading …' : 'choose a table'}
            </option>
            {typeof table === 'string' && !names.some((name) => name.table === table) ? (
              <option value={table}>{table}</option>
            ) : null}
            {names.map((name) => (
              <option key={name.table} value={name.table}>
                {name.table}
                {name.rows === null ? '' : ` · about ${countText(name.rows)} rows`}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

const KINDS: { readonly [ending: string]: string } = {
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  arrow: 'arrow',
  feather: 'arrow',
};

function ServerFile() {
  const id = useId();
  const { document, set } = useBuilder();
  const service = useQuery(question('GET /service', {}));
  const path = valueAt(document, ['data', 'source', 'path']);
  const [typed, setTyped] = useState(typeof path === 'string' ? path : '');
  const kind = entryOf(KINDS, typed.trim().split('.').at(-1)?.toLowerCase() ?? '');
  const isUnknown = typed.trim() !== '' && kind === undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (kind !== undefined) set(['data', 'source'], { kind, path: typed.trim() });
      }}
    >
      <Field
        id={id}
        label="Path"
        hint={
          service.data === undefined
            ? ''
            : `Relative to ${service.data.folder}. Press Enter to look into it.`
        }
        problem={
          isUnknown
            ? 'The name must end in .csv, .tsv, .parquet, .json, .jsonl, .ndjson, .arrow or .feather.'
            : undefined
        }
      >
        {(props) => (
          <span className="row nowrap-row">
            <input
              {...props}
              className="mono"
              placeholder="readings.csv"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
            <button type="submit" className="button" disabled={kind === undefined}>
              Look into it
            </button>
          </span>
        )}
      </Field>
    </form>
  );
}
