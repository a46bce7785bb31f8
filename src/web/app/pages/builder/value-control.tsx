import { useId, useState } from 'react';
import type { Json } from '../../../../domain/json.ts';
import { jsonText } from '../../parts/json-text.ts';
import { ColumnSelect } from './column-select.tsx';
import { numbersIn, numbersText } from './number-list.ts';
import type { Control } from './schema-node.ts';
import { namesOf } from './spec-document.ts';

type ControlOf<Kind extends Control['kind']> = {
  readonly props: object;
  readonly control: Extract<Control, { kind: Kind }>;
  readonly value: Json | undefined;
  /** What holds when nothing is chosen. */
  readonly usual: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
};

/** The control for a value of a spec; empty means: the default. */
export function ValueControl({ control, ...rest }: ControlOf<Control['kind']>) {
  switch (control.kind) {
    case 'choice':
      return <Choice control={control} {...rest} />;
    case 'switch':
      return <Choice control={{ kind: 'choice', words: ['true', 'false'] }} {...rest} />;
    case 'number':
      return <NumberInput control={control} {...rest} />;
    case 'numbers':
      return <NumbersInput control={control} {...rest} />;
    case 'pair':
      return <Pair control={control} {...rest} />;
    case 'columns':
      return <Several control={control} {...rest} />;
    case 'text':
      return <TextInput control={control} {...rest} />;
  }
}

function Choice({ props, control: { words }, value, usual, onChange }: ControlOf<'choice'>) {
  const isSwitch = words[0] === 'true';
  const chosen = value === undefined ? '' : jsonText(value);
  const usualWord = usual === undefined ? null : jsonText(usual);
  const isOther = chosen !== '' && !words.includes(chosen);
  return (
    <select
      {...props}
      value={chosen}
      onChange={({ target }) => {
        if (target.value === '') onChange(undefined);
        else onChange(isSwitch ? target.value === 'true' : target.value);
      }}
    >
      <option value="">
        {usualWord === null ? 'default' : `${wordText(usualWord)} (default)`}
      </option>
      {isOther ? <option value={chosen}>{chosen}</option> : null}
      {words
        .filter((word) => word !== usualWord || word === chosen)
        .map((word) => (
          <option key={word} value={word}>
            {wordText(word)}
          </option>
        ))}
    </select>
  );
}

/** What may be chosen, without the joints of its name. */
function wordText(word: string): string {
  if (word === 'true') return 'yes';
  return word === 'false' ? 'no' : word.replaceAll('_', ' ');
}

/** Keeps what was typed while it is no number yet, so that the server can say what is wrong with it. */
function NumberInput({ props, control, value, usual, onChange }: ControlOf<'number'>) {
  const { words, isWhole } = control;
  const list = useId();
  return (
    <>
      <input
        {...props}
        type={words.length > 0 ? 'text' : 'number'}
        inputMode={isWhole ? 'numeric' : 'decimal'}
        step={isWhole ? 1 : 'any'}
        {...(words.length > 0 ? { list } : {})}
        placeholder={usual === undefined ? '' : `${jsonText(usual)} (default)`}
        value={value === undefined ? '' : jsonText(value)}
        onChange={({ target }) => onChange(numberOrWord(target.value, words))}
      />
      {words.length > 0 ? (
        <datalist id={list}>
          {words.map((word) => (
            <option key={word} value={word} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

function numberOrWord(text: string, words: readonly string[]): Json | undefined {
  if (text.trim() === '') return undefined;
  if (text === 'none' && words.includes('none')) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function NumbersInput({ props, value, onChange }: ControlOf<'numbers'>) {
  const [typed, setTyped] = useState('');
  return (
    <input
      {...props}
      inputMode="numeric"
      placeholder="1, 7"
      value={numbersText(typed, value)}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(numbersIn(target.value));
      }}
    />
  );
}

function Pair({ props, value, onChange }: ControlOf<'pair'>) {
  const [first = '', second = ''] = namesOf(value);
  return (
    <span className="row pair">
      <ColumnSelect
        props={props}
        value={first}
        none="first column"
        onChange={(name) => onChange([name, second])}
      />
      <ColumnSelect
        props={{ 'aria-label': 'second column' }}
        value={second}
        none="second column"
        onChange={(name) => onChange([first, name])}
      />
    </span>
  );
}

/** Chosen columns as buttons that take them away, and a list to add from. */
function Several({ props, value, onChange }: ControlOf<'columns'>) {
  const names = namesOf(value);
  return (
    <span className="stack tight">
      <ColumnSelect
        props={props}
        value=""
        none={names.length === 0 ? 'choose a column' : 'add a column'}
        onChange={(name) => onChange(names.includes(name) ? names : [...names, name])}
      />
      {names.length === 0 ? null : (
        <span className="row">
          {names.map((name) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-label={`Take ${name} away`}
              onClick={() => onChange(names.filter((other) => other !== name))}
            >
              {name} <span aria-hidden="true">×</span>
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

function TextInput({ props, value, usual, onChange }: ControlOf<'text'>) {
  return (
    <input
      {...props}
      placeholder={usual === undefined ? '' : `${jsonText(usual)} (default)`}
      value={value === undefined ? '' : jsonText(value)}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    />
  );
}
