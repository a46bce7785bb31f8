import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ask } from '../../api/ask.ts';
import { Empty, ProblemNotice } from '../../parts/states.tsx';

/** Where nothing has been run yet. */
export function FirstSteps() {
  const navigate = useNavigate();
  const example = useMutation({
    mutationFn: () => ask('POST /examples/mining', { body: {} }),
    onSuccess: ({ runId }) => navigate({ to: '/runs/$run', params: { run: runId } }),
  });
  return (
    <Empty title="Nothing has been run yet">
      <p>
        Take a table in which every row belongs to something that may behave in its own way: a
        machine, a store, a customer. Say which column tells them apart and what is to be predicted.
      </p>
      <div className="row">
        <Link to="/new" className="button main">
          Start with your own table
        </Link>
        <button
          type="button"
          className="button"
          disabled={example.isPending}
          onClick={() => example.mutate()}
        >
          {example.isPending ? 'Loading the example …' : 'Run the example first'}
        </button>
      </div>
      <p className="small soft">
        The example: what is each machine of a mine doing, by its type? It loads 10 080 readings
        into Postgres and takes less than a minute.
      </p>
      {example.error === null ? null : <ProblemNotice error={example.error} />}
    </Empty>
  );
}
