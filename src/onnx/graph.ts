import { join, messageField, numberField, numbersField, textField } from './protobuf.ts';
import { ELEMENT, places, type Tensor, tensorFields } from './tensor.ts';

/** The name of what a node gives, an input, or a constant. */
export type Value = string;
export type ElementKind = 'double' | 'text';
export type Attribute = number | readonly number[] | Int32Array | Tensor;

/**
 * How rows come and go: `matrices` are rows × 1 in, and rows × classes out; `columns`, as of a data frame, are one value
 * per row, but for a graph with a single input.
 */
export type OnnxForm = 'matrices' | 'columns';

/** Version of the format and of the operators: trees in doubles with splits by set came with 5 of `ai.onnx.ml`. */
const IR_VERSION = 9;
const OPSETS = { '': 20, 'ai.onnx.ml': 5 } as const;
const ML_OPERATORS = new Set(['TreeEnsemble', 'LabelEncoder']);

/** An ONNX graph as it is put together, in doubles throughout. */
export class OnnxGraph {
  private readonly nodes: Uint8Array[] = [];
  private readonly constants: Uint8Array[] = [];
  private readonly inputs: Uint8Array[] = [];
  private readonly outputs: Uint8Array[] = [];
  private made = 0;
  readonly form: OnnxForm;

  constructor(form: OnnxForm = 'matrices') {
    this.form = form;
  }

  /** Numbers (NaN = missing) or texts ("" = missing) that a caller brings; inside, rows × 1. */
  input(name: string, kind: ElementKind, isOnly: boolean): Value {
    const isMatrix = this.form === 'matrices' || isOnly;
    this.inputs.push(valueInfo(11, name, kind, isMatrix ? ['rows', 1] : ['rows']));
    return isMatrix ? name : this.node('Unsqueeze', [name, this.constant(places([1]))]);
  }

  /** Names a value as an answer; `width` null = one per row without a second axis. */
  output(name: string, from: Value, kind: ElementKind, width: number | null): void {
    this.nodes.push(nodeFields('Identity', [from], name, {}));
    this.outputs.push(valueInfo(12, name, kind, width === null ? ['rows'] : ['rows', width]));
  }

  constant(tensor: Tensor): Value {
    const name = this.newName('constant');
    this.constants.push(messageField(5, tensorFields(tensor, name)));
    return name;
  }

  node(
    operator: string,
    inputs: readonly Value[],
    attributes: { readonly [name: string]: Attribute } = {},
  ): Value {
    const name = this.newName(operator);
    this.nodes.push(nodeFields(operator, inputs, name, attributes));
    return name;
  }

  /** The whole model. `description` says in a sentence what it is. */
  toBytes(description: string): Uint8Array {
    const graph = [...this.nodes, textField(2, 'partita')];
    return join([
      numberField(1, IR_VERSION),
      textField(2, 'partita'),
      textField(6, description),
      messageField(7, [...graph, ...this.constants, ...this.inputs, ...this.outputs]),
      ...Object.entries(OPSETS).map(([domain, version]) =>
        messageField(8, [textField(1, domain), numberField(2, version)]),
      ),
    ]);
  }

  private newName(kind: string): Value {
    // The names of columns stand beside these: none begins so.
    return `\u0001${kind}${this.made++}`;
  }
}

function nodeFields(
  operator: string,
  inputs: readonly Value[],
  output: Value,
  attributes: { readonly [name: string]: Attribute },
): Uint8Array {
  return messageField(1, [
    ...inputs.map((input) => textField(1, input)),
    textField(2, output),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attributeFields(name, value)),
    ...(ML_OPERATORS.has(operator) ? [textField(7, 'ai.onnx.ml')] : []),
  ]);
}

/** Types: 2 = a whole number, 4 = a tensor, 7 = whole numbers. */
function attributeFields(name: string, value: Attribute): Uint8Array {
  const fields =
    typeof value === 'number'
      ? [numberField(3, value), numberField(20, 2)]
      : 'kind' in value
        ? [messageField(5, tensorFields(value)), numberField(20, 4)]
        : [numbersField(8, value), numberField(20, 7)];
  return messageField(5, [textField(1, name), ...fields]);
}

function valueInfo(
  field: number,
  name: string,
  kind: ElementKind,
  dims: readonly (string | number)[],
): Uint8Array {
  const shape = dims.map((dim) =>
    messageField(1, [typeof dim === 'number' ? numberField(1, dim) : textField(2, dim)]),
  );
  const tensorType = messageField(1, [numberField(1, ELEMENT[kind]), messageField(2, shape)]);
  return messageField(field, [textField(1, name), messageField(2, [tensorType])]);
}
