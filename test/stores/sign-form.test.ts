import { describe, expect, it } from 'vitest';
import { signForm, signPolicy } from '../../src/stores/objects/s3/sign-form.ts';

describe('a form for a bucket', () => {
  it('is signed as the documentation of S3 signs its example', () => {
    // "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", its text with the ends of its lines.
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ].join('\r\n');
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const signing = { day: '20151229', region: 'us-east-1', secret };
    expect(signPolicy(Buffer.from(policy).toString('base64'), signing)).toBe(
      '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
    );
  });

  it('says all that its policy asks for, lasts as long as was asked, and holds no secret', () => {
    const form = signForm(
      {
        url: 'https://models.example/',
        bucket: 'models',
        start: 'runs/incoming/1/',
        seconds: 3600,
      },
      {
        region: 'eu-west-1',
        credentials: {
          accessKeyId: 'key',
          secretAccessKey: 'the secret',
          sessionToken: 'of an hour',
        },
      },
      new Date('2026-11-27T01:02:03.456Z'),
    );
    const { Policy = '', 'X-Amz-Signature': signature, ...said } = form.fields;
    expect(said).toEqual({
      bucket: 'models',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'key/20261127/eu-west-1/s3/aws4_request',
      'X-Amz-Date': '20261127T010203Z',
      'X-Amz-Security-Token': 'of an hour',
    });
    const { expiration, conditions } = JSON.parse(Buffer.from(Policy, 'base64').toString()) as {
      readonly expiration: string;
      readonly conditions: readonly unknown[];
    };
    expect(expiration).toBe('2026-11-27T02:02:03.456Z');
    for (const [name, value] of Object.entries(said))
      expect(conditions).toContainEqual({ [name]: value });
    expect(conditions).toContainEqual(['starts-with', '$key', 'runs/incoming/1/']);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(form)).not.toContain('the secret');
  });
});
