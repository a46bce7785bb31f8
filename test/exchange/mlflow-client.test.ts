import { describe, expect, it } from 'vitest';
import { MlflowClient } from '../../src/exchange/mlflow/client.ts';

describe('a file for an MLflow server', () => {
  it.each(['/data/art/1/run/artifacts', 'file:///data/art', 's3://bucket/art'])(
    'that takes none is refused with the way out: %s',
    async (artifactUri) => {
      const client = new MlflowClient({ url: 'http://127.0.0.1:1', authorization: null });
      const put = client.put({ id: 'run', artifactUri, tags: {} }, 'spec.json', new Uint8Array());
      await expect(put).rejects.toMatchObject({
        kind: 'unsupported',
        message: expect.stringContaining(`${artifactUri} and takes none itself`),
      });
    },
  );
});
