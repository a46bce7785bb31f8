import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue, useId, useState } from 'react';
import { countedText } from '../../../../report/number-text.ts';
import { question } from '../../api/queries.ts';

const FOUND = 12;

/** Finds a partition by a part of its name. */
export function PartitionFinder({ run }: { run: string }) {
  const id = useId();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const found = useQuery({
    ...question('GET /runs/{run}/partitions', { params: { run }, query: { search, limit: FOUND } }),
    enabled: search !== '',
    placeholderData: keepPreviousData,
  });
  const partitions = search === '' ? [] : (found.data?.partitions ?? []);
  return (
    <div className="stack tight">
      <div className="field finder">
        <label htmlFor={id}>Find a partition</label>
        <input
          id={id}
          type="search"
          placeholder="a part of its name"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      {search !== '' && found.isSuccess && partitions.length === 0 ? (
        <p className="small soft" role="status">
          No partition has “{search}” in its name.
        </p>
      ) : null}
      <ul className="tiles">
        {partitions.map(({ partitionId, name, rows }) => (
          <li key={partitionId}>
            <Link
              to="/runs/$run/partitions/$partition"
              params={{ run, partition: partitionId }}
              className="tile"
            >
              <b className="anywhere clamped">{name}</b>
              <span className="tiny soft">{countedText(rows, 'row')}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
