import { useQuery } from '@tanstack/react-query';
import { question } from '../api/queries.ts';
import { experimentChoices } from './experiment-choices.ts';

/** The same in an address; whatever it holds there. */
export function ofExperiment(experiment: unknown): { experiment?: string } {
  return typeof experiment === 'string' && experiment !== '' ? { experiment } : {};
}

/** Narrows a list to one experiment; nothing where there are no two to choose from. */
export function OfExperiment({
  chosen,
  onChoose,
}: {
  chosen: string | undefined;
  /** Undefined: all of them. */
  onChoose: (experiment: string | undefined) => void;
}) {
  const { data } = useQuery(question('GET /experiments', { query: { limit: 500 } }));
  if (data === undefined) return null;
  const choices = experimentChoices(
    data.experiments.map(({ experiment }) => experiment),
    chosen,
  );
  if (choices.length < 2) return null;
  return (
    <select
      aria-label="Of experiment"
      className="narrow"
      value={chosen ?? ''}
      onChange={({ target }) => onChoose(target.value === '' ? undefined : target.value)}
    >
      <option value="">all experiments</option>
      {choices.map((experiment) => (
        <option key={experiment} value={experiment}>
          {experiment}
        </option>
      ))}
    </select>
  );
}
