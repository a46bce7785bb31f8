import { describe, expect, it } from 'vitest';
import { mlflowAddress } from '../../src/exchange/mlflow/address.ts';

const among = (variables: { readonly [name: string]: string }) => (name: string) => variables[name];

describe('the address of an MLflow server', () => {
  it('is the one that is asked for, else the one that MLflow itself would take', () => {
    const variables = among({ MLFLOW_TRACKING_URI: 'http://there:5000' });
    expect(mlflowAddress('http://here:5000', variables).url).toBe('http://here:5000');
    expect(mlflowAddress(undefined, variables)).toEqual({
      url: 'http://there:5000',
      authorization: null,
      secrets: [],
    });
  });

  it('goes with a token, or with a name and a password', () => {
    const login = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'secret' };
    expect(mlflowAddress('http://here', among(login)).authorization).toBe('Basic YWRhOnNlY3JldA==');
    const token = { ...login, MLFLOW_TRACKING_TOKEN: 'key' };
    expect(mlflowAddress('http://here', among(token)).authorization).toBe('Bearer key');
  });

  it('takes no token that no header can carry, and does not repeat it', () => {
    const going = (token: string) => () =>
      mlflowAddress('http://here', among({ MLFLOW_TRACKING_TOKEN: token }));
    expect(going('key\n')().authorization).toBe('Bearer key');
    expect(going('hush\nhush')).toThrow(/MLFLOW_TRACKING_TOKEN holds letters/);
    expect(going('hush\nhush')).not.toThrow(/hush/);
  });

  it.each([
    [undefined, /--to URL/],
    ['here:5000', /http:\/\/host:port/],
    ['http://ada:secret@here', /MLFLOW_TRACKING_PASSWORD/],
  ])('is refused with the way out, and no password in it: %s', (given, words) => {
    expect(() => mlflowAddress(given, among({}))).toThrow(words);
    expect(() => mlflowAddress(given, among({}))).not.toThrow(/secret/);
  });
});
