import type { JsonObject } from '../../domain/json.ts';

export type ExportedModel = {
  readonly digest: string;
  /** As our record holds it. */
  readonly bytes: Uint8Array;
  /** The same as a graph with an input per column; null where it has no such form. */
  readonly onnx: Uint8Array | null;
  readonly inputs: readonly {
    readonly name: string;
    readonly kind: 'number' | 'category' | 'time';
  }[];
  /** Empty for a regression. */
  readonly classes: readonly string[];
};

/** The format of ours that the bytes are in, and the packages that read the graph: what its operators came with. */
const FORMAT = '1';
const REQUIREMENTS = ['mlflow', 'onnx>=1.17', 'onnxruntime>=1.20', 'numpy', 'pandas'];

/**
 * The files of a model as MLflow has them: by `MLmodel` its `onnx` flavour opens the graph, and `pyfunc` predicts with it
 * from a data frame. Without a graph there are our own bytes alone.
 */
export function modelFiles(
  model: ExportedModel,
  made: { readonly run: string; readonly at: string },
): ReadonlyMap<string, Uint8Array> {
  const { bytes, onnx, digest } = model;
  const files = new Map<string, Uint8Array>([['model.partita', bytes]]);
  const own = { partita: { data: 'model.partita', digest, format: FORMAT } };
  if (onnx !== null) {
    files.set('model.onnx', onnx);
    files.set('requirements.txt', Buffer.from(`${REQUIREMENTS.join('\n')}\n`));
    files.set('python_env.yaml', json({ dependencies: ['-r requirements.txt'] }));
  }
  const size = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  // JSON is YAML, too.
  const description = json({
    artifact_path: 'model',
    run_id: made.run,
    model_uuid: digest.replace('sha256:', '').slice(0, 32),
    utc_time_created: made.at.replace('T', ' ').replace('Z', ''),
    model_size_bytes: size,
    flavors: { ...own, ...(onnx !== null && graphFlavors()) },
    ...(onnx !== null && { signature: signatureOf(model) }),
  });
  return files.set('MLmodel', description);
}

function graphFlavors(): JsonObject {
  return {
    onnx: {
      code: null,
      data: 'model.onnx',
      onnx_version: '1.17.0',
      onnx_session_options: null,
      providers: ['CPUExecutionProvider'],
    },
    python_function: {
      loader_module: 'mlflow.onnx',
      data: 'model.onnx',
      python_version: '3.11.0',
      env: { virtualenv: 'python_env.yaml' },
    },
  };
}

/** Texts of JSON, as MLflow stores them. */
function signatureOf({ inputs, classes }: ExportedModel): JsonObject {
  const column = (name: string, type: string) => ({ name, type, required: true });
  const isText = classes.length > 0;
  return {
    inputs: JSON.stringify(
      inputs.map(({ name, kind }) => column(name, kind === 'category' ? 'string' : 'double')),
    ),
    outputs: JSON.stringify([
      column('prediction', isText ? 'string' : 'double'),
      ...classes.map((name) => column(`p:${name}`, 'double')),
    ]),
    params: null,
  };
}

function json(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
