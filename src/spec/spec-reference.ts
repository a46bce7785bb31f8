import { registry } from '../estimators/registry.ts';
import { specJsonSchema } from './json-schema.ts';
import { MAP_ARGS } from './map.ts';
import { describeSchema, type JsonSchema, outlineOf } from './schema-outline.ts';

type Field = { readonly path: string; readonly schema: JsonSchema; readonly isRequired: boolean };

/** The README's reference of a spec, in Markdown: every field with what it takes, its default and its meaning. */
export function specReference(): string {
  return [
    ...fieldTable(fieldsOf('', specJsonSchema())),
    '',
    'Every entry of `features.engineer` is one step:',
    '',
    ...stepTable(),
    '',
    'Algorithms, the simpler first, with their parameters and defaults:',
    '',
    ...algorithmTable(),
    '',
    'Built-in functions of `partita map`, with their arguments and defaults:',
    '',
    ...mapTable(),
  ].join('\n');
}

function fieldsOf(prefix: string, { properties = {}, required = [] }: JsonSchema): Field[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const field = { path, schema, isRequired: required.includes(key) };
    const isGroup = schema.properties !== undefined;
    if (key === 'engineer' || key === 'algorithms' || key === 'map') return [field];
    return isGroup ? fieldsOf(path, schema) : [field, ...alternativeFields(path, schema)];
  });
}

/** The kinds of a source, one row each. */
function alternativeFields(path: string, { oneOf = [] }: JsonSchema): Field[] {
  return oneOf.map(({ properties = {}, required = [] }) => {
    const kind = String(properties['kind']?.const);
    const keys = Object.keys(properties).filter((key) => key !== 'kind');
    const described = keys.map((key) => (required.includes(key) ? `\`${key}\`` : `\`${key}\`?`));
    const schema = { description: `With ${described.join(', ')}.` };
    return { path: `${path} \`kind: ${kind}\``, schema, isRequired: false };
  });
}

function fieldTable(fields: readonly Field[]): string[] {
  return [
    '| field | takes | default | meaning |',
    '|---|---|---|---|',
    ...fields.map(({ path, schema, isRequired }) =>
      row([fieldName(path), takes(path, schema), defaultText(schema, isRequired), meaning(schema)]),
    ),
  ];
}

function stepTable(): string[] {
  const steps = specJsonSchema().properties?.['features']?.properties?.['engineer']?.items;
  const options = (steps as JsonSchema | undefined)?.anyOf ?? [];
  return [
    '| step | takes | meaning |',
    '|---|---|---|',
    ...options.flatMap(({ properties = {} }) =>
      Object.entries(properties).map(([key, schema]) =>
        row([`\`${key}\``, describeSchema(schema), meaning(schema)]),
      ),
    ),
  ];
}

function algorithmTable(): string[] {
  return [
    '| algorithm | tasks | parameters |',
    '|---|---|---|',
    ...registry.map(({ id, tasks, parameters }) => {
      const { properties = {} } = outlineOf(parameters);
      const list = Object.entries(properties).map(([key, { default: value }]) =>
        value === undefined ? `\`${key}\`` : `\`${key}: ${JSON.stringify(value)}\``,
      );
      return row([`\`${id}\``, tasks.join(', '), list.join(', ')]);
    }),
  ];
}

function mapTable(): string[] {
  return [
    '| function | arguments | rows |',
    '|---|---|---|',
    ...Object.entries(MAP_ARGS).map(([name, args]) => {
      const { properties = {}, required = [], description = '' } = outlineOf(args);
      const list = Object.entries(properties).map(([key, { default: value }]) => {
        if (value !== undefined) return `\`${key}: ${JSON.stringify(value)}\``;
        return required.includes(key) ? `\`${key}\`` : `\`${key}\`?`;
      });
      return row([`\`${name}\``, list.join(', '), description]);
    }),
  ];
}

function fieldName(path: string): string {
  const [name, ...kind] = path.split(' ');
  return [`\`${name}\``, ...kind].join(' ');
}

function takes(path: string, schema: JsonSchema): string {
  if (path === 'algorithms') return 'a list of ids, or of `id: { parameter: value }`';
  if (path === 'map') return '`function` and its `args`';
  if (path === 'features.engineer') return 'a list of steps';
  if (schema.oneOf !== undefined) return 'one kind of source';
  return Object.keys(schema).some((key) => key !== 'description') ? describeSchema(schema) : '';
}

function defaultText({ default: value }: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function meaning({ description }: JsonSchema): string {
  return description ?? '';
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
