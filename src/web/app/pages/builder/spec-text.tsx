import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { Answered, ProblemNotice } from '../../parts/states.tsx';
import { useBuilder } from './builder-state.tsx';

/** The same as YAML: to read, to keep, to change by hand. */
export function SpecText() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          setOpen(true);
          dialog.current?.showModal();
        }}
      >
        As YAML
      </button>
      <dialog
        ref={dialog}
        className="dialog wide"
        aria-labelledby="yaml-title"
        onClose={() => setOpen(false)}
      >
        <div className="stack">
          <h2 id="yaml-title">The experiment as YAML</h2>
          <p className="small soft">
            The same file works on the command line: <code>partita run experiment.yaml</code>.
          </p>
          {isOpen ? <Text close={close} /> : null}
        </div>
      </dialog>
    </>
  );
}

function Text({ close }: { close: () => void }) {
  const { document } = useBuilder();
  const query = useQuery(question('POST /specs/yaml', { body: { spec: document } }));
  return (
    <Answered query={query} wait="the spec">
      {({ content }) => <Editor content={content} close={close} />}
    </Answered>
  );
}

function Editor({ content, close }: { content: string; close: () => void }) {
  const id = useId();
  const { replace } = useBuilder();
  const [text, setText] = useState(content);
  const take = useMutation({
    mutationFn: () => ask('POST /specs/read', { body: { content: text } }),
    onSuccess: ({ spec }) => {
      replace(spec as Parameters<typeof replace>[0]);
      close();
    },
  });
  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        The spec as YAML
      </label>
      <textarea
        id={id}
        className="mono"
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {take.error === null ? null : <ProblemNotice error={take.error} />}
      <div className="row">
        <button
          type="button"
          className="button main"
          disabled={text === content || take.isPending}
          onClick={() => take.mutate()}
        >
          Take over the changes
        </button>
        <a
          className="button"
          href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`}
          download="experiment.yaml"
        >
          Download
        </a>
        <button type="button" className="button quiet" onClick={close}>
          Close
        </button>
      </div>
    </>
  );
}
